import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Random } from '../core/ports/random.ts';
import { presentedToken } from './authenticate.ts';

/** What a request is called: by the router, and by whoever sent it. */
export interface RequestIdentity {
  /** Unique, whoever asks: traces and the ledger are kept under it. */
  readonly id: string;
  /** The caller's `X-Request-ID`, which may occur more than once; `null`: none, or one that is not fit to be shown. */
  readonly clientRequestId: string | null;
  /** The caller's W3C trace context; `null`: none, or not a valid one. */
  readonly traceparent: string | null;
}

/** A request that is being answered. */
export interface HttpCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly identity: RequestIdentity;
}

/** Goes into headers, logs and terminals: no spaces, quotes or control characters, and of bounded length. */
const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}$/;
/** What the router calls its own. */
const OWN_ID = /^req_/;
/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values; ids of zeros are invalid. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/** Names a request. A caller's own name is taken only where it can neither be mistaken for ours nor do harm. */
export function identify(headers: IncomingHttpHeaders, random: Random): RequestIdentity {
  const asked = headers['x-request-id'];
  const parent = headers['traceparent'];
  return {
    id: random.id('req'),
    clientRequestId:
      typeof asked === 'string' &&
      SAFE_ID.test(asked) &&
      !OWN_ID.test(asked) &&
      asked !== presentedToken(headers)
        ? asked
        : null,
    traceparent: typeof parent === 'string' && TRACEPARENT.test(parent) ? parent.slice(0, 55) : null,
  };
}

/** The name that the caller knows it by. */
export function shownId({ id, clientRequestId }: RequestIdentity): string {
  return clientRequestId ?? id;
}

/** Every answer says what its request is called; where the caller named it, also what the router calls it. */
export function identityHeaders(identity: RequestIdentity): Readonly<Record<string, string>> {
  const shown = { 'x-request-id': shownId(identity) };
  return identity.clientRequestId === null ? shown : { ...shown, 'x-router-request-id': identity.id };
}

/** As log lines have it. */
export function logNames({ id, clientRequestId }: RequestIdentity): Readonly<Record<string, string>> {
  return clientRequestId === null ? { requestId: id } : { requestId: id, clientRequestId };
}
