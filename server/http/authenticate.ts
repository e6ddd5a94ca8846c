import type { IncomingHttpHeaders } from 'node:http';
import type { VirtualKeyRecord } from '../../shared/model/records.ts';
import type { VirtualKeys } from '../core/admin/virtual-keys.ts';
import type { Refusal } from './guard.ts';

/** The token wherever the caller's SDK puts it. */
export function presentedToken(headers: IncomingHttpHeaders): string | null {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '');
  if (bearer?.[1]) return bearer[1];
  for (const name of ['x-api-key', 'api-key', 'x-goog-api-key']) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value.trim();
  }
  return null;
}

/** Who is asking, from the headers alone: nothing of the body has been read yet. */
export function authenticate(
  headers: IncomingHttpHeaders,
  virtualKeys: VirtualKeys,
): { readonly virtualKey: VirtualKeyRecord } | Refusal {
  const token = presentedToken(headers);
  if (token === null) {
    return {
      code: 'token_missing',
      message: 'No token. Send a virtual key of the router (akr-...) as the API key.',
    };
  }
  const found = virtualKeys.authenticate(token);
  if (found === 'token_expired') {
    return { code: found, message: 'This virtual key has expired. Create a new one.' };
  }
  if (found === 'token_invalid') {
    const what = token.startsWith('akr-')
      ? 'This virtual key is unknown or revoked. Create a new one'
      : 'This is not a virtual key of the router (they begin with akr-). Create one';
    return {
      code: found,
      message: `${what} with "apikeyrouter virtual-keys create" or in the VS Code sidebar.`,
    };
  }
  return { virtualKey: found };
}
