import type { ProviderRequest } from '../../server/core/ports/provider.ts';
import type { ProviderSettings } from '../../shared/model/records.ts';

/** A request as an adapter gets it, with what a test is about. */
export function providerRequest({
  baseUrl = 'https://provider.test',
  settings,
  body = {},
  ...changes
}: Partial<Omit<ProviderRequest, 'provider' | 'body'>> & {
  readonly baseUrl?: string;
  readonly settings?: ProviderSettings;
  readonly body?: object;
}): ProviderRequest {
  return {
    protocol: 'openai-chat',
    model: 'model',
    stream: false,
    headers: {},
    query: '',
    body: new TextEncoder().encode(JSON.stringify(body)),
    provider: {
      id: 'provider',
      kind: 'kind',
      name: 'Provider',
      baseUrl,
      createdAt: 0,
      ...(settings && { settings }),
    },
    ...changes,
  };
}
