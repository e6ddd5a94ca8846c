import type { KeyRecord } from '../../../shared/model/records.ts';
import type { AskedProvider } from '../ask-provider.ts';
import type { Clock } from '../ports/clock.ts';
import type { Upstream } from '../ports/upstream.ts';
import type { Vault } from '../ports/vault.ts';
import { DAY_MS, utcDay } from '../reconciliation/utc-days.ts';
import { readBilling } from '../reconciliation/read-billing.ts';
import { RouterError } from '../router-error.ts';
import { type Listing, listModels } from './list-models.ts';

interface Parts {
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly vault: Vault;
}

export interface VerifiedKey extends AskedProvider {
  readonly purpose: KeyRecord['purpose'];
}

/**
 * Asks the provider whether a secret is good: for its models, or what it billed yesterday. Throws `RouterError`:
 * `key_refused`, `provider_unreachable`, and `invalid_request` for a bill that can't be read of any key.
 */
export async function verifyKey(
  parts: Parts,
  key: VerifiedKey,
  secret: string,
): Promise<Extract<Listing, { ok: true }>> {
  const { provider } = key;
  const listing =
    key.purpose === 'billing'
      ? await readYesterday(parts, key, secret)
      : await listModels(parts, key, secret);
  if (listing.ok) return listing;
  const { failure } = listing;
  // The provider's sentence may repeat the key.
  const said = parts.vault.redact(failure.message.replaceAll(secret, '[redacted]'));
  if (failure.class === 'key_invalid' || failure.class === 'permission_denied') {
    const where = key.adapter.billing?.(provider)?.keysUrl;
    const hint =
      key.purpose === 'billing' && where ? ` Keys that may read the bill are made at ${where}.` : '';
    throw new RouterError('key_refused', `${provider.name} refused the key: ${said}${hint}`);
  }
  throw new RouterError(
    'provider_unreachable',
    `The key could not be verified with ${provider.name} at ${provider.baseUrl}: ${said}`,
  );
}

async function readYesterday(parts: Parts, key: VerifiedKey, secret: string): Promise<Listing> {
  const { adapter, provider } = key;
  const reader = adapter.billing?.(provider);
  if (!reader) {
    throw new RouterError(
      'invalid_request',
      `No API is known over which ${provider.name} tells what it billed, so that no key can read it.`,
    );
  }
  const until = utcDay(parts.clock.now());
  const billing = await readBilling(parts, { ...key, reader, secret }, { since: until - DAY_MS, until });
  return billing.ok ? { ok: true, models: null, account: null } : billing;
}
