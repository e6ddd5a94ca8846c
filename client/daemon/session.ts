import type { Socket } from 'node:net';
import { EventEmitter, LogLevel, type LogOutputChannel } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  State,
} from 'vscode-languageclient/node';
import type { RpcHandshake } from '../../shared/rpc/messages.ts';
import { POLICY_FILES } from '../policies/policy-files.ts';

/**
 * A language client that never shows a notification: losing the daemon is normal, and the view says so.
 * What it would have shown is in the log.
 */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }

  override info(message: string, data?: unknown): void {
    super.info(message, data, false);
  }
}

/** One connection to a daemon, from the handshake until its socket closes. It is never restarted. */
export interface DaemonSession {
  readonly client: LanguageClient;
  /** Fulfils when the connection has ended, for whatever reason. */
  readonly ended: Promise<void>;
  end(): void;
}

/** Shakes hands over an open socket; rejects if the daemon refuses or hangs up. */
export async function openSession(
  socket: Socket,
  handshake: RpcHandshake,
  log: LogOutputChannel,
): Promise<DaemonSession> {
  const options: LanguageClientOptions = {
    documentSelector: [...POLICY_FILES],
    initializationOptions: handshake,
    initializationFailedHandler: () => false,
    outputChannel: log,
    traceOutputChannel: untraced(log),
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({
        action: CloseAction.DoNotRestart,
        handled: true,
        message: 'The connection to the daemon ended.',
      }),
    },
  };
  const transport = async () => ({ reader: socket, writer: socket, detached: true });
  const client = new QuietClient('apikeyrouter', 'API Key Router', transport, options);
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped || newState === State.StartFailed) resolve();
    });
  });
  const end = () => {
    socket.destroy();
    // It rejects for a client that is not running, which is what is wanted here.
    client.dispose(500).catch(() => undefined);
  };
  try {
    await Promise.race([client.start(), ended.then(() => Promise.reject(new Error('it hung up')))]);
  } catch (error) {
    end();
    throw error;
  }
  return { client, ended, end };
}

/**
 * The log channel as one that traces nothing, whatever level the user sets: a trace of the messages would write the
 * secret of a key that is being added into the log.
 */
function untraced(log: LogOutputChannel): LogOutputChannel {
  const never = new EventEmitter<LogLevel>();
  return Object.create(log, {
    logLevel: { value: LogLevel.Off },
    onDidChangeLogLevel: { value: never.event },
    trace: { value: () => undefined },
  }) as LogOutputChannel;
}
