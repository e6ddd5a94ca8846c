import type { Protocol } from '../../../shared/model/trace.ts';
import type { HeaderMap } from '../ports/upstream.ts';
import type { PooledKey } from '../key/key-pool.ts';

/** Meant for one connection only (RFC 9110, 7.6.1), or replaced by the router. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
  'accept-encoding',
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
  'origin',
  'referer',
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-provider',
  'x-tags',
  'x-session-id',
  'x-routing-objective',
  'x-routing-metadata',
]);

/** Of an upstream's answer: `set-cookie` would bind the tool to one account. */
const NOT_RETURNED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'set-cookie',
  'alt-svc',
  'strict-transport-security',
]);

/** The caller's headers as the provider gets them, with this key's credentials. */
export function requestHeaders(
  caller: HeaderMap,
  key: PooledKey,
  secret: string,
  body: { readonly protocol: Protocol; readonly bytes: number | null },
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { ...key.adapter.defaultHeaders };
  const listed = connectionListed(caller);
  for (const [name, value] of Object.entries(caller)) {
    if (value === undefined || NOT_FORWARDED.has(name) || listed.has(name)) continue;
    if (key.adapter.withheldHeaders.has(name)) continue;
    headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  // The body is metered as it passes: it must not come compressed.
  headers['accept-encoding'] = 'identity';
  if (body.bytes !== null) headers['content-length'] = String(body.bytes);
  return Object.assign(
    headers,
    key.provider.settings?.headers,
    key.adapter.authHeaders(secret, body.protocol),
  );
}

/** The provider's headers as the tool gets them; one that repeats the key's secret is left out. */
export function responseHeaders(
  upstream: HeaderMap,
  secret: string,
): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = {};
  const listed = connectionListed(upstream);
  for (const [name, value] of Object.entries(upstream)) {
    if (value === undefined || NOT_RETURNED.has(name) || listed.has(name)) continue;
    const repeats = typeof value === 'string' ? value.includes(secret) : value.join().includes(secret);
    if (!repeats) headers[name] = value;
  }
  return headers;
}

function connectionListed(headers: HeaderMap): ReadonlySet<string> {
  const value = headers['connection'];
  if (value === undefined) return new Set();
  const text = typeof value === 'string' ? value : value.join(',');
  return new Set(text.split(',').map((name) => name.trim().toLowerCase()));
}
