import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../../core/ports/clock.ts';
import type { AwsCredentials, AwsSigner } from '../../core/ports/credentials.ts';
import type { UpstreamRequest } from '../../core/ports/upstream.ts';

/**
 * Headers that are signed beside Amazon's own: those that say what the body is. All others may be changed on the way,
 * by a proxy for one, without breaking the signature.
 */
const SIGNED = new Set(['content-type', 'accept']);

/** Amazon's own signer; its package is loaded with the first request that needs it. */
export class SigV4Signer implements AwsSigner {
  readonly #clock: Clock;
  #signer: Promise<typeof SignatureV4> | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async sign(
    request: UpstreamRequest,
    credentials: AwsCredentials,
    scope: { readonly region: string; readonly service: string },
  ): Promise<Readonly<Record<string, string>>> {
    this.#signer ??= import('@smithy/signature-v4').then((module) => module.SignatureV4);
    const Signer = await this.#signer;
    const signer = new Signer({ ...scope, credentials, sha256: NodeSha256 });
    const url = new URL(request.path, request.origin);
    const kept = Object.entries(request.headers).filter(([name]) => SIGNED.has(name));
    const signed = await signer.sign(
      {
        method: request.method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { ...Object.fromEntries(kept), host: url.host },
        body: request.body ?? undefined,
      },
      { signingDate: new Date(this.#clock.now()) },
    );
    const { host: _host, ...headers } = signed.headers;
    return headers;
  }
}

/** Node's SHA-256 in the shape that the signer wants; with a secret it is a HMAC. */
class NodeSha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }

  reset(): void {
    throw new Error('a hash of one request is used once');
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
