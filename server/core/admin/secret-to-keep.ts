import type { ProviderRecord } from '../../../shared/model/records.ts';
import type { ProviderAdapter } from '../ports/provider.ts';

/** What is kept of what a person gave as a key. A server that asks for none gets a word in its place. */
export function secretToKeep(adapter: ProviderAdapter, provider: ProviderRecord, given: string): string {
  const text = given.trim();
  if (text === '' && provider.settings?.key === 'none') return `no-key-for-${provider.id}`;
  return adapter.readSecret?.(text) ?? text;
}
