import type { ServiceAccount } from '../core/ports/credentials.ts';
import { asText, parseObject } from '../protocol/read-json.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const TOKEN_URI = 'https://oauth2.googleapis.com/token';

/**
 * A service account's JSON file as one word, which a vault and a form can keep: base 64 and, so that people can tell
 * keys apart by their ends, the id of its private key. Anything else stays as it is.
 */
export function packServiceAccount(pasted: string): string {
  const file = parseObject(pasted.trim());
  const account = file && readMembers(file);
  if (!account) return pasted;
  const { clientEmail, privateKey, privateKeyId, tokenUri } = account;
  const kept = { client_email: clientEmail, private_key: privateKey, token_uri: tokenUri };
  const bytes = encoder.encode(JSON.stringify(kept));
  return `${btoa(String.fromCharCode(...bytes))}.${privateKeyId}`;
}

/** The account in a packed secret; `null` if it is another kind of credential. */
export function unpackServiceAccount(secret: string): ServiceAccount | null {
  const [packed, id] = secret.split('.');
  if (packed === undefined || id === undefined || !packed.startsWith('eyJ')) return null;
  try {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const file = parseObject(decoder.decode(bytes));
    return file && readMembers({ ...file, private_key_id: id });
  } catch {
    return null;
  }
}

function readMembers(file: Readonly<Record<string, unknown>>): ServiceAccount | null {
  const clientEmail = asText(file['client_email']);
  const privateKey = asText(file['private_key']);
  const privateKeyId = asText(file['private_key_id']);
  if (clientEmail === null || privateKey === null || privateKeyId === null) return null;
  return { clientEmail, privateKey, privateKeyId, tokenUri: asText(file['token_uri']) ?? TOKEN_URI };
}
