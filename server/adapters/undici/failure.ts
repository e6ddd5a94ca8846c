import type { UpstreamFailure, UpstreamFailureCode } from '../../core/ports/upstream.ts';

/** How a request went: to which host, through which proxy, if any. Both with their ports, without credentials. */
export interface Route {
  readonly host: string;
  readonly proxy: string | null;
}

/** Sentences for people: what happened, and where there is something to do about it, what. The cause follows in brackets. */
const SENTENCES: Readonly<Record<UpstreamFailureCode, (route: Route) => readonly [string, string?]>> = {
  dns: ({ host }) => [
    `The host name ${host} could not be resolved`,
    'Check the base URL and the network. Where only a proxy reaches the internet, set HTTPS_PROXY or VS Code\'s "http.proxy".',
  ],
  connect: ({ host }) => [
    `No connection to ${host} could be made`,
    isLocal(host)
      ? 'Start the server there, or correct its base URL.'
      : 'Check the network and the firewall, and whether a proxy (HTTPS_PROXY) is needed.',
  ],
  proxy: ({ host, proxy }) => [
    `The proxy ${proxy} made no connection to ${host}`,
    'Check HTTPS_PROXY, VS Code\'s "http.proxy" or the proxy of the key; NO_PROXY names hosts that need none.',
  ],
  tls: ({ host }) => [
    `The certificate or TLS handshake of ${host} was not accepted`,
    'Where a company\'s proxy or an own authority signs certificates, name its PEM file in NODE_EXTRA_CA_CERTS or the setting "apikeyrouter.caFile".',
  ],
  head_timeout: ({ host }) => [`${host} did not begin to answer in time`],
  idle_timeout: ({ host }) => [`${host} stopped sending in the middle of its answer`],
  reset: ({ host }) => [`The connection to ${host} was lost`],
};

/** The code of an error for an address that must not be connected to. */
export const ADDRESS_PRIVATE = 'ADDRESS_PRIVATE';

/** By cause, where the usual remedy would mislead. */
const OTHER_REMEDIES: Readonly<Record<string, string>> = {
  [ADDRESS_PRIVATE]: 'It leads to a private address, which has to be allowed first.',
  CERT_HAS_EXPIRED: "Its certificate has expired: check this computer's clock, then ask its operator.",
  CERT_NOT_YET_VALID: "Its certificate is not valid yet: check this computer's clock.",
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name: check the base URL.',
  EPROTO: 'It may speak plain HTTP there: check scheme and port of the base URL.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'It may speak plain HTTP there: check scheme and port of the base URL.',
};

/** Whether anything of the request may have reached the server when the error came up. */
export type FailureStage = 'connecting' | 'exchanging';

/** Puts an error of undici or of Node's sockets into the router's words. */
export function describeFailure(error: unknown, route: Route, stage: FailureStage): UpstreamFailure {
  const code = codeOf(error);
  const failure = failureCode(code, route, stage);
  const status = failure === 'proxy' ? proxyStatus(error) : null;
  if (status === 407) {
    const message = `The proxy ${route.proxy} asks who you are (407). Put your name there into its address: http://user:password@host:port.`;
    return { code: failure, message };
  }
  const cause = status === null ? (code ?? reasonOf(error)) : `it answered ${status}`;
  return upstreamFailure(failure, route, cause);
}

/** A failure's code with its sentence for people. */
export function upstreamFailure(code: UpstreamFailureCode, route: Route, cause: string): UpstreamFailure {
  const [what, usualRemedy] = SENTENCES[code](route);
  const remedy = (code === 'tls' || code === 'connect' ? OTHER_REMEDIES[cause] : undefined) ?? usualRemedy;
  return { code, message: `${what} (${cause}).${remedy === undefined ? '' : ` ${remedy}`}` };
}

function failureCode(code: string | undefined, { proxy }: Route, stage: FailureStage): UpstreamFailureCode {
  const unreached = stage === 'exchanging' ? 'reset' : proxy === null ? 'connect' : 'proxy';
  if (code === undefined) return unreached;
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return 'head_timeout';
  if (code === 'UND_ERR_BODY_TIMEOUT') return 'idle_timeout';
  if (code.startsWith('UND_ERR_PRX_') || code.startsWith('UND_ERR_SOCKS5')) return 'proxy';
  if (isTlsCode(code)) return 'tls';
  // Behind a proxy only the proxy's own name is looked up here.
  if (proxy === null && (code === 'ENOTFOUND' || code.startsWith('EAI_'))) return 'dns';
  return code === 'UND_ERR_CONNECT_TIMEOUT' && proxy === null ? 'connect' : unreached;
}

/**
 * OpenSSL's verification codes are listed at https://nodejs.org/api/tls.html#x509-certificate-error-codes;
 * EPROTO and ERR_SSL_* are what Node reports when the peer speaks no TLS at all.
 */
function isTlsCode(code: string): boolean {
  return (
    code === 'EPROTO' ||
    code.startsWith('ERR_TLS_') ||
    code.startsWith('ERR_SSL_') ||
    code.startsWith('CERT_') ||
    code.startsWith('CRL_') ||
    code.startsWith('UNABLE_TO_') ||
    code.endsWith('SELF_SIGNED_CERT') ||
    code === 'SELF_SIGNED_CERT_IN_CHAIN' ||
    code === 'HOSTNAME_MISMATCH' ||
    code === 'INVALID_CA' ||
    code === 'INVALID_PURPOSE'
  );
}

/** undici says a proxy's refusal in its message only: "Proxy response (407) !== 200 when HTTP Tunneling". */
function proxyStatus(error: unknown): number | null {
  const found = /Proxy response \((\d+)\)/.exec(error instanceof Error ? error.message : '');
  return found ? Number(found[1]) : null;
}

function isLocal(host: string): boolean {
  return /^(?:localhost|127\.|\[::1\])/.test(host);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  // undici wraps some socket errors: the inner code says more than UND_ERR_SOCKET.
  if ((code === 'UND_ERR_SOCKET' || code === 'UND_ERR_PRX_CONN') && cause) return codeOf(cause) ?? code;
  return typeof code === 'string' && code !== '' ? code : undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown cause';
  return error.name === 'HTTPParserError' ? 'the answer was not valid HTTP' : error.name;
}
