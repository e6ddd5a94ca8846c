import { isTemplate } from '../../../shared/model/presets.ts';
import type { ProviderKind, ProviderRecord } from '../../../shared/model/records.ts';
import type { KeyPool } from '../key/key-pool.ts';
import type { ProviderAdapter } from '../ports/provider.ts';
import { RouterError } from '../router-error.ts';
import type { ProviderAdmin } from './provider-admin.ts';

/** A provider with what knows how to speak to it. */
export interface KeyTarget {
  readonly provider: ProviderRecord;
  readonly adapter: ProviderAdapter;
}

/**
 * The provider that a new key is for, as it would be kept with the key. Throws `RouterError`: `not_found`, and
 * `invalid_request` for one whose address waits for answers; what `ProviderAdmin.propose` throws.
 */
export function keyTarget(
  { pool, providers }: { readonly pool: KeyPool; readonly providers: ProviderAdmin },
  wanted: { readonly providerId: string; readonly baseUrl?: string; readonly kind?: ProviderKind },
): KeyTarget {
  const { providerId: id, baseUrl } = wanted;
  const saved = pool.provider(id);
  const { kind, name } = saved ?? { kind: wanted.kind ?? 'openai-compatible', name: id };
  const provider = baseUrl === undefined ? saved : providers.propose({ id, kind, name, baseUrl });
  if (provider && isTemplate(provider.baseUrl)) {
    throw new RouterError(
      'invalid_request',
      `${provider.name} needs its base URL, which looks like ${provider.baseUrl}.`,
    );
  }
  const adapter = provider && pool.adapter(provider.kind);
  if (provider && adapter) return { provider, adapter };
  const known = pool.providers().map((entry) => entry.id);
  throw new RouterError(
    'not_found',
    `There is no provider "${id}". Known: ${known.join(', ')}; others need a base URL.`,
  );
}
