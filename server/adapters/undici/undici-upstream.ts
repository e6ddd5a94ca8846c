import { Pool } from 'undici';
import type { Upstream, UpstreamCall, UpstreamHandler, UpstreamRequest } from '../../core/ports/upstream.ts';
import { Exchange } from './exchange.ts';
import { upstreamFailure } from './failure.ts';

/** Limits of the connections to providers. */
export interface UndiciUpstreamOptions {
  /** Connections to one origin at a time; further requests wait for a free one. Default 128. */
  readonly connections?: number;
  /** Origins that keep their connections; the one not used for the longest gives its own up. Default 64. */
  readonly maxOrigins?: number;
  /** For DNS, TCP and TLS together, ms. Default 10 000. */
  readonly connectTimeoutMs?: number;
}

/**
 * How long an unused connection is kept where the server doesn't say. Hosted services keep theirs for a
 * minute or more (nginx 75 s, AWS load balancers 60 s); local servers as little as 5 s (Node, uvicorn), and
 * to write into a connection that is just being closed would cost an attempt.
 */
const KEEP_ALIVE_MS = { 'https:': 30_000, 'http:': 4_000 };

/**
 * HTTP/1.1 over undici's connection pools, one an origin. `dispatch` may be called at any time, also from a
 * handler; after `close` it fails every request.
 */
export class UndiciUpstream implements Upstream {
  readonly #pools = new Map<string, Pool>();
  readonly #retired = new Set<Promise<void>>();
  readonly #connections: number;
  readonly #maxOrigins: number;
  readonly #connectTimeoutMs: number;
  #closed = false;

  constructor(options: UndiciUpstreamOptions = {}) {
    this.#connections = options.connections ?? 128;
    this.#maxOrigins = options.maxOrigins ?? 64;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
  }

  dispatch(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const host = hostOf(request.origin);
    if (this.#closed) return refuse(handler, host, 'shutting down');
    const exchange = new Exchange(handler, host, request.headTimeoutMs);
    this.#pool(request.origin).dispatch(
      {
        path: request.path,
        method: request.method,
        headers: request.headers,
        body: request.body,
        headersTimeout: 0,
        bodyTimeout: request.idleTimeoutMs,
      },
      exchange,
    );
    return exchange;
  }

  /** Waits for the calls under way: abort those that should not be waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const pool of this.#pools.values()) this.#retire(pool);
    this.#pools.clear();
    await Promise.all(this.#retired);
  }

  /** The pool of an origin. The map's order is the order of use, so that its first entry may go. */
  #pool(origin: string): Pool {
    const known = this.#pools.get(origin);
    if (known) {
      if (this.#pools.size > 1) {
        this.#pools.delete(origin);
        this.#pools.set(origin, known);
      }
      return known;
    }
    for (const [oldest, pool] of this.#pools) {
      if (this.#pools.size < this.#maxOrigins) break;
      this.#pools.delete(oldest);
      this.#retire(pool);
    }
    const pool = this.#open(origin);
    this.#pools.set(origin, pool);
    return pool;
  }

  #open(origin: string): Pool {
    return new Pool(origin, {
      connections: this.#connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: origin.startsWith('https:') ? KEEP_ALIVE_MS['https:'] : KEEP_ALIVE_MS['http:'],
      connect: {
        timeout: this.#connectTimeoutMs,
        // Said in full, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would turn the check off.
        rejectUnauthorized: true,
      },
    });
  }

  /** Lets a pool finish what it has begun. */
  #retire(pool: Pool): void {
    const closing = pool.close().finally(() => this.#retired.delete(closing));
    this.#retired.add(closing);
  }
}

function refuse(handler: UpstreamHandler, host: string, cause: string): UpstreamCall {
  let aborted = false;
  queueMicrotask(() => {
    if (!aborted) handler.onFailure(upstreamFailure('connect', host, cause));
  });
  return {
    resume() {},
    abort() {
      aborted = true;
    },
  };
}

/** `https://api.openai.com` -> `api.openai.com`, without the cost of parsing a URL a request. */
function hostOf(origin: string): string {
  const start = origin.indexOf('//');
  return start < 0 ? origin : origin.slice(start + 2);
}
