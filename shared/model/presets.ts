import type { ProviderRecord } from './records.ts';

/** What a provider's address depends on; the answer takes the place of `{name}` in the preset's base URL. */
export interface AddressPart {
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  readonly example: string;
}

/** A provider that is known beforehand: all that is left to add is a key. */
export interface ProviderPreset extends Omit<ProviderRecord, 'createdAt'> {
  /** Whose or which models, in a few words. */
  readonly models: string;
  readonly docsUrl: string;
  /** Where people make keys; none for servers that need no key. */
  readonly keysUrl?: string;
  /** What all its keys begin with, where its documentation says so. */
  readonly keyPrefix?: string;
  /** What has to be told beside the key. */
  readonly address?: readonly AddressPart[];
}

/** Whether a base URL waits for answers. */
export function isTemplate(baseUrl: string): boolean {
  return baseUrl.includes('{');
}

/** A preset's base URL with the answers in place. Regional hosts have no region in their name where it is `global`. */
export function fillAddress(baseUrl: string, answers: Readonly<Record<string, string>>): string {
  return baseUrl
    .replace(/\{(\w+)\}/g, (whole, name: string) => answers[name]?.trim() || whole)
    .replace('//global-', '//');
}
