import type { VirtualKeys } from '../core/admin/virtual-keys.ts';
import type { BodyRecorder } from '../core/recording/body-recorder.ts';
import type { Clock } from '../core/ports/clock.ts';
import type { RoutedRequest } from '../core/router/routed-request.ts';
import type { Router } from '../core/router/router.ts';
import type { ErrorCode } from '../../shared/model/reasons.ts';
import { authenticate } from './authenticate.ts';
import { NodeCallerChannel } from './node-caller-channel.ts';
import { type Caller, refuse } from './refuse.ts';
import { readWishes } from './routing-wishes.ts';
import { readBody } from './read-body.ts';

export interface ProxyParts {
  readonly router: Router;
  readonly virtualKeys: VirtualKeys;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
  readonly bodies: BodyRecorder;
}

/** What a body told. */
export type ReadRequest = Pick<RoutedRequest, 'codec' | 'facts' | 'references' | 'target' | 'warnings'> & {
  readonly ok: true;
};

/** Serves one request of a tool: authenticate, read, route. */
export async function serveCaller(
  parts: ProxyParts,
  from: Caller,
  read: (
    bytes: Uint8Array,
  ) => ReadRequest | { readonly ok: false; readonly code: ErrorCode; readonly message: string },
): Promise<void> {
  const { request, response, identity } = from;
  const receivedAt = parts.clock.now();
  const caller = authenticate(request.headers, parts.virtualKeys);
  if ('code' in caller) {
    refuse(from, caller.code, caller.message);
    return;
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  const body = await readBody(request, parts.maxBodyBytes);
  if (!body.ok) {
    if (body.code !== 'gone') refuse(from, body.code, body.message);
    return;
  }
  const told = read(body.bytes);
  if (!told.ok) {
    refuse(from, told.code, told.message);
    return;
  }
  const wishes = readWishes(request.headers);
  if ('code' in wishes) {
    refuse(from, wishes.code, wishes.message);
    return;
  }
  const pinned = request.headers['x-provider'];
  const query = request.url?.indexOf('?') ?? -1;
  const { codec, facts, references, target, warnings } = told;
  const channel = new NodeCallerChannel(response, identity);
  const recording = parts.bodies.begin(body.bytes);
  const trace = await parts.router.handle(
    {
      id: identity.id,
      ...(identity.clientRequestId === null ? {} : { clientRequestId: identity.clientRequestId }),
      ...(identity.traceparent === null ? {} : { traceparent: identity.traceparent }),
      receivedAt,
      virtualKey: caller.virtualKey,
      codec,
      facts,
      ...(references ? { references } : {}),
      ...(target ? { target } : {}),
      ...(warnings ? { warnings } : {}),
      raw: body.bytes,
      headers: request.headers,
      query: query === -1 ? '' : (request.url?.slice(query) ?? ''),
      pinnedProvider: typeof pinned === 'string' && pinned !== '' ? pinned : null,
      ...wishes,
    },
    recording?.over(channel) ?? channel,
  );
  recording?.ended(trace);
}
