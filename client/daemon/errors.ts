import { l10n } from 'vscode';
import { LSPErrorCodes, ResponseError } from 'vscode-languageclient';
import type { RpcErrorData } from '../../shared/rpc/messages.ts';

/** The daemon is not reachable; the message says what is known about why. */
export class DaemonDownError extends Error {}

/** No daemon runs, and nobody has asked for one. */
export class NotRunningError extends DaemonDownError {}

/** What answered on the daemon's socket did not take the connection. */
export class HandshakeError extends DaemonDownError {}

/** The daemon answered with an error. `code` is a stable code of `shared/model/reasons.ts`. */
export class RequestRefusedError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The person, or the window closing, gave the request up. */
export class RequestCancelledError extends Error {}

/** Turns whatever a request rejected with into one of the three. */
export function requestError(error: unknown): Error {
  if (!(error instanceof ResponseError)) {
    // The protocol library rejects with its own classes when the socket closes under a request.
    return new DaemonDownError(l10n.t('The connection to the daemon was lost. Try again in a moment.'));
  }
  if (error.code === LSPErrorCodes.RequestCancelled || error.code === LSPErrorCodes.ServerCancelled) {
    return new RequestCancelledError(error.message);
  }
  const data = error.data as RpcErrorData | undefined;
  if (typeof data?.code === 'string') return new RequestRefusedError(data.code, error.message);
  const lost = error.code >= -32099 && error.code <= -32095;
  return lost
    ? new DaemonDownError(l10n.t('The connection to the daemon was lost. Try again in a moment.'))
    : new RequestRefusedError('internal', error.message);
}
