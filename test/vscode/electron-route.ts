import { runTests } from '@vscode/test-electron';
import path from 'node:path';
import { CACHE_FOLDER, EXTENSION_FOLDER } from './paths.ts';
import type { ReportReader } from './report.ts';
import type { Sandbox } from './sandbox.ts';
import { TRACED_EXTENSION } from './vscode-server.ts';

/** Where `@vscode/test-electron` looks up and downloads VS Code. */
const RELEASES = 'https://update.code.visualstudio.com/api/releases/stable';

/** Whether the desktop VS Code can be downloaded from here: asked with a short limit, since offline is normal. */
export async function canDownloadVscode(): Promise<boolean> {
  try {
    const response = await fetch(RELEASES, { signal: AbortSignal.timeout(3000) });
    return response.ok;
  } catch {
    return false;
  }
}

/** Runs the suite in a desktop VS Code. On Linux without a display, start it under `xvfb-run`. */
export async function runInElectron(options: {
  readonly sandbox: Sandbox;
  readonly bundle: string;
  readonly env: Readonly<Record<string, string>>;
  readonly report: ReportReader;
}): Promise<void> {
  const { sandbox, bundle, env, report } = options;
  const timer = setInterval(() => report.poll(), 200);
  try {
    await runTests({
      cachePath: CACHE_FOLDER,
      extensionDevelopmentPath: EXTENSION_FOLDER,
      extensionTestsPath: bundle,
      extensionTestsEnv: env,
      launchArgs: [
        sandbox.workspace,
        `--user-data-dir=${sandbox.userData}`,
        `--extensions-dir=${path.join(sandbox.folder, 'extensions')}`,
        '--disable-workspace-trust',
        `--log=${TRACED_EXTENSION}`,
      ],
    });
  } catch (error) {
    // A failed test also rejects here; the report says which, and then it is the better message.
    if (!report.poll() || report.failed === 0) throw error;
  } finally {
    clearInterval(timer);
    report.poll();
  }
}
