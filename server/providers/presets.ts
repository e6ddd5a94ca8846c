import type { ProviderKind } from '../../shared/model/records.ts';
import type { ProviderAdapter } from '../core/ports/provider.ts';
import { anthropicAdapter } from './anthropic.ts';
import { openaiAdapter, openaiCompatibleAdapter } from './openai.ts';

/** A provider that needs no configuration but a key. */
export interface ProviderPreset {
  readonly id: string;
  readonly kind: ProviderKind;
  readonly name: string;
  readonly baseUrl: string;
  /** Where people create keys. */
  readonly keysUrl: string;
}

export const PRESETS: readonly ProviderPreset[] = [
  {
    id: 'openai',
    kind: 'openai',
    name: 'OpenAI',
    baseUrl: 'https://api.openai.com',
    keysUrl: 'https://platform.openai.com/api-keys',
  },
  {
    id: 'anthropic',
    kind: 'anthropic',
    name: 'Anthropic',
    baseUrl: 'https://api.anthropic.com',
    keysUrl: 'https://console.anthropic.com/settings/keys',
  },
];

/** The adapter of each kind of provider. */
export const ADAPTERS: Readonly<Record<ProviderKind, ProviderAdapter>> = {
  openai: openaiAdapter,
  anthropic: anthropicAdapter,
  'openai-compatible': openaiCompatibleAdapter,
};
