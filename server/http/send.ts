import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Codec, RouterFailure } from '../core/ports/codec.ts';
import { errorHeaders } from '../core/router/reply.ts';

/** After a refusal, what the caller is still sending is read and thrown away for this long. */
const LINGER_MS = 2_000;

/** A whole JSON answer. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  response.end(body);
}

/** An error before routing, in the caller's dialect. */
export function sendFailure(
  response: ServerResponse,
  codec: Codec,
  failure: RouterFailure,
  requestId: string,
): void {
  const body = Buffer.from(codec.errorBody(failure, requestId));
  response.writeHead(failure.status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...errorHeaders(failure, requestId),
  });
  response.end(body);
}

/**
 * Ends a connection whose body was refused. Closing at once would reset it, and the caller, still sending, would
 * lose the answer that says why.
 */
export function closeAfterRefusal(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete) return;
  response.shouldKeepAlive = false;
  const timer = setTimeout(() => request.destroy(), LINGER_MS);
  timer.unref();
  request.on('end', () => clearTimeout(timer)).on('close', () => clearTimeout(timer));
  request.on('error', () => undefined).resume();
}
