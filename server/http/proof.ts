import { createHmac } from 'node:crypto';

/** HMAC-SHA-256 of a challenge under a management token, lower-case hex: who can give it knows the token. */
export function proofOf(token: string, challenge: string): string {
  return createHmac('sha256', token).update(challenge).digest('hex');
}
