import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Manager } from '../core/admin/management-tokens.ts';
import type { Logger } from '../core/ports/logger.ts';
import type { Random } from '../core/ports/random.ts';
import { RouterError } from '../core/router-error.ts';
import { CODECS, classifyPath, endpointPath } from '../protocol/classify.ts';
import { dialectOf } from '../protocol/other/dialect.ts';
import { statusOfCode } from './error-status.ts';
import { type Access, guard } from './guard.ts';
import { decodeSegment, ManagementHandler, sendManagementError } from './management/management-handler.ts';
import { type ManagementParts, managementRoutes } from './management/routes/all-routes.ts';
import { handleModels } from './models-handler.ts';
import { handleOther } from './other-handler.ts';
import { handleProxy } from './proxy-handler.ts';
import { presentedToken } from './authenticate.ts';
import { type HttpCall, identify, identityHeaders, logNames, shownId } from './request-identity.ts';
import { proofOf } from './proof.ts';
import type { ProxyParts } from './serve-caller.ts';
import { closeAfterRefusal, sendFailure, sendJson } from './send.ts';

export interface HttpServerParts extends ProxyParts, ManagementParts {
  readonly logger: Logger;
  readonly random: Random;
  readonly managementToken: string;
  readonly version: string;
  readonly renderMetrics: () => Promise<string>;
  readonly access: Access;
}

/** Whoever can read the endpoint file: the CLI and the daemon's other own clients. */
const OWNER: Manager = { name: 'local', role: 'admin' };

/** A head that takes longer than this is an attack or a dead peer (slow loris). */
const HEAD_TIMEOUT_MS = 10_000;
const BODY_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_MS = 65_000;
/** A turn of the event loop in which next to nothing happened, and how many are waited for. */
const QUIET_TURN_MS = 0.2;
const MAX_QUIET_TURNS = 500;
const SWEEP_MS = 50;
const MAX_HEAD_BYTES = 64 * 1024;

/** The daemon's one HTTP port: the proxy for tools, the management API, health and metrics. */
export class HttpServer {
  readonly #parts: HttpServerParts;
  readonly #management: ManagementHandler;
  readonly #server: Server;
  #draining = false;
  port = 0;

  constructor(parts: HttpServerParts) {
    this.#parts = parts;
    this.#management = new ManagementHandler({ ...parts, routes: managementRoutes(parts) });
    const options = {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: HEAD_TIMEOUT_MS,
      requestTimeout: BODY_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: 1_000,
      noDelay: true,
    };
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#handle(request, response);
    };
    this.#server = createServer(options, listener);
    // Both look at the headers before they invite a body.
    this.#server.on('checkContinue', listener).on('checkExpectation', listener);
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
      else socket.end(malformedRequest(error.code));
    });
  }

  /** Rejects with the system's error, e.g. `EADDRINUSE`. */
  listen(host: string, port: number, sharing: 'exclusive' | 'hand-over'): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      // While a predecessor drains, both listen for a moment, so that no connection is refused.
      const reusePort = sharing === 'hand-over';
      this.#server.listen({ host, port, reusePort }, () => {
        this.#server.off('error', reject);
        this.port = (this.#server.address() as AddressInfo).port;
        resolve(this.port);
      });
    });
  }

  /** Takes no new connections; resolves when the last running answer has ended. */
  async drain(): Promise<void> {
    this.#draining = true;
    await this.#acceptWaiting();
    return new Promise((resolve) => {
      // A connection whose answer has just ended is idle, and kept alive by its client.
      const sweep = setInterval(() => this.#server.closeIdleConnections(), SWEEP_MS);
      this.#server.close(() => {
        clearInterval(sweep);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  /**
   * Connections that the system has made, but that were not accepted yet, would be reset by closing. So it closes right
   * after a turn of the event loop in which there were none and nothing else took time; only a connection made within
   * that fraction of a millisecond can still be reset.
   */
  async #acceptWaiting(): Promise<void> {
    let accepted = 0;
    const count = (): void => void accepted++;
    this.#server.on('connection', count);
    for (let turn = 0; turn < MAX_QUIET_TURNS; turn++) {
      const before = accepted;
      const started = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      if (turn > 1 && accepted === before && performance.now() - started < QUIET_TURN_MS) break;
    }
    this.#server.off('connection', count);
  }

  /** Cuts what still runs. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    if (this.#draining) response.shouldKeepAlive = false;
    const identity = identify(request.headers, this.#parts.random);
    for (const [name, value] of Object.entries(identityHeaders(identity))) response.setHeader(name, value);
    try {
      await this.#route({ request, response, identity });
    } catch (error) {
      this.#parts.logger.error({ ...logNames(identity), err: error }, 'request handler failed');
      sendManagementError(response, error);
    }
  }

  async #route(call: HttpCall): Promise<void> {
    const { request, response, identity } = call;
    const queryAt = request.url?.indexOf('?') ?? -1;
    const rawPath = queryAt === -1 ? (request.url ?? '/') : (request.url ?? '/').slice(0, queryAt);
    const path = endpointPath(rawPath);
    const endpoint = classifyPath(path);
    const refusal = guard(request.headers, this.port, this.#parts.access);
    if (refusal) {
      const codec = CODECS[endpoint?.protocol ?? dialectOf(rawPath, request.headers)];
      const failure = { ...refusal, status: statusOfCode(refusal.code), final: true };
      sendFailure(response, codec, failure, shownId(identity));
      closeAfterRefusal(request, response);
      return;
    }
    if (endpoint) {
      await handleProxy(this.#parts, endpoint, call);
    } else if (request.method === 'GET' && path === '/models') {
      handleModels(this.#parts, null, call);
    } else if (request.method === 'GET' && path.startsWith('/models/')) {
      handleModels(this.#parts, decodeSegment(path.slice('/models/'.length)), call);
    } else if (rawPath.startsWith('/api/v1/') || rawPath === '/metrics' || rawPath === '/health') {
      await this.#manage(rawPath, call);
    } else {
      await handleOther(this.#parts, rawPath, call);
    }
  }

  async #manage(path: string, call: HttpCall): Promise<void> {
    const { request, response } = call;
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (path === '/health') {
      sendJson(response, 200, this.#health(url.searchParams.get('challenge')));
      return;
    }
    if (path === '/api/v1/openapi.json') {
      sendJson(response, 200, this.#management.document);
      return;
    }
    if (path === '/metrics' && this.#parts.access.openMetrics) {
      await this.#sendMetrics(response);
      return;
    }
    const manager = this.#manager(request);
    if (manager instanceof RouterError) {
      sendManagementError(response, manager);
      closeAfterRefusal(request, response);
      return;
    }
    if (path === '/metrics') {
      await this.#sendMetrics(response);
      return;
    }
    await this.#management.handle(manager, call, url);
  }

  async #sendMetrics(response: ServerResponse): Promise<void> {
    const text = await this.#parts.renderMetrics();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(text);
  }

  /** A challenge is answered with its HMAC under the management token: proof that the listener is this daemon. */
  #health(challenge: string | null): Record<string, unknown> {
    const health = { status: 'ok', product: 'apikeyrouter', version: this.#parts.version };
    if (challenge === null || challenge.length > 128) return health;
    return { ...health, proof: proofOf(this.#parts.managementToken, challenge) };
  }

  /** The holder of the daemon's own token may do everything; others have named tokens. */
  #manager({ headers }: IncomingMessage): Manager | RouterError {
    const { managementToken, admin } = this.#parts;
    const given = headers['x-api-key'];
    const token = typeof given === 'string' ? given : presentedToken(headers);
    if (token === null) {
      return new RouterError(
        'token_missing',
        'The management API needs its token in the header X-API-Key. It is in daemon/endpoint.json of the data folder.',
      );
    }
    const wanted = Buffer.from(proofOf(managementToken, 'management'));
    if (timingSafeEqual(wanted, Buffer.from(proofOf(token, 'management')))) return OWNER;
    const manager = admin.managementTokens.authenticate(token);
    if (manager === 'token_expired') {
      return new RouterError(manager, 'This management token has expired. Create a new one.');
    }
    if (manager === 'token_invalid') {
      return new RouterError(
        manager,
        'This is no valid management token. The one in daemon/endpoint.json of the data folder changes when the daemon starts.',
      );
    }
    return manager;
  }
}

/** What Node's parser could not read: answered in HTTP, since there is no request to answer. */
function malformedRequest(code: string | undefined): string {
  const [status, message] =
    code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'The request head is larger than 64 KB.']
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'The request took too long to arrive.']
        : ['400 Bad Request', 'This is not a valid HTTP request.'];
  const body = JSON.stringify({
    error: { message, type: 'invalid_request_error', param: null, code: 'invalid_request' },
  });
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}
