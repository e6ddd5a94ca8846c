import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '../../shared/model/reasons.ts';

export type BodyResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly code: ErrorCode | 'gone'; readonly message: string };

/** Reads a request's body up to `maxBytes`; a length that is announced is refused before anything is read. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyResult> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    const message = `The body is encoded as "${encoding}". Send it plain.`;
    return { ok: false, code: 'unsupported_encoding', message };
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge(maxBytes);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = (result: BodyResult): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) {
        request.pause();
        done(tooLarge(maxBytes));
      } else {
        chunks.push(chunk);
      }
    };
    const onEnd = (): void => {
      const [first] = chunks;
      done({ ok: true, bytes: chunks.length === 1 && first ? first : Buffer.concat(chunks, size) });
    };
    const onClose = (): void => done({ ok: false, code: 'gone', message: 'The caller left.' });
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function tooLarge(maxBytes: number): BodyResult {
  const limit = `${Math.round(maxBytes / 1024 / 1024)} MB`;
  return {
    ok: false,
    code: 'body_too_large',
    message: `The body is larger than ${limit}, the router's limit.`,
  };
}
