import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { asLastResort } from './last-resort.ts';
import { endProcess, keepTail, killProcess, ownNodeFirst } from './child-process.ts';
import { EXTENSION_FOLDER } from './paths.ts';
import type { Sandbox } from './sandbox.ts';

/** VS Code's server with the extension under development, for a browser to open. */
export interface VscodeServer {
  /** Address of a window on the sandbox's workspace; with a test bundle, the window runs it. */
  windowUrl(testBundle?: string): string;
  stop(): Promise<void>;
}

/** The suite runs with the extension's log at its most talkative, to prove that even then it tells no secret. */
export const TRACED_EXTENSION = 'apikeyrouter.apikeyrouter:trace';

const START_LIMIT_MS = 30_000;

/** Starts the server on a free port; the extension host inherits `env`. */
export async function startVscodeServer(
  serverFolder: string,
  sandbox: Sandbox,
  env: Readonly<Record<string, string>>,
): Promise<VscodeServer> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      'out/server-main.js',
      '--host=127.0.0.1',
      `--port=${port}`,
      '--without-connection-token',
      '--accept-server-license-terms',
      `--server-data-dir=${sandbox.userData}`,
      // Makes the page honour the payload of its address.
      '--enable-smoke-test-driver',
      '--disable-telemetry',
      // Else a crashed browser leaves its extension host for hours.
      '--reconnection-grace-time=2',
    ],
    {
      cwd: serverFolder,
      env: {
        ...withoutDeveloperKeys(ownNodeFirst()),
        // VS Code leaves sockets among the temporary files.
        ...(process.platform === 'linux' ? { TMPDIR: sandbox.folder } : {}),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Leads its own group, so that stopping reaches the extension host too. The daemon is not in it.
      detached: true,
    },
  );
  const pid = child.pid;
  const tail = keepTail(child);
  const withdraw = asLastResort(() => {
    if (pid !== undefined) killProcess(pid);
  });
  const stop = async () => {
    if (pid !== undefined) await endProcess(pid);
    withdraw();
  };
  const dead = once(child, 'exit').then(([code]) => {
    throw new Error(`VS Code's server ended with ${code}\n${tail()}`);
  });
  dead.catch(() => undefined);
  try {
    await Promise.race([waitUntilServing(port, tail), dead]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { windowUrl: (testBundle) => windowUrl(port, sandbox.workspace, testBundle), stop };
}

/** The developer's own keys must not turn up in a test, nor VS Code's variables if this runs in its terminal. */
function withoutDeveloperKeys(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(OPENAI|ANTHROPIC|APIKEYROUTER|VSCODE|ELECTRON)_|^NODE_OPTIONS$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}

function windowUrl(port: number, workspace: string, testBundle: string | undefined): string {
  const remote = (file: string) => `vscode-remote://localhost:${port}${encodeURI(file)}`;
  const payload = [['extensionDevelopmentPath', remote(EXTENSION_FOLDER)]];
  if (testBundle !== undefined) {
    payload.push(['extensionTestsPath', remote(testBundle)], ['logLevel', `info,${TRACED_EXTENSION}`]);
  }
  const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
  return `http://localhost:${port}/?${query.toString()}`;
}

async function waitUntilServing(port: number, tail: () => string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/version`, { signal: AbortSignal.timeout(1000) });
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`VS Code's server did not answer within ${START_LIMIT_MS / 1000} s\n${tail()}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
