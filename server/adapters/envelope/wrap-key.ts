import { createCipheriv, createDecipheriv, randomBytes, scrypt, type ScryptOptions } from 'node:crypto';

/** A data key encrypted under a passphrase. All bytes in base64. */
export interface WrappedKey {
  readonly salt: string;
  /** scrypt's cost N, kept so that it can be raised later. */
  readonly cost: number;
  readonly nonce: string;
  readonly body: string;
  readonly tag: string;
}

/** 32 MiB and about 0.1 s: a passphrase made by a person has to be expensive to guess (RFC 7914, section 2). */
const COST = 2 ** 15;
const MOST_COST = 2 ** 20;

/** Encrypts a data key under a passphrase: scrypt, then AES-256-GCM. */
export async function wrapKey(key: Uint8Array, passphrase: string): Promise<WrappedKey> {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, salt, COST), nonce);
  const body = Buffer.concat([cipher.update(key), cipher.final()]);
  return {
    salt: salt.toString('base64'),
    cost: COST,
    nonce: nonce.toString('base64'),
    body: body.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

/** The data key; `null` if the passphrase is another or the record was altered. */
export async function unwrapKey(wrapped: WrappedKey, passphrase: string): Promise<Uint8Array | null> {
  try {
    const bytes = (name: 'salt' | 'nonce' | 'body' | 'tag') => Buffer.from(wrapped[name], 'base64');
    const under = await derive(passphrase, bytes('salt'), Math.min(wrapped.cost, MOST_COST));
    const decipher = createDecipheriv('aes-256-gcm', under, bytes('nonce'), { authTagLength: 16 });
    decipher.setAuthTag(bytes('tag'));
    return Buffer.concat([decipher.update(bytes('body')), decipher.final()]);
  } catch {
    return null;
  }
}

function derive(passphrase: string, salt: Uint8Array, cost: number): Promise<Buffer> {
  const options: ScryptOptions = { N: cost, r: 8, p: 1, maxmem: 2 * 128 * cost * 8 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
