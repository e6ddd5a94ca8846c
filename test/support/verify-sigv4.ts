import { createHash, createHmac } from 'node:crypto';
import type { ReceivedRequest } from './received-request.ts';

/**
 * What Amazon computes of a received request: whether it was signed with this secret and arrived as it was signed.
 * Written from docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, apart from the code
 * that signs.
 */
export function isSignedBy(request: ReceivedRequest, secretAccessKey: string): boolean {
  const authorization = request.headers.authorization ?? '';
  const found = /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(
    authorization,
  );
  const [, scope, names, signature] = found ?? [];
  if (scope === undefined || names === undefined || signature === undefined) return false;
  const [path = '/', query = ''] = request.url.split('?');
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [
    request.method,
    // Every service but S3 encodes the path once more.
    path.split('/').map(encodeSegment).join('/'),
    query.split('&').filter(Boolean).sort().join('&'),
    headers.join(''),
    names,
    sha256(request.body),
  ].join('\n');
  const date = String(request.headers['x-amz-date']);
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  return hmac(key, toSign).toString('hex') === signature;
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
