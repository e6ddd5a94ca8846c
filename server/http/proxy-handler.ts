import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '../../shared/model/reasons.ts';
import type { VirtualKeys } from '../core/admin/virtual-keys.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { FactsResult } from '../core/ports/codec.ts';
import { readReferences } from '../core/routing/account-bound.ts';
import type { Router } from '../core/router/router.ts';
import { CODECS, type Endpoint } from '../protocol/classify.ts';
import { topLevelMembers } from '../protocol/json-members.ts';
import { authenticate } from './authenticate.ts';
import { statusOfCode } from './error-status.ts';
import { NodeCallerChannel } from './node-caller-channel.ts';
import { readWishes } from './routing-wishes.ts';
import { type HttpCall, shownId } from './request-identity.ts';
import { readBody } from './read-body.ts';
import { closeAfterRefusal, sendFailure } from './send.ts';

export interface ProxyParts {
  readonly router: Router;
  readonly virtualKeys: VirtualKeys;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Serves one request of a tool: authenticate, read, route. */
export async function handleProxy(
  parts: ProxyParts,
  endpoint: Endpoint,
  { request, response, identity }: HttpCall,
): Promise<void> {
  const codec = CODECS[endpoint.protocol];
  const receivedAt = parts.clock.now();
  const refuse = (code: ErrorCode, message: string): void => {
    const failure = { code, message, status: statusOfCode(code), final: true };
    sendFailure(response, codec, failure, shownId(identity));
    closeAfterRefusal(request, response);
  };
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    refuse('method_not_allowed', `This endpoint takes POST, not ${request.method}.`);
    return;
  }
  const caller = authenticate(request.headers, parts.virtualKeys);
  if ('code' in caller) {
    refuse(caller.code, caller.message);
    return;
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  const body = await readBody(request, parts.maxBodyBytes);
  if (!body.ok) {
    if (body.code !== 'gone') refuse(body.code, body.message);
    return;
  }
  const read = readFacts(endpoint, body.bytes, request.headers);
  if (!read.ok) {
    refuse(read.code, read.message);
    return;
  }
  const wishes = readWishes(request.headers);
  if ('code' in wishes) {
    refuse(wishes.code, wishes.message);
    return;
  }
  const pinned = request.headers['x-provider'];
  const query = request.url?.indexOf('?') ?? -1;
  await parts.router.handle(
    {
      id: identity.id,
      ...(identity.clientRequestId === null ? {} : { clientRequestId: identity.clientRequestId }),
      ...(identity.traceparent === null ? {} : { traceparent: identity.traceparent }),
      receivedAt,
      virtualKey: caller.virtualKey,
      codec,
      facts: read.facts,
      references: read.references,
      raw: body.bytes,
      headers: request.headers,
      query: query === -1 ? '' : (request.url?.slice(query) ?? ''),
      pinnedProvider: typeof pinned === 'string' && pinned !== '' ? pinned : null,
      ...wishes,
    },
    new NodeCallerChannel(response, identity),
  );
}

type ReadFacts =
  | (Extract<FactsResult, { ok: true }> & { readonly references: readonly string[] })
  | Exclude<FactsResult, { ok: true }>;

function readFacts(
  { protocol, path }: Endpoint,
  bytes: Uint8Array,
  headers: IncomingMessage['headers'],
): ReadFacts {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    const detail = error instanceof SyntaxError ? 'it does not parse' : 'it is not UTF-8';
    return { ok: false, code: 'malformed_json', message: `The request body is not valid JSON: ${detail}.` };
  }
  // Parsers disagree on which of two members counts; the one that is priced must be the one that is sent.
  const names = topLevelMembers(bytes)?.members.map((member) => member.key) ?? [];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    return {
      ok: false,
      code: 'duplicate_field',
      message: `The request body has "${twice.slice(0, 64)}" twice.`,
    };
  }
  const read = CODECS[protocol].readFacts(value, headers, path);
  return read.ok ? { ...read, references: readReferences(value) } : read;
}
