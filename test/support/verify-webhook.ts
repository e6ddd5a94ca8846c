import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ReceivedRequest } from './received-request.ts';

/** A message of a webhook as its receiver reads it. */
export interface ReceivedMessage {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Checks a message as the Standard Webhooks specification 1.0 tells receivers to ("Verifying webhook authenticity"):
 * HMAC-SHA256 under the secret's bytes over `id.timestamp.body`, compared in constant time.
 */
export function verifyWebhook(secret: string, { headers, body, method }: ReceivedRequest): ReceivedMessage {
  assert.equal(method, 'POST');
  assert.equal(headers['content-type'], 'application/json');
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  assert.match(timestamp, /^\d{10}$/);
  const [version, signature = ''] = String(headers['webhook-signature']).split(',');
  assert.equal(version, 'v1');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  assert.ok(timingSafeEqual(wanted, Buffer.from(signature, 'base64')), 'the signature is right');
  return { id, ...(JSON.parse(body.toString()) as Omit<ReceivedMessage, 'id'>) };
}
