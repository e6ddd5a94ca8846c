import type { FactsResult } from '../core/ports/codec.ts';
import { readReferences } from '../core/routing/account-bound.ts';
import { CODECS, type Endpoint } from '../protocol/classify.ts';
import type { HttpCall } from './request-identity.ts';
import { refuse } from './refuse.ts';
import { type ProxyParts, type ReadRequest, serveCaller } from './serve-caller.ts';
import { readJsonBody } from './read-json-body.ts';

/** Serves one request of a tool in a protocol that the router knows. */
export async function handleProxy(parts: ProxyParts, endpoint: Endpoint, call: HttpCall): Promise<void> {
  const codec = CODECS[endpoint.protocol];
  const { request, response } = call;
  const caller = { ...call, codec };
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    refuse(caller, 'method_not_allowed', `This endpoint takes POST, not ${request.method}.`);
    return;
  }
  await serveCaller(parts, caller, (bytes): ReadRequest | Exclude<FactsResult, { ok: true }> => {
    const parsed = readJsonBody(bytes);
    if (!parsed.ok) return parsed;
    const read = codec.readFacts(parsed.value, request.headers, endpoint.path);
    return read.ok ? { ...read, codec, references: readReferences(parsed.value) } : read;
  });
}
