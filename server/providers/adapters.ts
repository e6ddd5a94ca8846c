import type { AwsSigner, GoogleTokens } from '../core/ports/credentials.ts';
import type { ProviderAdapter } from '../core/ports/provider.ts';
import { anthropicAdapter } from './anthropic.ts';
import { azureAdapter } from './azure.ts';
import { bedrockAdapter } from './bedrock.ts';
import { googleAdapter } from './google.ts';
import { openaiAdapter, openaiCompatibleAdapter } from './openai.ts';
import { vertexAdapter } from './vertex.ts';

/** The adapter of each kind of provider. */
export function providerAdapters(parts: {
  readonly aws: AwsSigner;
  readonly google: GoogleTokens;
}): Readonly<Record<string, ProviderAdapter>> {
  return {
    openai: openaiAdapter,
    anthropic: anthropicAdapter,
    google: googleAdapter,
    azure: azureAdapter,
    bedrock: bedrockAdapter(parts.aws),
    vertex: vertexAdapter(parts.google),
    'openai-compatible': openaiCompatibleAdapter,
  };
}
