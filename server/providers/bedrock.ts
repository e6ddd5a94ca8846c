import type { AwsCredentials, AwsSigner } from '../core/ports/credentials.ts';
import type { ProviderAdapter } from '../core/ports/provider.ts';
import type { ProviderRecord } from '../../shared/model/records.ts';
import type { Protocol } from '../../shared/model/trace.ts';
import { asObject, asText } from '../protocol/read-json.ts';
import { classifyBedrock } from './bedrock-errors.ts';
import { anthropicNames, bedrockName, isBedrockName, isClaude } from './bedrock-names.ts';
import { BedrockStream, loadEventStreamCodec } from './bedrock-stream.ts';
import { cloudMessages } from './cloud-claude.ts';
import { anthropicAdapter } from './anthropic.ts';
import { pathSegment } from './path-segment.ts';
import { refusePlaceholder } from './refuse-secret.ts';
import { headerText } from './reset-time.ts';

const CLAUDE = new Set<Protocol>(['anthropic-messages']);
const OTHERS = new Set<Protocol>(['openai-chat']);

/** `ACCESS_KEY_ID:SECRET[:SESSION_TOKEN]`. Everything else is an API key of Bedrock's own. */
const ACCESS_KEY = /^(A[KS]IA[A-Z0-9]{4,}):([^:]+)(?::(.+))?$/;

/**
 * Amazon Bedrock: Anthropic's models by InvokeModel, whose bodies are Messages, all others by its endpoint for Chat
 * Completions (docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html).
 */
export function bedrockAdapter(signer: AwsSigner): ProviderAdapter {
  let codec: Awaited<ReturnType<typeof loadEventStreamCodec>> | null = null;
  return {
    kind: 'bedrock',
    protocols: new Set([...CLAUDE, ...OTHERS]),
    protocolsOf: (model) => (isClaude(model) ? CLAUDE : OTHERS),
    authHeaders: (secret): Readonly<Record<string, string>> =>
      ACCESS_KEY.test(secret) ? {} : { authorization: `Bearer ${secret}` },
    async authorize(request, secret, provider) {
      codec ??= await loadEventStreamCodec();
      const credentials = readAccessKey(secret);
      if (!credentials) return { ok: true, headers: {} };
      const scope = { region: regionOf(provider), service: 'bedrock' };
      return { ok: true, headers: await signer.sign(request, credentials, scope) };
    },
    withheldHeaders: new Set(['anthropic-version', 'anthropic-workspace-id']),
    nameOf: bedrockName,
    callNames: anthropicNames,
    path({ protocol, model, stream }) {
      if (protocol === 'openai-chat') return '/openai/v1/chat/completions';
      return `/model/${pathSegment(model)}/${stream ? 'invoke-with-response-stream' : 'invoke'}`;
    },
    editBody: (request) =>
      request.protocol === 'openai-chat'
        ? request.body
        : cloudMessages(request, ['model', 'stream'], 'bedrock-2023-05-31'),
    decoder: (headers) =>
      codec && headerText(headers, 'content-type') === 'application/vnd.amazon.eventstream'
        ? new BedrockStream(codec)
        : null,
    // The catalogue has a host of its own. Anthropic's newer models are called through inference profiles only.
    modelsUrl: ({ baseUrl }) =>
      `${baseUrl.replace('//bedrock-runtime.', '//bedrock.')}/inference-profiles?maxResults=1000`,
    readModels(json) {
      const profiles: unknown = asObject(json)?.['inferenceProfileSummaries'];
      if (!Array.isArray(profiles)) return null;
      return profiles
        .map((entry: unknown) => asText(asObject(entry)?.['inferenceProfileId']))
        .filter((id) => id !== null);
    },
    listingNeedsRights: true,
    servesByName: isBedrockName,
    family: (model) => anthropicAdapter.family(anthropicNames(model)[0] ?? model),
    classify: classifyBedrock,
    readLimits: () => [],
    readAccount: () => null,
    readRequestId: (headers) => headerText(headers, 'x-amzn-requestid'),
    refuseSecret: (secret) => (ACCESS_KEY.test(secret) ? null : refusePlaceholder(secret)),
  };
}

function readAccessKey(secret: string): AwsCredentials | null {
  const [, accessKeyId, secretAccessKey, sessionToken] = ACCESS_KEY.exec(secret) ?? [];
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** `https://bedrock-runtime.us-east-1.amazonaws.com`; of any other address the settings tell it. */
function regionOf({ baseUrl, settings }: ProviderRecord): string {
  return (
    settings?.region ?? /\/\/bedrock(?:-runtime)?(?:-fips)?\.([a-z0-9-]+)\./.exec(baseUrl)?.[1] ?? 'us-east-1'
  );
}
