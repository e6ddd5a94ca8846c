import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { NO_USAGE, type TokenUsage } from '../../shared/model/usage.ts';
import type { ReceivedRequest } from './received-request.ts';
import { jsonReply, type Reply, type Script, type Step } from './script.ts';

/** Which requests a script answers; what is left out matches everything. */
export interface Route {
  readonly key?: string;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** The whole path, without the query. */
  readonly path?: string;
}

interface ActiveRoute extends Route {
  readonly scripts: Script[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * A provider that does as it is told, for what a general simulator can't act: exact headers, bytes at exact
 * boundaries, and every way of breaking off. It keeps what it received and what it would bill.
 */
export class ScriptedUpstream {
  readonly #server: http.Server;
  readonly #routes: ActiveRoute[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #requests: Mutable<ReceivedRequest>[] = [];
  #count = 0;

  private constructor(server: http.Server) {
    this.#server = server;
  }

  /** Listens on a port of its own. */
  static async start(): Promise<ScriptedUpstream> {
    const server = http.createServer();
    const upstream = new ScriptedUpstream(server);
    server.on('request', (request, response) => void upstream.#receive(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return upstream;
  }

  /** `http://127.0.0.1:PORT`: an origin, and a base URL of a provider. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** All requests, in the order of their arrival. */
  get requests(): readonly ReceivedRequest[] {
    return this.#requests;
  }

  /** What is billed in all, to one key or to all of them. */
  billed(key?: string): readonly TokenUsage[] {
    return this.#requests
      .filter((request) => key === undefined || request.key === key)
      .flatMap((request) => request.bill ?? []);
  }

  /**
   * Answers matching requests with the scripts in order; the last one stays. A route added later comes first.
   */
  on(route: Route, ...scripts: readonly Script[]): this {
    this.#routes.unshift({ ...route, scripts: [...scripts] });
    return this;
  }

  /** Resolves with the n-th request (counted from 1) once it has arrived. */
  async received(n: number): Promise<ReceivedRequest> {
    for (;;) {
      const request = this.#requests[n - 1];
      if (request) return request;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Ends all connections. */
  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #receive(message: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) chunks.push(chunk as Buffer);
    } catch {
      // The client left before its request was complete: there is nothing to answer.
      return;
    }
    const closed = Promise.withResolvers<void>();
    const request = this.#record(message, Buffer.concat(chunks), closed.promise);
    const left = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) request.abortedAt = Date.now();
      left.abort();
      closed.resolve();
    });
    const script = this.#find(request);
    await perform(typeof script === 'function' ? script(request) : script, {
      request,
      response,
      left: left.signal,
    });
  }

  #record(message: http.IncomingMessage, body: Buffer, closed: Promise<void>): Mutable<ReceivedRequest> {
    const url = message.url ?? '/';
    const request: Mutable<ReceivedRequest> = {
      id: `req_simulated_${++this.#count}`,
      method: message.method ?? '',
      path: url.split('?')[0] ?? url,
      url,
      headers: message.headers,
      key: credential(message.headers),
      body,
      json: parse(body),
      receivedAt: Date.now(),
      abortedAt: null,
      bill: null,
      closed,
    };
    this.#requests.push(request);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    return request;
  }

  #find(request: ReceivedRequest): Script {
    const route = this.#routes.find(
      ({ key, method, path }) =>
        (key === undefined || key === request.key) &&
        (method === undefined || method === request.method) &&
        (path === undefined || path === request.path),
    );
    const script = route && route.scripts.length > 1 ? route.scripts.shift() : route?.scripts[0];
    if (script) return script;
    return jsonReply(404, {
      error: { message: `No script for ${request.method} ${request.path} with key ${request.key}` },
    });
  }
}

interface Stage {
  readonly request: Mutable<ReceivedRequest>;
  readonly response: http.ServerResponse;
  /** Aborted when the connection is gone. */
  readonly left: AbortSignal;
}

/** Plays an answer, and bills as it goes. */
async function perform(reply: Reply, stage: Stage): Promise<void> {
  const { request, response, left } = stage;
  response.writeHead(reply.status, {
    'request-id': request.id,
    'x-request-id': request.id,
    ...reply.headers,
  });
  // Billed from the moment the provider begins to work on it.
  if (reply.bills) request.bill = { ...reply.bills, outputTokens: 0, reasoningTokens: 0 };
  for (const step of reply.steps) {
    await act(step, stage);
    if (left.aborted) return;
    if (step.do === 'write' && step.outputTokens !== undefined) {
      const bill = request.bill ?? NO_USAGE;
      request.bill = { ...bill, outputTokens: bill.outputTokens + step.outputTokens };
    }
  }
  if (reply.bills) request.bill = reply.bills;
  response.end();
}

async function act(step: Step, { response, left }: Stage): Promise<void> {
  const gone = left.aborted ? Promise.resolve() : once(left, 'abort');
  switch (step.do) {
    case 'head':
      response.flushHeaders();
      return;
    case 'write':
      await Promise.race([gone, new Promise<void>((resolve) => response.write(step.bytes, () => resolve()))]);
      // Each piece leaves in a packet of its own, as far as the network stack allows.
      await setImmediate();
      return;
    case 'wait':
      await Promise.race([gone, setTimeout(step.ms)]);
      return;
    case 'until':
      await Promise.race([gone, step.promise]);
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      await gone;
      return;
    case 'cut':
      response.socket?.end();
      await gone;
      return;
    case 'stall':
      await gone;
      return;
  }
}

function credential(headers: http.IncomingHttpHeaders): string | null {
  const apiKey = headers['x-api-key'] ?? headers['x-goog-api-key'];
  if (typeof apiKey === 'string') return apiKey;
  return /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

function parse(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
