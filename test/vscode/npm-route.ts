import { launchChromium } from './chromium.ts';
import { installCodeServer } from './code-server.ts';
import type { ReportReader } from './report.ts';
import type { Sandbox } from './sandbox.ts';
import { startVscodeServer } from './vscode-server.ts';

const SUITE_LIMIT_MS = 5 * 60_000;

/** Runs the suite in the VS Code of npm's `code-server`, shown by a headless Chromium: no download host needed. */
export async function runInCodeServer(options: {
  readonly sandbox: Sandbox;
  readonly bundle: string;
  readonly env: Readonly<Record<string, string>>;
  readonly report: ReportReader;
}): Promise<void> {
  const { sandbox, bundle, env, report } = options;
  const serverFolder = await installCodeServer(console.log);
  const server = await startVscodeServer(serverFolder, sandbox, env);
  try {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(server.windowUrl(bundle));
      const deadline = Date.now() + SUITE_LIMIT_MS;
      while (!report.poll()) {
        if (Date.now() > deadline) {
          throw new Error(`the suite did not end within ${SUITE_LIMIT_MS / 60_000} minutes`);
        }
        await new Promise((done) => setTimeout(done, 200));
      }
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}
