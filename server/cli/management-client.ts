import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { dataFolder, type EndpointRecord } from '../../shared/endpoint.ts';
import type { ErrorCode } from '../../shared/model/reasons.ts';
import { RouterError } from '../core/router-error.ts';

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

/** Calls the management API of a running daemon. */
export class ManagementClient {
  readonly endpoint: EndpointRecord;

  constructor(endpoint: EndpointRecord) {
    this.endpoint = endpoint;
  }

  /** Throws `RouterError` with the daemon's code and sentence unless the call succeeded. */
  async call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', route: string, body?: object): Promise<T> {
    let response: Response;
    try {
      response = await fetch(`http://127.0.0.1:${this.endpoint.port}/api/v1/${route}`, {
        method,
        headers: { 'x-api-key': this.endpoint.managementToken, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
    } catch (error) {
      const { pid, port } = this.endpoint;
      const message = `The daemon (process ${pid}) does not answer on port ${port}. Its log is ${path.join(chosenFolder(), 'logs', 'daemon.log')}.`;
      throw new RouterError('internal', message, { cause: error });
    }
    const value = (await response.json().catch(() => null)) as {
      error?: { code: ErrorCode; message: string };
    } | null;
    if (response.ok && value) return value as T;
    if (value?.error) throw new RouterError(value.error.code, value.error.message);
    throw new RouterError(
      'internal',
      `What answers on port ${this.endpoint.port} (HTTP ${response.status}) is not the daemon. "apikeyrouter verify" says more.`,
    );
  }
}
