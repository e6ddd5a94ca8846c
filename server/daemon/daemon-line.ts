import { randomBytes } from 'node:crypto';
import { Agent, type ClientRequestArgs, type IncomingMessage, request } from 'node:http';
import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { EndpointRecord } from '../../shared/endpoint.ts';
import { RouterError } from '../core/router-error.ts';
import { proofOf } from '../http/proof.ts';
import { portOwner } from './port-owner.ts';

/** An answer of the daemon, whatever its status. */
export interface DaemonAnswer {
  readonly status: number;
  readonly text: string;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly limitMs: number;
}

const PROOF_MS = 5_000;
const ANSWER_MS = 30_000;
/** A daemon that ends closes each connection after its answer: its successor is there in a moment. */
const TRIES = 20;
const PAUSE_MS = 50;

/**
 * One connection to a daemon. The management token is only sent once the other end has proven that it knows it, and on
 * that very connection: who would answer on another one has proven nothing.
 */
export class DaemonLine {
  readonly #endpoint: EndpointRecord;
  readonly #agent: Agent;

  private constructor(endpoint: EndpointRecord) {
    this.#endpoint = endpoint;
    this.#agent = new OneConnection({ keepAlive: true, maxSockets: 1 });
  }

  /** Connects, and has the listener prove that it is this daemon. Throws `RouterError('conflict')` with what to do. */
  static async open(endpoint: EndpointRecord): Promise<DaemonLine> {
    for (let tries = 0; tries < TRIES; tries++) {
      const line = new DaemonLine(endpoint);
      if ((await line.#prove()) === 'goes on') return line;
      line.close();
      await delay(PAUSE_MS);
    }
    throw new RouterError(
      'conflict',
      `The daemon (process ${endpoint.pid}) is ending. Try again in a moment.`,
    );
  }

  /**
   * Calls the management API. Rejects with the system's error if the connection is lost, or the answer takes longer than
   * `limitMs`.
   */
  async request(method: string, path: string, body?: object, limitMs = ANSWER_MS): Promise<DaemonAnswer> {
    const headers = { 'x-api-key': this.#endpoint.managementToken, 'content-type': 'application/json' };
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await this.#send({ method, path, headers, limitMs, ...text });
    return { status: answer.head.statusCode ?? 0, text: answer.text };
  }

  close(): void {
    this.#agent.destroy();
  }

  /** A program that took the port can't answer the challenge: it does not know the management token. */
  async #prove(): Promise<'goes on' | 'closes'> {
    const { port, pid, managementToken } = this.#endpoint;
    const challenge = randomBytes(16).toString('hex');
    const path = `/health?challenge=${challenge}`;
    const answer = await this.#send({ method: 'GET', path, limitMs: PROOF_MS }).catch(() => null);
    if (!answer) {
      this.close();
      throw new RouterError(
        'conflict',
        `Nothing answers on port ${port}, where the daemon should. Stop it (process ${pid}), then "apikeyrouter serve".`,
      );
    }
    if (proofIn(answer.text) !== proofOf(managementToken, challenge)) {
      this.close();
      throw new RouterError(
        'conflict',
        `What answers on port ${port} (${(await portOwner(port)) ?? 'an unknown program'}) is not this daemon. Don't point tools at it; end it, then "apikeyrouter serve".`,
      );
    }
    return answer.head.headers.connection === 'close' ? 'closes' : 'goes on';
  }

  #send(call: Call): Promise<{ readonly head: IncomingMessage; readonly text: string }> {
    const { method, path, headers = {}, body = '', limitMs } = call;
    return new Promise((resolve, reject) => {
      const options: ClientRequestArgs = {
        host: '127.0.0.1',
        port: this.#endpoint.port,
        method,
        path,
        agent: this.#agent,
        headers: body === '' ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(limitMs),
      };
      const outgoing = request(options, (head) => {
        let text = '';
        head.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        head.once('end', () => resolve({ head, text })).once('error', reject);
      });
      outgoing.once('error', reject).end(body);
    });
  }
}

/** Makes one connection, and none in its place when that is lost. */
class OneConnection extends Agent {
  #made = false;

  override createConnection(
    options: ClientRequestArgs,
    created?: (error: Error | null, socket: Duplex) => void,
  ): Socket | null {
    if (this.#made) {
      created?.(new Error('The connection to the daemon was lost.'), new Socket());
      return null;
    }
    this.#made = true;
    return connect({ host: options.host ?? '', port: Number(options.port) });
  }
}

function proofIn(text: string): string | null {
  try {
    return (JSON.parse(text) as { readonly proof?: string } | null)?.proof ?? null;
  } catch {
    return null;
  }
}
