import type { KeyPool } from '../key/key-pool.ts';
import type { ProviderAdapter } from '../ports/provider.ts';
import type { Vault } from '../ports/vault.ts';
import { RouterError } from '../router-error.ts';

/**
 * Refuses what can't be the secret of a new key before any provider sees it. Throws `RouterError`: `invalid_request`,
 * `key_placeholder`, `subscription_login`, `conflict` (a key has it already).
 */
export function checkSecret(
  { pool, vault }: { readonly pool: KeyPool; readonly vault: Vault },
  adapter: ProviderAdapter,
  secret: string,
): void {
  if (secret === '') throw new RouterError('invalid_request', 'The key is empty.');
  // It becomes a header's value: anything but visible ASCII is a paste that went wrong.
  if (!/^[\x21-\x7e]+$/.test(secret)) {
    throw new RouterError(
      'invalid_request',
      'The key contains spaces or characters that no key has. Copy it again.',
    );
  }
  const refusal = adapter.refuseSecret(secret);
  if (refusal) throw new RouterError(refusal.code, refusal.message);
  for (const { record } of pool.all()) {
    if (vault.reveal(record.id) === secret) {
      throw new RouterError('conflict', `This key is already here, as "${record.name}".`);
    }
  }
}
