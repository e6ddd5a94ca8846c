import { spawn } from 'node:child_process';

/** How a run of an agent ended. */
export interface AgentRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What every agent needs to know. */
export interface AgentOptions {
  /** The proxy (or a provider) without `/v1`. */
  readonly baseUrl: string;
  readonly token: string;
  readonly prompt: string;
  readonly model?: string;
  /** The folder that the agent works in. */
  readonly cwd: string;
  /** Stands for the user's home, so that neither settings nor logins of this machine play a part. */
  readonly home: string;
}

/** Far beyond what a simulated answer takes; an agent that waits for a person is ended. */
const LONGEST_RUN_MS = 90_000;

/** Runs a script with this Node in an environment that has only what is given. */
export function runAgent(options: {
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}): Promise<AgentRun> {
  const inherited = Object.fromEntries(
    ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'LANG'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [options.script, ...options.args], {
      cwd: options.cwd,
      env: { ...inherited, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST_RUN_MS,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
