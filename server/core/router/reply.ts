import { NANO_PER_USD, type NanoUsd } from '../../../shared/model/money.ts';
import type { Codec, RouterFailure } from '../ports/codec.ts';
import type { HeaderMap } from '../ports/upstream.ts';
import type { PooledKey } from '../key/key-pool.ts';
import type { CallerChannel } from './caller-channel.ts';
import { responseHeaders } from './forward-headers.ts';

const encoder = new TextEncoder();

/** The head of a relayed answer: the provider's own, and what the router did. */
export function answerHeaders(answer: {
  readonly upstream: HeaderMap;
  readonly requestId: string;
  readonly key: PooledKey;
  readonly secret: string;
  readonly expectedNano: NanoUsd;
  /** The body will be shorter than the provider said. */
  readonly lengthChanges: boolean;
  /** The media type of an answer that was translated: the provider's own headers then stay behind. */
  readonly translatedTo: string | null;
  readonly warnings: readonly string[];
}): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> =
    answer.translatedTo === null
      ? responseHeaders(answer.upstream, answer.secret)
      : { 'content-type': answer.translatedTo, 'cache-control': 'no-cache' };
  if (answer.lengthChanges) delete headers['content-length'];
  headers['x-request-id'] = answer.requestId;
  headers['x-key-used'] = answer.key.record.id;
  headers['x-provider-used'] = answer.key.provider.id;
  headers['x-cost-estimated'] = usd(answer.expectedNano);
  if (answer.warnings.length > 0) headers['x-router-warnings'] = headerText(answer.warnings.join('; '));
  return headers;
}

/** Answers with JSON of the router's own. */
export function replyWhole(
  channel: CallerChannel,
  body: Uint8Array,
  { requestId, warnings }: { readonly requestId: string; readonly warnings: readonly string[] },
): void {
  channel.writeHead(200, {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'x-request-id': requestId,
    'x-router-warnings': headerText(warnings.join('; ')),
  });
  channel.write(body);
  channel.end();
}

/** Answers with an error of the router's own, in the caller's dialect. */
export function replyError(
  channel: CallerChannel,
  codec: Codec,
  failure: RouterFailure,
  requestId: string,
): void {
  const body = encoder.encode(codec.errorBody(failure, requestId));
  channel.writeHead(failure.status, {
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...errorHeaders(failure, requestId),
  });
  channel.write(body);
  channel.end();
}

/** Passes on a provider's error that is the request's own fault. The text has been redacted. */
export function replyProviderError(
  channel: CallerChannel,
  answer: {
    readonly status: number;
    readonly headers: HeaderMap;
    readonly body: string;
    readonly requestId: string;
    readonly key: PooledKey;
    readonly secret: string;
  },
): void {
  const body = encoder.encode(answer.body);
  const headers = responseHeaders(answer.headers, answer.secret);
  channel.writeHead(answer.status, {
    ...headers,
    'content-length': String(body.length),
    'x-request-id': answer.requestId,
    'x-key-used': answer.key.record.id,
    'x-provider-used': answer.key.provider.id,
    'x-should-retry': 'false',
  });
  channel.write(body);
  channel.end();
}

/** Headers that tell a client when, and whether, to try again. */
export function errorHeaders(failure: RouterFailure, requestId: string): Record<string, string> {
  const headers: Record<string, string> = { 'x-request-id': requestId, 'x-error-code': failure.code };
  if (failure.retryAfterMs !== undefined)
    headers['retry-after'] = String(Math.ceil(failure.retryAfterMs / 1000));
  if (failure.final) headers['x-should-retry'] = 'false';
  return headers;
}

/** What may stand in a header: printable ASCII, bounded. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 1024);
}

/** Dollars as a plain decimal with nine places: exact, and readable by programs. */
function usd(nano: NanoUsd): string {
  const whole = Math.floor(nano / NANO_PER_USD);
  return `${whole}.${String(nano % NANO_PER_USD).padStart(9, '0')}`;
}
