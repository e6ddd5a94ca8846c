import { readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endpointFile, parseEndpoint } from '../../shared/endpoint.ts';
import { endProcess, killProcess } from './child-process.ts';
import { asLastResort } from './last-resort.ts';

/** Folders that exist for one run only: nothing of the developer's own VS Code or keys is touched. */
export interface Sandbox {
  readonly folder: string;
  /** `APIKEYROUTER_HOME`. */
  readonly home: string;
  readonly workspace: string;
  /** VS Code's user data. */
  readonly userData: string;
  /** Adds to VS Code's settings; a running window takes them up. */
  changeSettings(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends the daemon that the extension left running, then deletes all of it. */
  dispose(): Promise<void>;
}

/** Makes the folders, with VS Code's settings and the workspace's files in place. */
export async function createSandbox(options: {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
}): Promise<Sandbox> {
  const folder = await mkdtemp(path.join(tmpdir(), 'akr-vscode-'));
  const home = path.join(folder, 'home');
  const workspace = path.join(folder, 'workspace');
  const userData = path.join(folder, 'user-data');
  let settings: Readonly<Record<string, unknown>> = {
    'security.workspace.trust.enabled': false,
    'workbench.startupEditor': 'none',
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'chat.disableAIFeatures': true,
    'telemetry.telemetryLevel': 'off',
    ...options.settings,
  };
  const changeSettings = async (more: Readonly<Record<string, unknown>>) => {
    settings = { ...settings, ...more };
    // The desktop's place, then the server's two: settings of scope `machine` count in the last one only.
    for (const place of ['User', 'data/User', 'data/Machine']) {
      await mkdir(path.join(userData, place), { recursive: true });
      await writeFile(path.join(userData, place, 'settings.json'), JSON.stringify(settings, null, 2));
    }
  };
  await changeSettings({});
  await mkdir(workspace, { recursive: true });
  for (const [name, text] of Object.entries(options.files ?? {})) {
    await writeFile(path.join(workspace, name), text);
  }
  const withdraw = asLastResort(() => {
    const pid = daemonPid(home);
    if (pid !== null) killProcess(pid);
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    home,
    workspace,
    userData,
    changeSettings,
    async dispose() {
      const pid = daemonPid(home);
      if (pid !== null) await endProcess(pid);
      withdraw();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** The process of a data folder's daemon, if one says that it is running there. */
function daemonPid(home: string): number | null {
  try {
    return parseEndpoint(readFileSync(endpointFile(home), 'utf8'))?.pid ?? null;
  } catch {
    return null;
  }
}
