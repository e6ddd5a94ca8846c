import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { dataFolder, type EndpointRecord, endpointFile, parseEndpoint } from '../../shared/endpoint.ts';
import { RouterError } from '../core/router-error.ts';
import type { ErrorCode } from '../../shared/model/reasons.ts';
import { isProcessAlive } from '../daemon/process-alive.ts';

/** The data folder that this command works on. */
export function chosenFolder(): string {
  return path.resolve(dataFolder(process.env, process.platform, homedir()));
}

/** The daemon that runs on a folder; `null` if none does. */
export async function findDaemon(folder: string): Promise<EndpointRecord | null> {
  const text = await readFile(endpointFile(folder), 'utf8').catch(() => '');
  const endpoint = parseEndpoint(text);
  return endpoint && isProcessAlive(endpoint.pid) ? endpoint : null;
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
      const message = `The daemon on port ${this.endpoint.port} does not answer. See "apikeyrouter status", or its log in the data folder.`;
      throw new RouterError('internal', message, { cause: error });
    }
    const value = (await response.json()) as { error?: { code: ErrorCode; message: string } };
    if (response.ok) return value as T;
    throw new RouterError(value.error?.code ?? 'internal', value.error?.message ?? `HTTP ${response.status}`);
  }
}
