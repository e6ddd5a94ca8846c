import type { PooledKey } from '../key/key-pool.ts';
import { nameAtProvider } from '../key/name-at-provider.ts';
import type { BodyEdits, RequestForm } from '../ports/codec.ts';
import type { ProviderRequest } from '../ports/provider.ts';
import type { HeaderMap, UpstreamRequest } from '../ports/upstream.ts';
import { requestHeaders } from './forward-headers.ts';
import type { RoutedRequest } from './routed-request.ts';

/** What becomes of one request at one key. */
interface Choice {
  readonly key: PooledKey;
  readonly form: RequestForm;
  /** As callers name it. */
  readonly model: string;
}

interface Caller {
  readonly request: Pick<RoutedRequest, 'codec' | 'headers' | 'query' | 'target'>;
  /** Receives a sentence for every alteration of the caller's bytes. */
  readonly edits: Set<string>;
}

const OWN_HEADERS: HeaderMap = { 'content-type': 'application/json', 'user-agent': 'apikeyrouter' };

/** The request as the provider gets it, but for a signature or a token that has to be fetched. */
export function buildRequest(
  { request, edits }: Caller,
  choice: Choice,
  outputLimit: number | null,
  secret: string,
  timeouts: Pick<UpstreamRequest, 'headTimeoutMs' | 'idleTimeoutMs'>,
): UpstreamRequest {
  const { key, form } = choice;
  const { adapter, provider, record } = key;
  const { protocol } = form.codec;
  const model = nameAtProvider(key, choice.model);
  // Headers and queries of another protocol mean nothing here, or something else.
  const translated = form.codec !== request.codec;
  const headers = translated ? OWN_HEADERS : request.headers;
  const asked: ProviderRequest = {
    protocol,
    model,
    stream: form.facts.stream,
    headers,
    query: translated ? '' : withoutKey(request.query),
    body: editedBody(choice, model, outputLimit, edits),
    provider,
    ...(request.target ? { target: request.target.path } : {}),
  };
  const body = adapter.editBody?.(asked) ?? asked.body;
  if (body !== asked.body) edits.add(`body put into the form of ${provider.name}`);
  const base = new URL(provider.baseUrl);
  const prefix = base.pathname === '/' ? '' : base.pathname;
  const { proxy } = record.metadata;
  const method = request.target?.method ?? 'POST';
  const bodiless = body.length === 0 && (method === 'GET' || method === 'DELETE');
  return {
    method,
    origin: base.origin,
    path: prefix + adapter.path(asked),
    headers: requestHeaders(headers, key, secret, { protocol, bytes: bodiless ? null : body.length }),
    body: bodiless ? null : body,
    ...(proxy === undefined ? {} : { proxy }),
    ...timeouts,
  };
}

function editedBody(
  { key, form }: Choice,
  model: string,
  outputLimit: number | null,
  edits: Set<string>,
): Uint8Array {
  const { codec, facts, raw } = form;
  const asksUsage = facts.lacksUsageChunk && key.provider.settings?.streamUsage !== 'unasked';
  const renamed = model !== facts.model;
  if (!renamed && outputLimit === null && !asksUsage) return raw;
  const wanted: BodyEdits = {
    ...(renamed ? { model } : {}),
    ...(outputLimit === null ? {} : { maxOutputTokens: outputLimit }),
    ...(asksUsage ? { includeUsage: true } : {}),
  };
  if (renamed) edits.add(`model ${facts.model} sent as ${model}`);
  if (outputLimit !== null) edits.add(`output limited to ${outputLimit} tokens`);
  if (asksUsage) edits.add('stream_options.include_usage added');
  return codec.edit(raw, wanted);
}

/** Google's tools may put their key into the query: here it is the router's own. */
function withoutKey(query: string): string {
  if (!query.includes('key=')) return query;
  const kept = query
    .slice(1)
    .split('&')
    .filter((part) => !part.startsWith('key='));
  return kept.length > 0 ? `?${kept.join('&')}` : '';
}
