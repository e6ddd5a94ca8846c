import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Manager } from '../../core/admin/management-tokens.ts';
import { firstIssue } from '../../core/admin/input-schemas.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Logger } from '../../core/ports/logger.ts';
import { RouterError } from '../../core/router-error.ts';
import { describeError, statusOfCode } from '../error-status.ts';
import { readBody } from '../read-body.ts';
import { type HttpCall, logNames } from '../request-identity.ts';
import { closeAfterRefusal, sendJson } from '../send.ts';
import { Idempotency } from './idempotency.ts';
import { openApiDocument } from './openapi.ts';
import { requireRole } from './roles.ts';
import type { Call, Route } from './route.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const BASE = '/api/v1';

/** Answers the management API. */
export class ManagementHandler {
  readonly #routes: readonly Route[];
  readonly #logger: Logger;
  readonly #version: string;
  readonly #idempotency: Idempotency;
  #document: object | null = null;

  constructor(parts: {
    readonly routes: readonly Route[];
    readonly logger: Logger;
    readonly clock: Clock;
    readonly version: string;
  }) {
    this.#routes = parts.routes;
    this.#logger = parts.logger;
    this.#version = parts.version;
    this.#idempotency = new Idempotency(parts.clock);
  }

  /** The OpenAPI document. It holds no secret, and needs no token. */
  get document(): object {
    return (this.#document ??= openApiDocument(this.#routes, this.#version));
  }

  /** The manager's token has been checked; whether the role is enough is checked here. */
  async handle(manager: Manager, { request, response, identity }: HttpCall, url: URL): Promise<void> {
    try {
      const { route, params } = find(this.#routes, request.method ?? '', url.pathname.slice(BASE.length));
      requireRole(manager, route.role);
      const query = route.query ? parse(route.query, Object.fromEntries(url.searchParams)) : undefined;
      const given = await parsedBody(request);
      const body = route.body ? parse(route.body, given ?? {}) : undefined;
      const call = { params, query, body, manager } as Call<never, never>;
      const run = async (): Promise<unknown> => route.run(call);
      const key = route.creates && request.headers['idempotency-key'];
      const result =
        typeof key === 'string'
          ? await this.#idempotency.run(key, manager.name, { id: route.id, params, given }, run)
          : await run();
      sendJson(response, route.status ?? 200, result);
    } catch (error) {
      if (!(error instanceof RouterError))
        this.#logger.error(
          { ...logNames(identity), err: error, path: url.pathname },
          'management call failed',
        );
      sendManagementError(response, error);
      closeAfterRefusal(request, response);
    }
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
): { readonly route: Route; readonly params: Readonly<Record<string, string>> } {
  const segments = path.replace(/\/$/, '').split('/');
  const matching = routes.filter((route) => matches(route.path.split('/'), segments));
  if (matching.length === 0) {
    throw new RouterError('path_unknown', `The management API has no "${BASE}${path.slice(0, 200)}".`);
  }
  const route = matching.find((entry) => entry.method === method);
  if (!route) {
    const allowed = [...new Set(matching.map((entry) => entry.method))].join(', ');
    throw new RouterError('method_not_allowed', `This path takes ${allowed}, not ${method}.`);
  }
  const params: Record<string, string> = {};
  route.path.split('/').forEach((part, at) => {
    if (part.startsWith('{')) params[part.slice(1, -1)] = decodeSegment(segments[at] ?? '');
  });
  return { route, params };
}

function matches(wanted: readonly string[], given: readonly string[]): boolean {
  if (wanted.length !== given.length) return false;
  return wanted.every((part, at) => (part.startsWith('{') ? given[at] !== '' : part === given[at]));
}

/** One part of a path, decoded; a malformed escape stays as it is. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (!result.success) throw new RouterError('invalid_request', firstIssue(result.error));
  return result.data;
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
