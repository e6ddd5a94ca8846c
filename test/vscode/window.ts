import { launchChromium } from './chromium.ts';
import { installCodeServer } from './code-server.ts';
import { ManagementClient } from './management-client.ts';
import { createSandbox } from './sandbox.ts';
import { SECRETS, startSimulatedProviders } from './simulated-providers.ts';
import { buildProduct } from './suite-bundle.ts';
import { startVscodeServer } from './vscode-server.ts';
import { tour } from './window-tour.ts';
import { Workbench } from './workbench.ts';

// Drives a live VS Code window and leaves pictures in .vscode-test/screenshots: `node test/vscode/window.ts`.
// With `--stay` the window's address is printed instead and served until Ctrl+C, to click through by hand.

await buildProduct();
const serverFolder = await installCodeServer(console.log);
const providers = await startSimulatedProviders(1500);
const sandbox = await createSandbox({
  files: { '.env': `OPENAI_API_KEY=${SECRETS.openaiSameAccount}\nANTHROPIC_API_KEY=your-key-here\n` },
});
const server = await startVscodeServer(serverFolder, sandbox, { APIKEYROUTER_HOME: sandbox.home });
try {
  if (process.argv.includes('--stay')) {
    console.log(server.windowUrl());
    await new Promise(() => undefined);
  } else {
    const browser = await launchChromium();
    try {
      const workbench = await Workbench.open(browser, server.windowUrl());
      const walk = tour({
        workbench,
        providers,
        daemon: () => ManagementClient.find(sandbox.home),
        changeSettings: (settings) => sandbox.changeSettings(settings),
      });
      await walk.catch(async (error: unknown) => {
        await workbench.screenshot('failure');
        throw error;
      });
    } finally {
      await browser.close();
    }
  }
} finally {
  await server.stop();
  await sandbox.dispose();
  await providers.stop();
}
