import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  CodeActionKind,
  type Connection,
  createConnection,
  ErrorCodes,
  type InitializeError,
  type InitializeResult,
  ResponseError,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import type { RpcErrorData } from '../../shared/rpc/messages.ts';
import type { Dispose } from '../core/ports/clock.ts';
import type { Logger } from '../core/ports/logger.ts';
import { RouterError } from '../core/router-error.ts';
import { notifyChanges } from './change-notifier.ts';
import { type PolicyDocumentParts, PolicyDocuments } from './policies/policy-documents.ts';
import { requestHandlers } from './requests.ts';

export interface WindowParts extends PolicyDocumentParts {
  readonly logger: Logger;
  readonly managementToken: string;
  readonly version: string;
}

/** Serves one editor window on its socket until either side ends it. */
export function serveWindow(parts: WindowParts, socket: Socket, onClosed: () => void): void {
  const { admin, clock, logger } = parts;
  const connection = connect(socket);
  let trusted = false;
  const policies = new PolicyDocuments(parts, connection, () => trusted);
  let stopTelling: Dispose | null = null;
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    stopTelling?.();
    policies.dispose();
    connection.dispose();
    socket.destroy();
    onClosed();
  };

  connection.onInitialize((params): InitializeResult | ResponseError<InitializeError> => {
    const options: unknown = params.initializationOptions;
    if (!isHandshake(options) || !sameToken(options.managementToken, parts.managementToken)) {
      return new ResponseError(ErrorCodes.InvalidRequest, 'The management token is missing or wrong.', {
        retry: false,
      });
    }
    trusted = true;
    return {
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      },
      serverInfo: { name: 'API Key Router', version: parts.version },
    };
  });
  connection.onInitialized(() => {
    if (!trusted) return;
    stopTelling = notifyChanges(admin.changes, clock, (what) => {
      if (what.includes('keys') || what.includes('limits')) policies.readAgain();
      if (!closed) void connection.sendNotification('apikeyrouter/changed', { what }).catch(close);
    });
  });
  for (const [method, handle] of Object.entries(requestHandlers(admin))) {
    connection.onRequest<unknown, RpcErrorData>(method, async (params: unknown) => {
      if (!trusted) return failure(new RouterError('token_invalid', 'Initialize the connection first.'));
      try {
        return await handle(params);
      } catch (error) {
        if (!(error instanceof RouterError)) logger.error({ err: error, method }, 'editor request failed');
        return failure(error);
      }
    });
  }
  connection.onExit(close);
  socket.on('close', close).on('error', close);
  connection.listen();
}

/**
 * Not the ready-made Node connection: that one ends the whole process when a window's `exit` comes or its socket
 * closes.
 */
function connect(socket: Socket): Connection {
  const protocol = createProtocolConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket));
  const watchDog = { initialize: () => undefined, shutdownReceived: false, exit: () => socket.end() };
  return createConnection(() => protocol, watchDog);
}

function failure(error: unknown): ResponseError<RpcErrorData> {
  if (error instanceof RouterError) {
    return new ResponseError(ErrorCodes.InvalidRequest, error.message, { code: error.code });
  }
  const message = 'Something went wrong inside the router; its log says what.';
  return new ResponseError(ErrorCodes.InternalError, message, { code: 'internal' });
}

function isHandshake(value: unknown): value is { readonly managementToken: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'managementToken' in value &&
    typeof value.managementToken === 'string'
  );
}

function sameToken(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}
