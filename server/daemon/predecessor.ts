import { Agent, request } from 'node:http';
import type { EndpointRecord } from '../../shared/endpoint.ts';
import { compareVersions } from '../../shared/version.ts';

const ANSWER_MS = 5_000;

/** Whether a daemon of this version replaces the one that runs. Equals leave it alone. */
export function replaces(running: EndpointRecord, version: string): boolean {
  return compareVersions(version, running.version) > 0;
}

/**
 * A line to the older daemon. It is opened before its successor listens on the same port: from then on the system
 * shares new connections out between the two, and the request to hand over must not reach the one that makes it.
 */
export class Predecessor {
  readonly #running: EndpointRecord;
  readonly #line = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(running: EndpointRecord) {
    this.#running = running;
  }

  static async connect(running: EndpointRecord): Promise<Predecessor> {
    const predecessor = new Predecessor(running);
    await predecessor.#call('GET', '/health');
    return predecessor;
  }

  /** It takes no new connection any more, and ends when its last answer has. */
  async askToHandOver(): Promise<void> {
    await this.#call('POST', '/api/v1/daemon/hand-over');
    this.#line.destroy();
  }

  #call(method: 'GET' | 'POST', path: string): Promise<void> {
    const { port, managementToken } = this.#running;
    return new Promise((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          port,
          method,
          path,
          agent: this.#line,
          timeout: ANSWER_MS,
          headers: { 'x-api-key': managementToken },
        },
        (response) => {
          response.resume().once('end', () => {
            if (response.statusCode === 200) resolve();
            else reject(new Error(`The running daemon refused to hand over (HTTP ${response.statusCode}).`));
          });
        },
      );
      call.once('timeout', () =>
        call.destroy(new Error('The running daemon does not answer. End it by hand.')),
      );
      call.once('error', reject).end();
    });
  }
}
