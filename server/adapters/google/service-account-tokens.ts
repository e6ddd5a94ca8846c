import { createPrivateKey, sign } from 'node:crypto';
import { fetchAnswer } from '../../core/fetch-answer.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { GoogleTokens, ServiceAccount } from '../../core/ports/credentials.ts';
import type { ClassifiedFailure } from '../../core/ports/provider.ts';
import type { Upstream } from '../../core/ports/upstream.ts';
import { networkFailure } from '../../core/router/attempt-failure.ts';

type TokenResult = Awaited<ReturnType<GoogleTokens['token']>>;

interface Kept {
  readonly token: string;
  /** ms since the epoch. */
  readonly expiresAt: number;
}

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const ASSERTION_S = 3600;
/** A token is renewed so long before its end that no request is under way with one that ends. */
const SPARE_MS = 5 * 60_000;
const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Exchanges a signed assertion for an access token (RFC 7523; developers.google.com/identity/protocols/oauth2/
 * service-account#httprest). Google's own library brings 1.3 MB for what is one signed request here.
 */
export class ServiceAccountTokens implements GoogleTokens {
  readonly #upstream: Upstream;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Promise<TokenResult>>();

  constructor(parts: { readonly upstream: Upstream; readonly clock: Clock }) {
    this.#upstream = parts.upstream;
    this.#clock = parts.clock;
  }

  token(account: ServiceAccount, proxy: string | undefined): Promise<TokenResult> {
    const id = `${account.clientEmail} ${account.privateKeyId}`;
    const kept = this.#kept.get(id);
    if (kept && kept.expiresAt - SPARE_MS > this.#clock.now()) {
      return Promise.resolve({ ok: true, token: kept.token });
    }
    const asked = this.#asked.get(id);
    if (asked) return asked;
    const result = this.#ask(id, account, proxy).finally(() => this.#asked.delete(id));
    this.#asked.set(id, result);
    return result;
  }

  async #ask(id: string, account: ServiceAccount, proxy: string | undefined): Promise<TokenResult> {
    const now = this.#clock.now();
    const assertion = signAssertion(account, Math.floor(now / 1000));
    if (assertion === null)
      return refused("The service account's private key can't be read. Add its JSON file again.");
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
    });
    const body = Buffer.from(form.toString());
    const url = new URL(account.tokenUri);
    const answer = await fetchAnswer(
      this.#upstream,
      {
        method: 'POST',
        origin: url.origin,
        path: url.pathname,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': String(body.length),
          'accept-encoding': 'identity',
        },
        body,
        ...(proxy === undefined ? {} : { proxy }),
        headTimeoutMs: TIMEOUT_MS,
        idleTimeoutMs: TIMEOUT_MS,
      },
      MAX_ANSWER_BYTES,
    );
    if (!answer.ok) return { ok: false, failure: networkFailure(answer.failure) };
    const { access_token, expires_in, error, error_description } = parse(answer.text ?? '');
    if (answer.status === 200 && typeof access_token === 'string') {
      const seconds = typeof expires_in === 'number' ? expires_in : ASSERTION_S;
      this.#kept.set(id, { token: access_token, expiresAt: now + seconds * 1000 });
      return { ok: true, token: access_token };
    }
    const said = [error, error_description].filter((part) => typeof part === 'string').join(': ');
    const message = `Google gave no token for ${account.clientEmail} (HTTP ${answer.status}${said ? `, ${said}` : ''}).`;
    if (answer.status >= 500) return { ok: false, failure: { class: 'server_error', message } };
    return refused(message);
  }
}

function refused(message: string): TokenResult {
  const failure: ClassifiedFailure = { class: 'key_invalid', message };
  return { ok: false, failure };
}

/** A JWT (RFC 7519) by RS256; `null` if the key can't be read. */
function signAssertion(account: ServiceAccount, now: number): string | null {
  const header = { alg: 'RS256', typ: 'JWT', kid: account.privateKeyId };
  const claims = {
    iss: account.clientEmail,
    scope: SCOPE,
    aud: account.tokenUri,
    iat: now,
    exp: now + ASSERTION_S,
  };
  const signed = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  try {
    const signature = sign('RSA-SHA256', Buffer.from(signed), createPrivateKey(account.privateKey));
    return `${signed}.${signature.toString('base64url')}`;
  } catch {
    return null;
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
