import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ManagementClient } from './management-client.ts';
import { SECRETS, type SimulatedProviders } from './simulated-providers.ts';
import type { Workbench } from './workbench.ts';

/** What the tour is led through. */
export interface TourParts {
  readonly workbench: Workbench;
  readonly providers: SimulatedProviders;
  daemon(): Promise<ManagementClient>;
  readonly changeSettings: (settings: Readonly<Record<string, unknown>>) => Promise<void>;
}

/** Walks through the product as a new user would and takes a picture of every stop. */
export async function tour(parts: TourParts): Promise<void> {
  const { workbench } = parts;
  await useTheme(parts, 'dark');
  await workbench.openView('API Key Router');
  await workbench.sidebar.getByText('No keys yet').waitFor({ timeout: 30_000 });
  await workbench.screenshot('01-welcome');
  const daemon = await parts.daemon();
  await pointAtSimulation(daemon, parts.providers);
  await addFirstKey(workbench);
  await addOtherKeys(daemon, workbench);
  await lookAtKeys(workbench);
  await lookAtCommands(workbench);
  await useTheme(parts, 'light');
  await workbench.hover(workbench.treeItem('busy'));
  await workbench.screenshot('20-keys-light');
  await workbench.unhover();
  await workbench.hover(workbench.statusItem);
  await workbench.screenshot('21-status-light');
  await workbench.unhover();
  await lookAtFailures(parts, daemon);
}

/** Written until it is taken up: a new window looks at its settings once, and watches the file somewhat later. */
async function useTheme({ workbench, changeSettings }: TourParts, kind: 'dark' | 'light'): Promise<void> {
  for (let tries = 0; tries < 20 && (await workbench.theme()) !== kind; tries += 1) {
    await changeSettings({
      'workbench.colorTheme': kind === 'dark' ? 'Default Dark Modern' : 'Light Modern',
    });
    await workbench.page.waitForTimeout(1000);
  }
}

async function pointAtSimulation(daemon: ManagementClient, providers: SimulatedProviders): Promise<void> {
  await daemon.setProvider('openai', 'openai', 'OpenAI', providers.openai.url);
  await daemon.setProvider('anthropic', 'anthropic', 'Anthropic', providers.anthropic.url);
  await daemon.setProvider('workstation', 'openai-compatible', 'workstation', providers.local.url);
}

async function addFirstKey(workbench: Workbench): Promise<void> {
  await workbench.sidebar.getByText('Add Key').first().click();
  await workbench.quickInput.getByText('OpenRouter').first().waitFor();
  await workbench.screenshot('02-add-key-provider');
  await workbench.pick('OpenAI');
  await workbench.waitForPrompt('A name for this OpenAI key');
  await workbench.screenshot('03-add-key-name');
  await workbench.answer('A name for this OpenAI key', 'work');
  await workbench.answer('Paste the secret', SECRETS.openaiUnknown);
  await workbench.quickInput.getByText('refused').first().waitFor();
  await workbench.screenshot('04-add-key-refused');
  await workbench.quickInput.locator('input').first().fill(SECRETS.openaiGood);
  await workbench.screenshot('05-add-key-secret');
  await workbench.page.keyboard.press('Enter');
  await workbench.waitForPrompt('Verifying with the provider');
  await workbench.screenshot('06-add-key-verifying');
  await workbench.page.keyboard.press('Escape');
  await workbench.quickInput.waitFor({ state: 'hidden' });
  // The provider answers after that; a key whose adding was given up must not stay.
  await workbench.page.waitForTimeout(2500);
  await workbench.sidebar.getByText('No keys yet').waitFor();
  await addKey(workbench, 'work', SECRETS.openaiGood);
  await workbench.treeItem('work').waitFor();
  await workbench.page.locator('[id="status.notifications"]').click();
  await workbench.page.locator('.notifications-center').waitFor();
  await workbench.screenshot('07-first-key');
  await workbench.page.keyboard.press('Escape');
  await workbench.unhover();
}

async function addKey(workbench: Workbench, name: string, secret: string): Promise<void> {
  await workbench.runCommand('API Key Router: Add Key');
  await workbench.pick('OpenAI');
  await workbench.answer('A name for this OpenAI key', name);
  await workbench.answer('Paste the secret', secret);
}

async function addOtherKeys(daemon: ManagementClient, workbench: Workbench): Promise<void> {
  const token = await daemon.createToken('tour');
  await daemon.addKey('openai', 'poor', SECRETS.openaiNoCredit);
  await daemon.addKey('openai', 'busy', SECRETS.openaiThrottled);
  // Each request tries the keys until one answers, so the two that refuse are found out.
  for (let round = 0; round < 4; round += 1) await daemon.ask(token, '/v1/chat/completions', 'gpt-4o');
  await daemon.addKey('openai', 'twin', SECRETS.openaiSameAccount);
  await daemon.addKey('anthropic', 'claude-team', SECRETS.anthropicGood);
  await daemon.addKey('anthropic', 'claude-old', SECRETS.anthropicRevoked);
  for (let round = 0; round < 4; round += 1) await daemon.ask(token, '/v1/messages', 'claude-sonnet-4-5');
  const local = await daemon.addKey('workstation', 'vllm', SECRETS.local);
  await daemon.setEnabled(local.id, false);
  await workbench.treeItem('vllm').waitFor();
}

async function lookAtKeys(workbench: Workbench): Promise<void> {
  await workbench.screenshot('08-keys-dark');
  await workbench.hover(workbench.treeItem('work'));
  await workbench.screenshot('09-key-tooltip');
  await workbench.unhover();
  await workbench.hover(workbench.treeItem('claude-old'));
  await workbench.screenshot('10-key-tooltip-invalid');
  await workbench.unhover();
  await workbench.hover(workbench.statusItem);
  await workbench.screenshot('11-status-dark');
  await workbench.unhover();
}

async function lookAtCommands(workbench: Workbench): Promise<void> {
  await workbench.treeItem('busy').click({ button: 'right' });
  await workbench.page.locator('.context-view .monaco-menu').waitFor();
  await workbench.screenshot('12-context-menu');
  await workbench.page.keyboard.press('Escape');
  await workbench.runCommand('API Key Router: Import Keys from Environment or .env');
  await workbench.quickInput.getByText('OPENAI_API_KEY').first().waitFor();
  await workbench.screenshot('13-import');
  await workbench.page.keyboard.press('Escape');
  await workbench.runCommand('API Key Router: Copy Proxy Address and Token');
  await workbench.answer('A name for the new token', 'my laptop');
  await workbench.quickInput.getByText('For both').first().waitFor();
  await workbench.screenshot('14-copy-address');
  await workbench.page.keyboard.press('Escape');
  await workbench.runCommand('API Key Router: Remove Key');
  await workbench.pick('vllm');
  await workbench.page.locator('.monaco-dialog-box').waitFor();
  await workbench.screenshot('15-remove');
  await workbench.page.keyboard.press('Escape');
}

async function lookAtFailures(parts: TourParts, daemon: ManagementClient): Promise<void> {
  const { workbench } = parts;
  const { pid, port } = daemon.endpoint;
  await parts.changeSettings({ 'apikeyrouter.autoStart': false });
  // VS Code watches the file of its settings.
  await workbench.page.waitForTimeout(1500);
  process.kill(pid, 'SIGKILL');
  await workbench.sidebar.getByText('is not running').waitFor();
  await workbench.screenshot('22-daemon-down');
  const squatter = createServer().listen(port, '127.0.0.1');
  await once(squatter, 'listening');
  await workbench.sidebar.getByText('Start Daemon').click();
  await workbench.sidebar.getByText(`Port ${port} is taken`).waitFor();
  await workbench.screenshot('23-port-taken');
  await workbench.page.keyboard.press('Escape');
  squatter.close();
  await once(squatter, 'close');
  // It is tried again and again.
  await workbench.treeItem('work').waitFor();
}
