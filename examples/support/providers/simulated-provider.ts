import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { LLMock } from '@copilotkit/aimock';
import { type Account, AccountState } from './account.ts';
import type { Dialect, PlainAnswer } from './dialect.ts';
import { startModels, tokensOf } from './simulated-model.ts';

export interface ProviderOptions {
  readonly name: string;
  readonly dialect: Dialect;
  readonly models: readonly string[];
  readonly accounts: readonly Account[];
}

/** A provider with accounts: knows keys, revokes them, limits their rate. aimock's models answer the rest. */
export class SimulatedProvider {
  readonly #options: ProviderOptions;
  readonly #models: LLMock;
  readonly #server: http.Server;
  readonly #accounts: ReadonlyMap<string, AccountState>;

  private constructor(options: ProviderOptions, models: LLMock) {
    this.#options = options;
    this.#models = models;
    this.#accounts = new Map(options.accounts.map((account) => [account.secret, new AccountState(account)]));
    this.#server = http.createServer((request, response) => {
      this.#receive(request, response).catch(() => response.destroy());
    });
  }

  /** Listens on 127.0.0.1, on a port of its own. */
  static async start(options: ProviderOptions): Promise<SimulatedProvider> {
    const provider = new SimulatedProvider(options, await startModels(options.name));
    provider.#server.listen(0, '127.0.0.1');
    await once(provider.#server, 'listening');
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on the provider refuses this key. */
  revoke(secret: string): void {
    const account = this.#accounts.get(secret);
    if (account) account.revoked = true;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await Promise.all([
      this.#models.stop(),
      new Promise<void>((resolve) => this.#server.close(() => resolve())),
    ]);
  }

  async #receive(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const secret = credential(request.headers);
    const state = this.#accounts.get(secret);
    await delay(state?.account.latencyMs ?? 0);
    if (!state || state.revoked) return send(response, this.#options.dialect.unknownKey(secret));
    const { organization } = state.account;
    if (organization !== '') response.setHeader(this.#options.dialect.accountHeader, organization);
    const plain = this.#answerItself(request, body, state);
    if (plain) send(response, plain);
    else await this.#askModel(request, response, body);
  }

  /** Listings, counts and refusals need no model. */
  #answerItself(request: http.IncomingMessage, body: Buffer, state: AccountState): PlainAnswer | null {
    const { dialect, models } = this.#options;
    if (request.method === 'GET') return { status: 200, body: dialect.models(models) };
    if (request.url?.includes('/count_tokens')) {
      return { status: 200, body: { input_tokens: tokensOf(body.toString()) } };
    }
    const model = String((JSON.parse(body.toString()) as { model?: unknown }).model);
    const wait = state.take(model, Date.now());
    const { organization, limit } = state.account;
    return wait > 0 ? dialect.rateLimited(model, organization, limit?.requests ?? 0, wait) : null;
  }

  async #askModel(request: http.IncomingMessage, response: http.ServerResponse, body: Buffer): Promise<void> {
    const { port } = new URL(this.#models.url);
    const { 'content-type': type = 'application/json' } = request.headers;
    const forwarded = http.request({
      host: '127.0.0.1',
      port,
      method: request.method,
      path: request.url,
      headers: { 'content-type': type, 'content-length': body.length },
    });
    response.once('close', () => forwarded.destroy());
    const answered = once(forwarded, 'response') as Promise<[http.IncomingMessage]>;
    forwarded.end(body);
    const [answer] = await answered;
    response.writeHead(answer.statusCode ?? 500, {
      'content-type': answer.headers['content-type'] ?? 'application/json',
    });
    if (request.url === '/v1/embeddings') response.end(countEmbedded(body, await json(answer)));
    else await pipeline(answer, response);
  }
}

/** aimock counts no tokens for embeddings. */
function countEmbedded(question: Buffer, answer: unknown): string {
  const tokens = tokensOf(question.toString());
  return JSON.stringify({ ...(answer as object), usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

function send(response: http.ServerResponse, answer: PlainAnswer): void {
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(JSON.stringify(answer.body));
}

function credential(headers: http.IncomingHttpHeaders): string {
  const apiKey = headers['x-api-key'];
  if (typeof apiKey === 'string') return apiKey;
  return /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}
