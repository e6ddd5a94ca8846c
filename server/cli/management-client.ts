import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { dataFolder, type EndpointRecord } from '../../shared/endpoint.ts';
import type { ErrorCode } from '../../shared/model/reasons.ts';
import { RouterError } from '../core/router-error.ts';
import { type DaemonAnswer, DaemonLine } from '../daemon/daemon-line.ts';

/** The data folder that this command works on. */
export function chosenFolder(): string {
  return path.resolve(dataFolder(process.env, process.platform, homedir()));
}

/** The same folder, created if it is missing; throws with what to do if that is not possible. */
export function usableFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException;
    throw new RouterError(
      'store_unavailable',
      `The data folder ${folder} can't be used (${message}). Choose another one with --home or APIKEYROUTER_HOME.`,
      { cause: error },
    );
  }
}

/** Calls the management API of a running daemon, which proves each time that it is the one that listens. */
export class ManagementClient {
  readonly endpoint: EndpointRecord;

  constructor(endpoint: EndpointRecord) {
    this.endpoint = endpoint;
  }

  /** Throws `RouterError` with the daemon's code and sentence unless the call succeeded; half a minute unless more is given. */
  async call<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    route: string,
    body?: object,
    limitMs?: number,
  ): Promise<T> {
    const { status, text } = await this.#ask(method, `/api/v1/${route}`, body, limitMs);
    const value = parse(text) as { error?: { code: ErrorCode; message: string } } | null;
    if (status < 300 && value) return value as T;
    if (value?.error) throw new RouterError(value.error.code, value.error.message);
    throw new RouterError('internal', `The daemon's answer (HTTP ${status}) can't be read. ${logHint()}`);
  }

  async #ask(
    method: string,
    path: string,
    body: object | undefined,
    limitMs: number | undefined,
  ): Promise<DaemonAnswer> {
    const line = await DaemonLine.open(this.endpoint);
    try {
      return await line.request(method, path, body, limitMs);
    } catch (error) {
      const { pid, port } = this.endpoint;
      const message = `The daemon (process ${pid}) does not answer on port ${port}. ${logHint()}`;
      throw new RouterError('internal', message, { cause: error });
    } finally {
      line.close();
    }
  }
}

function logHint(): string {
  return `Its log is ${path.join(chosenFolder(), 'logs', 'daemon.log')}.`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
