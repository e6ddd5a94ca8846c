import type { DialogueProtocol, Signature } from './dialogue.ts';

const ORIGINS: readonly DialogueProtocol[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
];

/** Six characters, so that their base64 is the same whatever follows. */
const MARK = 'akr-1:';
/** How every sealed signature begins on the wire. */
const SEAL = btoa(MARK);

/**
 * A signature as the caller gets it. One of another protocol is sealed: it comes back with the next turn, and is then
 * opened for the provider that made it and kept from all others.
 */
export function sealSignature(signature: Signature, caller: DialogueProtocol): string {
  const { origin, value, redacted } = signature;
  if (origin === caller) return value;
  // Signatures are base64 or near it; what is not Latin-1 is none.
  if (!/^[ -ÿ]*$/.test(value)) return '';
  return btoa(`${MARK}${ORIGINS.indexOf(origin)}${redacted ? 'r' : 's'}${value}`);
}

/** Reads a signature that the caller sent; `null` for none. `redacted` is what the caller's protocol says of it. */
export function openSignature(
  text: string | null,
  caller: DialogueProtocol,
  redacted: 'redacted' | 'shown' = 'shown',
): Signature | null {
  if (text === null || text === '') return null;
  if (!isSealed(text)) return { origin: caller, value: text, redacted: redacted === 'redacted' };
  const opened = decode(text);
  const origin = ORIGINS[Number(opened?.[0] ?? -1)];
  if (opened === null || origin === undefined) return null;
  return { origin, value: opened.slice(2), redacted: opened[1] === 'r' };
}

/** Whether a signature is one of another protocol, which only the translation can read. */
export function isSealed(signature: unknown): boolean {
  return typeof signature === 'string' && signature.startsWith(SEAL);
}

function decode(text: string): string | null {
  try {
    return atob(text).slice(MARK.length);
  } catch {
    return null;
  }
}
