import type { KeyRecord } from '../../../shared/model/records.ts';
import type { KeyPool } from '../key/key-pool.ts';
import type { ProviderAdapter } from '../ports/provider.ts';
import type { Registry } from '../ports/store.ts';
import type { Vault } from '../ports/vault.ts';
import { RouterError } from '../router-error.ts';

interface Secrets {
  readonly pool: KeyPool;
  readonly vault: Vault;
  readonly store: Pick<Registry, 'loadSealed'>;
}

/**
 * Refuses what can't be the secret of a new key before any provider sees it. Throws `RouterError`: `invalid_request`,
 * `key_placeholder`, `subscription_login`, `billing_key`, `conflict` (a key has it already, be it a disabled one).
 */
export async function checkSecret(
  secrets: Secrets,
  { adapter, purpose }: { readonly adapter: ProviderAdapter; readonly purpose: KeyRecord['purpose'] },
  secret: string,
): Promise<void> {
  if (secret === '') throw new RouterError('invalid_request', 'The key is empty.');
  // It becomes a header's value: anything but visible ASCII is a paste that went wrong.
  if (!/^[\x21-\x7e]+$/.test(secret)) {
    throw new RouterError(
      'invalid_request',
      'The key contains spaces or characters that no key has. Copy it again.',
    );
  }
  const refusal = adapter.refuseSecret(secret);
  const wanted = purpose === 'billing' && refusal?.code === 'billing_key';
  if (refusal && !wanted) throw new RouterError(refusal.code, refusal.message);
  for (const { record } of secrets.pool.all()) {
    if ((await secretOf(secrets, record)) === secret) throw alreadyHere(record);
  }
}

/** That of a disabled key is opened for this moment only: the vault does not hold it. */
async function secretOf({ vault, store }: Secrets, { id }: KeyRecord): Promise<string | null> {
  const held = vault.reveal(id);
  if (held !== undefined) return held;
  const sealed = await store.loadSealed(id);
  try {
    return sealed && vault.open(id, sealed);
  } catch {
    // A damaged one bars no other key; enabling it says what is wrong.
    return null;
  }
}

function alreadyHere({ id, name, enabled }: KeyRecord): RouterError {
  const message = enabled
    ? `This key is already here, as "${name}".`
    : `This key is already here, as "${name}", which is disabled. Enable it, in the VS Code sidebar or with "apikeyrouter keys enable ${id}".`;
  return new RouterError('conflict', message);
}
