import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorCode } from '../../shared/model/reasons.ts';

export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** From where the listener may be reached. */
export interface Access {
  /** Names by which it may be called besides loopback's. */
  readonly hosts: readonly string[];
  /** It listens beyond loopback, where a port may be published as another one. */
  readonly everywhere: boolean;
  /** Whether everybody may read the metrics. */
  readonly openMetrics: boolean;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Keeps web pages out. A page in the user's browser can send requests here, directly (then they carry an
 * `Origin`) or through a name that it rebinds to 127.0.0.1 (then `Host` is that name).
 */
export function guard(
  headers: IncomingHttpHeaders,
  port: number,
  { hosts, everywhere }: Access,
): Refusal | null {
  const host = splitHost(headers.host ?? '');
  const rightPort = everywhere || host?.port === null || host?.port === port;
  if (!host || !(LOOPBACK.has(host.name) ? rightPort : hosts.includes(host.name))) {
    const names = ['127.0.0.1', 'localhost'].map((name) => `${name}:${port}`);
    return {
      code: 'host_not_allowed',
      message: `The router answers to ${[...names, ...hosts].join(', ')} only. Use one of them as the base URL, or allow a name with the setting allowed_hosts.`,
    };
  }
  if (headers.origin !== undefined) {
    return {
      code: 'origin_not_allowed',
      message: 'Requests from web pages are refused: a page could spend the keys of whoever opens it.',
    };
  }
  return null;
}

function splitHost(host: string): { readonly name: string; readonly port: number | null } | null {
  const found = /^(\[[0-9a-f:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(host);
  if (!found?.[1]) return null;
  return { name: found[1].toLowerCase(), port: found[2] === undefined ? null : Number(found[2]) };
}
