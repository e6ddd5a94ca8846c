import { spawn } from 'node:child_process';
import type { Keychain, KeychainAnswer } from '../envelope/keychain.ts';
import { KEYRING_PROCESS } from './keyring-process.ts';

/** How the keychain is reached. */
export interface KeyringOptions {
  /** Absolute path of `keyring.node` beside a bundle, or of the installed `@napi-rs/keyring`. */
  readonly addon: string;
  /** The name under which the entries are shown in the keychain. */
  readonly service?: string;
  /** How long an answer may take, ms; a person may have to unlock the keychain meanwhile. */
  readonly timeoutMs?: number;
  /** The environment that tells where the session's secret service is. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The system's keychain through `@napi-rs/keyring`, in a process of its own for each operation: its calls block,
 * a secret service that does not answer blocks them for ever, and only a process can be ended then. A missing or
 * unfit addon is an answer too: there is no keychain.
 */
export class KeyringKeychain implements Keychain {
  readonly #options: Required<KeyringOptions>;

  constructor({ service = 'apikeyrouter', timeoutMs = 10_000, env = process.env, addon }: KeyringOptions) {
    this.#options = { addon, service, timeoutMs, env };
  }

  read(account: string): Promise<KeychainAnswer<string | null>> {
    return this.#ask({ account });
  }

  async write(account: string, secret: string): Promise<KeychainAnswer<null>> {
    const answer = await this.#ask({ account, secret });
    return answer.ok ? { ok: true, value: null } : answer;
  }

  #ask(request: {
    readonly account: string;
    readonly secret?: string;
  }): Promise<KeychainAnswer<string | null>> {
    const { addon, service, timeoutMs, env } = this.#options;
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ['-e', KEYRING_PROCESS], {
        stdio: ['pipe', 'pipe', 'ignore'],
        // In VS Code the runtime is Electron, which is Node only when told so.
        env: { ...env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: undefined },
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        windowsHide: true,
      });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.on('error', (error) => resolve({ ok: false, message: `It can't be asked: ${error.message}.` }));
      child.on('close', (_code, signal) => {
        if (signal === 'SIGKILL') {
          resolve({ ok: false, message: `It did not answer within ${timeoutMs / 1000} s.` });
        } else resolve(answerFrom(Buffer.concat(chunks).toString('utf8')));
      });
      // A child that is gone already closes the pipe: its `close` event answers.
      child.stdin.on('error', () => undefined);
      child.stdin.end(JSON.stringify({ addon, service, ...request }));
    });
  }
}

function answerFrom(text: string): KeychainAnswer<string | null> {
  try {
    return JSON.parse(text) as KeychainAnswer<string | null>;
  } catch {
    return { ok: false, message: 'Its process ended without an answer.' };
  }
}
