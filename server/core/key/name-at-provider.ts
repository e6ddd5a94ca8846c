import type { PooledKey } from './key-pool.ts';

/** What a key's provider calls a model: as its settings say, else as its adapter knows. */
export function nameAtProvider({ adapter, provider, record }: PooledKey, model: string): string {
  return provider.settings?.models?.[model] ?? adapter.nameOf?.(model, record.models) ?? model;
}
