import type { OtherProtocol } from '../../../shared/model/trace.ts';
import type { RequestTarget } from '../../core/ports/codec.ts';
import type { HeaderMap, RequestMethod } from '../../core/ports/upstream.ts';
import { dialectOf, targetPath } from './dialect.ts';
import { type PathRefusal, refusePath } from './path-refusal.ts';
import { type Purpose, purposeOf } from './purpose.ts';

const METHODS: readonly RequestMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A path that passes through to the providers of one API. */
export interface OtherEndpoint {
  readonly ok: true;
  readonly protocol: OtherProtocol;
  readonly target: RequestTarget;
  readonly purpose: Purpose;
}

export type OtherClassified = OtherEndpoint | (PathRefusal & { readonly ok: false });

/** Which API's path a request is for, and why it goes to none. `pathname` is as it stands in the request. */
export function classifyOther(
  method: string,
  pathname: string,
  query: string,
  headers: HeaderMap,
): OtherClassified {
  const protocol = dialectOf(pathname, headers);
  const path = targetPath(protocol, pathname);
  if (path === null) return { ok: false, ...unknown(method, pathname) };
  const { upgrade } = headers;
  const refusal = refusePath(path, query, typeof upgrade === 'string' ? upgrade : undefined);
  if (refusal) return { ok: false, ...refusal };
  const known = METHODS.find((name) => name === method);
  if (!known) {
    const message = `The router passes on ${METHODS.join(', ')}, not ${method}.`;
    return { ok: false, code: 'method_not_allowed', message };
  }
  const purpose = purposeOf(protocol, known, path);
  return { ok: true, protocol, target: { method: known, path, repeatable: purpose.repeatable }, purpose };
}

function unknown(method: string, pathname: string): PathRefusal {
  const path = pathname.slice(0, 200);
  const message = /^\/(?:upload|download|resumable)\//.test(path)
    ? "Google's uploads go to an address of their own, which the router does not pass on: send files inline, or upload them with a key of your own."
    : `The router has no ${method} ${path}. Tools use /v1/chat/completions, /v1/responses, /v1/embeddings, /v1/messages or /v1/models; other paths of a provider pass through below /v1/.`;
  return { code: 'path_unknown', message };
}
