import type { ErrorCode } from '../../../shared/model/reasons.ts';

export interface PathRefusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Characters of a segment (RFC 3986, 3.3). */
const SEGMENT = /^(?:[\w\-.~!$&'()*+,;=:@]|%[\da-f]{2})+$/i;
/** Control characters, dot, slash, backslash, and a percent sign to be decoded once more. */
const DISGUISED = /%(?:[01][\da-f]|7f|2e|2f|5c|25)/i;
const QUERY = /^(?:\?[\x21\x22\x24-\x7e]*)?$/;

/** First segments under which an account is managed, or its credentials: no virtual key may. */
const MANAGEMENT = new Set([
  'admin',
  'api_keys',
  'auth',
  'auth_tokens',
  'billing',
  'credits',
  'dashboard',
  'external_keys',
  'invites',
  'key',
  'keys',
  'me',
  'oauth',
  'organization',
  'organizations',
  'projects',
  'service_accounts',
  'tunnels',
  'usage',
  'user',
  'users',
  'vaults',
  'webhook_endpoints',
  'webhooks',
  'workspaces',
]);
/** Segments that mean the same wherever they stand. */
const MANAGEMENT_ANYWHERE = new Set(['admin_api_keys', 'api_keys', 'client_secrets', 'permissions', 'roles']);
/** What needs a connection of its own, or hands out a credential for one. */
const REALTIME = new Set(['realtime', 'live', 'chatkit']);

/** Why a path is passed on to no provider; `null`: it may be. */
export function refusePath(path: string, query: string, upgrade: string | undefined): PathRefusal | null {
  const segments = path.split('/').slice(1);
  const names = segments.map((segment) => decoded(segment)?.toLowerCase() ?? '');
  const clean = segments.every((segment) => SEGMENT.test(segment) && !/^\.+$/.test(segment));
  if (!clean || DISGUISED.test(path) || names.includes('') || !QUERY.test(query)) {
    return {
      code: 'invalid_request',
      message:
        'The path is passed on only if it is plain: no empty or dot segments, no encoded dots or slashes.',
    };
  }
  const [first = ''] =
    names[0] !== undefined && /^v1(?:(?:alpha|beta)\d*)?$/.test(names[0]) ? names.slice(1) : names;
  if (upgrade !== undefined || REALTIME.has(first)) {
    return {
      code: 'path_forbidden',
      message:
        'The router passes on requests and answers, not WebSocket or realtime sessions. Use the HTTP endpoint of the same service.',
    };
  }
  const collection = first.split(/[:;]/)[0] ?? '';
  if (MANAGEMENT.has(collection) || names.some((name) => MANAGEMENT_ANYWHERE.has(name))) {
    return {
      code: 'path_forbidden',
      message:
        "A virtual key can't manage the provider's account. Use the provider's console, or its API with a key of your own.",
    };
  }
  return null;
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
