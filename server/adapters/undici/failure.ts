import type { UpstreamFailure, UpstreamFailureCode } from '../../core/ports/upstream.ts';

/** Sentences for people: what happened at which host. The cause follows in brackets. */
const SENTENCES: Readonly<Record<UpstreamFailureCode, (host: string) => string>> = {
  dns: (host) => `The host name ${host} could not be resolved`,
  connect: (host) => `No connection to ${host} could be made`,
  tls: (host) => `The certificate or TLS handshake of ${host} was not accepted`,
  head_timeout: (host) => `${host} did not begin to answer in time`,
  idle_timeout: (host) => `${host} stopped sending in the middle of its answer`,
  reset: (host) => `The connection to ${host} was lost`,
};

/** Whether anything of the request may have reached the server when the error came up. */
export type FailureStage = 'connecting' | 'exchanging';

/** Puts an error of undici or of Node's sockets into the router's words. */
export function describeFailure(error: unknown, host: string, stage: FailureStage): UpstreamFailure {
  const code = codeOf(error);
  return upstreamFailure(failureCode(code, stage), host, code ?? reasonOf(error));
}

/** A failure's code with its sentence for people. */
export function upstreamFailure(code: UpstreamFailureCode, host: string, cause: string): UpstreamFailure {
  return { code, message: `${SENTENCES[code](host)} (${cause}).` };
}

function failureCode(code: string | undefined, stage: FailureStage): UpstreamFailureCode {
  if (code === undefined) return stage === 'connecting' ? 'connect' : 'reset';
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return 'head_timeout';
  if (code === 'UND_ERR_BODY_TIMEOUT') return 'idle_timeout';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'connect';
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'dns';
  if (isTlsCode(code)) return 'tls';
  return stage === 'connecting' ? 'connect' : 'reset';
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

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  // undici wraps some socket errors: the inner code says more than UND_ERR_SOCKET.
  if (code === 'UND_ERR_SOCKET' && cause) return codeOf(cause) ?? code;
  return typeof code === 'string' && code !== '' ? code : undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown cause';
  return error.name === 'HTTPParserError' ? 'the answer was not valid HTTP' : error.name;
}
