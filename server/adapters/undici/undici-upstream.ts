import { isIP } from 'node:net';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { Upstream, UpstreamCall, UpstreamHandler, UpstreamRequest } from '../../core/ports/upstream.ts';
import { Exchange } from './exchange.ts';
import { ADDRESS_PRIVATE, upstreamFailure } from './failure.ts';
import { guardedLookup } from './guarded-lookup.ts';
import type { ProxyChoice } from './proxy-choice.ts';

/** Limits of the connections to providers. */
export interface UndiciUpstreamOptions {
  /** Connections to one origin at a time; further requests wait for a free one. Default 128. */
  readonly connections?: number;
  /** Origins that keep their connections; the one not used for the longest gives its own up. Default 64. */
  readonly maxOrigins?: number;
  /** For DNS, TCP and TLS together, ms. Default 10 000. */
  readonly connectTimeoutMs?: number;
  /** The proxy of requests that don't name one; none if left out. */
  readonly proxyFor?: ProxyChoice;
  /** Certificate authorities in PEM form; the runtime's own if left out or `null`. */
  readonly authorities?: readonly string[] | null;
  /**
   * IP addresses that no connection is made to, whatever name leads to them. Names that a proxy looks up are the proxy's
   * to check.
   */
  readonly refuses?: (address: string) => boolean;
}

/** The connections to one origin, and through which proxy they go. */
interface OpenPool {
  readonly dispatcher: Dispatcher;
  /** Without its credentials. */
  readonly proxyHost: string | null;
}

/**
 * How long an unused connection is kept where the server doesn't say. Hosted services keep theirs for a
 * minute or more (nginx 75 s, AWS load balancers 60 s); local servers as little as 5 s (Node, uvicorn), and
 * to write into a connection that is just being closed would cost an attempt.
 */
const KEEP_ALIVE_MS = { 'https:': 30_000, 'http:': 4_000 };

/**
 * HTTP/1.1 over undici's connection pools, one an origin and proxy. `dispatch` may be called at any time, also from a
 * handler; after `close` it fails every request.
 */
export class UndiciUpstream implements Upstream {
  readonly #pools = new Map<string, OpenPool>();
  readonly #retired = new Set<Promise<void>>();
  readonly #connections: number;
  readonly #maxOrigins: number;
  readonly #connectTimeoutMs: number;
  readonly #proxyFor: ProxyChoice;
  readonly #authorities: readonly string[] | null;
  readonly #refuses: ((address: string) => boolean) | null;
  #closed = false;

  constructor(options: UndiciUpstreamOptions = {}) {
    this.#connections = options.connections ?? 128;
    this.#maxOrigins = options.maxOrigins ?? 64;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
    this.#proxyFor = options.proxyFor ?? (() => null);
    this.#authorities = options.authorities ?? null;
    this.#refuses = options.refuses ?? null;
  }

  dispatch(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const host = hostOf(request.origin);
    if (this.#closed) return refuse(handler, host, 'shutting down');
    if (this.#refuses && isRefusedLiteral(request.origin, this.#refuses)) {
      return refuse(handler, host, ADDRESS_PRIVATE);
    }
    const pool = this.#pool(request.origin, request.proxy);
    const exchange = new Exchange(handler, { host, proxy: pool.proxyHost }, request.headTimeoutMs);
    pool.dispatcher.dispatch(
      {
        origin: request.origin,
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
  #pool(origin: string, chosen: string | undefined): OpenPool {
    const name = chosen === undefined ? origin : `${origin} ${chosen}`;
    const known = this.#pools.get(name);
    if (known) {
      if (this.#pools.size > 1) {
        this.#pools.delete(name);
        this.#pools.set(name, known);
      }
      return known;
    }
    for (const [oldest, pool] of this.#pools) {
      if (this.#pools.size < this.#maxOrigins) break;
      this.#pools.delete(oldest);
      this.#retire(pool);
    }
    const pool = this.#open(origin, chosen ?? this.#proxyFor(origin));
    this.#pools.set(name, pool);
    return pool;
  }

  #open(origin: string, proxy: string | null): OpenPool {
    const tls = {
      // Said in full, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment would turn the check off.
      rejectUnauthorized: true,
      ...(this.#authorities ? { ca: [...this.#authorities] } : {}),
    };
    const options = {
      connections: this.#connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: origin.startsWith('https:') ? KEEP_ALIVE_MS['https:'] : KEEP_ALIVE_MS['http:'],
    };
    if (proxy === null) {
      const lookup = this.#refuses ? { lookup: guardedLookup(this.#refuses) } : {};
      const connect = { timeout: this.#connectTimeoutMs, ...tls, ...lookup };
      return { dispatcher: new Pool(origin, { ...options, connect }), proxyHost: null };
    }
    const dispatcher = new ProxyAgent({
      ...options,
      uri: proxy,
      proxyTunnel: true,
      connectTimeout: this.#connectTimeoutMs,
      requestTls: tls,
      proxyTls: tls,
    });
    return { dispatcher, proxyHost: new URL(proxy).host };
  }

  /** Lets a pool finish what it has begun. */
  #retire({ dispatcher }: OpenPool): void {
    const closing = dispatcher.close().finally(() => this.#retired.delete(closing));
    this.#retired.add(closing);
  }
}

function refuse(handler: UpstreamHandler, host: string, cause: string): UpstreamCall {
  let aborted = false;
  queueMicrotask(() => {
    if (!aborted) handler.onFailure(upstreamFailure('connect', { host, proxy: null }, cause));
  });
  return {
    resume() {},
    abort() {
      aborted = true;
    },
  };
}

/** No name is looked up for a host that is an address already. */
function isRefusedLiteral(origin: string, refuses: (address: string) => boolean): boolean {
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && refuses(host);
}

/** `https://api.openai.com` -> `api.openai.com`, without the cost of parsing a URL a request. */
function hostOf(origin: string): string {
  const start = origin.indexOf('//');
  return start < 0 ? origin : origin.slice(start + 2);
}
