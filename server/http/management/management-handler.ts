import type { IncomingMessage, ServerResponse } from 'node:http';
import { RouterError } from '../../core/router-error.ts';
import { describeError, statusOfCode } from '../error-status.ts';
import { readBody } from '../read-body.ts';
import { closeAfterRefusal, sendJson } from '../send.ts';
import type { Route } from './routes.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** Answers the management API. The caller's token has been checked; `report` is told of errors that are ours. */
export async function handleManagement(
  routes: readonly Route[],
  report: (error: unknown) => void,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  try {
    const { route, params } = find(routes, request.method ?? '', url.pathname.slice('/api/v1/'.length));
    const body = await parsedBody(request);
    const result = await route.run({ params, query: url.searchParams, body });
    sendJson(response, route.status ?? 200, result);
  } catch (error) {
    if (!(error instanceof RouterError)) report(error);
    sendManagementError(response, error);
    closeAfterRefusal(request, response);
  }
}

/** `{ error: { code, message } }` with the code's status. */
export function sendManagementError(response: ServerResponse, error: unknown): void {
  const { code, message } = describeError(error);
  if (!response.headersSent) sendJson(response, statusOfCode(code), { error: { code, message } });
}

function find(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly params: readonly string[] } {
  const segments = path.replace(/\/$/, '').split('/');
  const matching = routes.filter((route) => {
    const wanted = route.path.split('/');
    return (
      wanted.length === segments.length && wanted.every((part, at) => part === '*' || part === segments[at])
    );
  });
  if (matching.length === 0)
    throw new RouterError('path_unknown', `The management API has no "/api/v1/${path}".`);
  const route = matching.find((entry) => entry.method === method);
  if (!route) {
    const allowed = matching.map((entry) => entry.method).join(', ');
    throw new RouterError('method_not_allowed', `This path takes ${allowed}, not ${method}.`);
  }
  const wanted = route.path.split('/');
  const params = segments.filter((_, at) => wanted[at] === '*').map(decodeSegment);
  return { route, params };
}

/** One part of a path, decoded; a malformed escape stays as it is. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

async function parsedBody(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'DELETE') return undefined;
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body.ok) {
    throw new RouterError(body.code === 'gone' ? 'invalid_request' : body.code, body.message);
  }
  if (body.bytes.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body.bytes));
  } catch {
    throw new RouterError('malformed_json', 'The request body is not valid JSON.');
  }
}
