import type { ProviderView } from '../../../shared/model/views.ts';

/** The provider of a key that is being added: one that is known, or a new one that has to be described. */
export type ProviderChoice = KnownProvider | { readonly kind: 'custom' };

export interface KnownProvider {
  readonly kind: 'known';
  readonly view: ProviderView;
}

/** The answers so far. The secret is not among them: it goes from its box straight to the daemon. */
export interface KeyDraft {
  provider: ProviderChoice | undefined;
  /** Of a custom provider, or of one whose address has parts. */
  baseUrl: string;
  /** What was answered for the parts of the address, by their names. */
  address: Record<string, string>;
  /** Of a custom provider: its id, which also prefixes model names (`groq/llama-4`). */
  providerName: string;
  name: string;
}

/** The id of the provider that the key will belong to. */
export function providerIdOf(draft: KeyDraft): string {
  return draft.provider?.kind === 'known' ? draft.provider.view.id : draft.providerName;
}

/** How the provider is called towards people. */
export function providerNameOf(draft: KeyDraft): string {
  return draft.provider?.kind === 'known' ? draft.provider.view.name : draft.providerName;
}

/** Whether the provider asks for no key: then the box for it may stay empty. */
export function needsNoKey(draft: KeyDraft): boolean {
  return draft.provider?.kind === 'known' && draft.provider.view.settings?.key === 'none';
}
