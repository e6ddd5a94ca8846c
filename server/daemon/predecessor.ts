import type { EndpointRecord } from '../../shared/endpoint.ts';
import { compareVersions } from '../../shared/version.ts';
import { DaemonLine } from './daemon-line.ts';

/** Whether a daemon of this version replaces the one that runs. Equals leave it alone. */
export function replaces(running: EndpointRecord, version: string): boolean {
  return compareVersions(version, running.version) > 0;
}

/**
 * A line to the older daemon. It is opened before its successor listens on the same port: from then on the system
 * shares new connections out between the two, and the request to hand over must not reach the one that makes it.
 */
export class Predecessor {
  readonly #line: DaemonLine;

  private constructor(line: DaemonLine) {
    this.#line = line;
  }

  /** Throws as `DaemonLine.open` does. */
  static async connect(running: EndpointRecord): Promise<Predecessor> {
    return new Predecessor(await DaemonLine.open(running));
  }

  /** It takes no new connection any more, and ends when its last answer has. */
  async askToHandOver(): Promise<void> {
    const { status } = await this.#line.request('POST', '/api/v1/daemon/hand-over');
    this.#line.close();
    if (status !== 200) throw new Error(`The running daemon refused to hand over (HTTP ${status}).`);
  }
}
