import type { KeyMetadata, KeyRecord } from '../../../shared/model/records.ts';

/** What is declared anew of a key; what is left out stays, `null` takes it back. */
export type MetadataChange = { readonly [M in keyof KeyMetadata]?: KeyMetadata[M] | null };

export function withChange(metadata: KeyMetadata, change: MetadataChange): KeyMetadata {
  const members = Object.entries({ ...metadata, ...change }).filter(([, value]) => value !== null);
  return Object.fromEntries(members);
}

/** What may be seen of it: a proxy's password is nobody's to read. */
export function shownMetadata(metadata: KeyMetadata): KeyMetadata {
  const { proxy } = metadata;
  return proxy === undefined ? metadata : { ...metadata, proxy: proxy.replace(/\/\/[^@/]*@/, '//***@') };
}

/** What the audit log keeps of a key: listings may have hundreds of models. */
export function auditedKey({ models, metadata, ...rest }: KeyRecord): object {
  return { ...rest, modelCount: models?.length ?? null, metadata: shownMetadata(metadata) };
}
