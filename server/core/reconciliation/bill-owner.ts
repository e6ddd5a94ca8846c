import type { BillCoverage } from '../../../shared/model/reconciliation.ts';
import type { KeyPool, PooledKey } from '../key/key-pool.ts';
import type { BillingReader } from '../ports/billing.ts';

/** Whose spend it is: of a key that may be gone. */
interface Spender {
  readonly providerId: string;
  readonly keyId: string;
}

/** The billing key that reads the bill of a key's account; `null`: there is none, or it can't be told which one. */
export function billOwner(
  pool: KeyPool,
  billingKeys: readonly PooledKey[],
  { providerId, keyId }: Spender,
): PooledKey | null {
  const account = pool.get(keyId)?.record.quotaGroup ?? null;
  const readers = billingKeys.filter((key) => key.provider.id === providerId && !excludes(key, account));
  const [only] = readers;
  if (only && readers.length === 1 && only.record.metadata.account === undefined) return only;
  const paysFor = ({ record: { metadata } }: PooledKey): boolean =>
    account !== null &&
    metadata.account !== undefined &&
    (account === metadata.account || account.startsWith(`${metadata.account}/`));
  return readers.find(paysFor) ?? null;
}

/** Whether it is known that an account's bill is not in what was declared. */
function excludes({ record, provider, adapter }: PooledKey, account: string | null): boolean {
  const declared = record.metadata.billingScopes ?? [];
  const scope = account === null ? null : (adapter.billing?.(provider)?.scopeOf?.(account) ?? null);
  return declared.length > 0 && scope !== null && !declared.includes(scope);
}

/** Which part of the bill is the router's: what was declared, else the projects of its keys if all are known. */
export function billedScopes(
  pool: KeyPool,
  { record }: PooledKey,
  reader: BillingReader,
  keyIds: ReadonlySet<string>,
): { readonly coverage: BillCoverage; readonly scopes: readonly string[] } {
  const declared = record.metadata.billingScopes ?? [];
  if (declared.length > 0 && reader.scope !== null) return { coverage: 'declared', scopes: declared };
  const learned = new Set<string>();
  for (const id of keyIds) {
    const account = pool.get(id)?.record.quotaGroup ?? null;
    const scope = account === null ? null : (reader.scopeOf?.(account) ?? null);
    if (scope === null) return { coverage: 'organisation', scopes: [] };
    learned.add(scope);
  }
  return learned.size > 0
    ? { coverage: 'learned', scopes: [...learned].toSorted() }
    : { coverage: 'organisation', scopes: [] };
}
