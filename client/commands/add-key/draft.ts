/** The provider of a key that is being added: one that is known, or a new one that has to be described. */
export type ProviderChoice = KnownProvider | { readonly kind: 'custom' };

export interface KnownProvider {
  readonly kind: 'known';
  readonly id: string;
  readonly name: string;
  /** The provider's page where keys are made. */
  readonly keysPage?: string;
}

/** The answers so far. The secret is not among them: it goes from its box straight to the daemon. */
export interface KeyDraft {
  provider: ProviderChoice | undefined;
  /** Of a custom provider. */
  baseUrl: string;
  /** Of a custom provider: its id, which also prefixes model names (`groq/llama-4`). */
  providerName: string;
  name: string;
}

/** The id of the provider that the key will belong to. */
export function providerIdOf(draft: KeyDraft): string {
  return draft.provider?.kind === 'known' ? draft.provider.id : draft.providerName;
}

/** How the provider is called towards people. */
export function providerNameOf(draft: KeyDraft): string {
  return draft.provider?.kind === 'known' ? draft.provider.name : draft.providerName;
}
