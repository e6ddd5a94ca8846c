import { hash, randomBytes } from 'node:crypto';
import type { Tokens } from '../../core/ports/tokens.ts';

/** Tokens of 256 random bits. */
export class NodeTokens implements Tokens {
  issue(prefix: string): { readonly token: string; readonly digest: string } {
    const token = prefix + randomBytes(32).toString('base64url');
    return { token, digest: this.digest(token) };
  }

  digest(token: string): string {
    return hash('sha256', token, 'hex');
  }
}
