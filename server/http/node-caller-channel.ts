import type { ServerResponse } from 'node:http';
import type { CallerChannel } from '../core/router/caller-channel.ts';
import type { Dispose } from '../core/ports/clock.ts';
import { identityHeaders, type RequestIdentity } from './request-identity.ts';

/** A caller at the other end of an HTTP connection. */
export class NodeCallerChannel implements CallerChannel {
  readonly #response: ServerResponse;
  readonly #identity: RequestIdentity;

  constructor(response: ServerResponse, identity: RequestIdentity) {
    this.#response = response;
    this.#identity = identity;
  }

  writeHead(status: number, headers: Readonly<Record<string, string | readonly string[]>>): void {
    if (this.#response.headersSent || this.#response.destroyed) return;
    const all = { ...headers, ...identityHeaders(this.#identity) };
    this.#response.writeHead(status, all as Record<string, string | string[]>);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#response.destroyed) return true;
    return this.#response.write(chunk);
  }

  end(): void {
    if (!this.#response.destroyed) this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
  }

  onDrain(listener: () => void): Dispose {
    this.#response.on('drain', listener);
    return () => this.#response.off('drain', listener);
  }

  onGone(listener: () => void): Dispose {
    const onClose = (): void => {
      if (!this.#response.writableFinished) listener();
    };
    if (this.#response.destroyed) onClose();
    this.#response.on('close', onClose);
    return () => this.#response.off('close', onClose);
  }
}
