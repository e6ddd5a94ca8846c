import { confirm } from '@inquirer/prompts';
import type { KeyView } from '../../shared/model/views.ts';
import { RouterError } from '../core/router-error.ts';
import { besideBundle } from '../daemon/beside-bundle.ts';
import { loadSettings } from '../daemon/settings/load-settings.ts';
import { FLAG_NAMES, type Settings } from '../daemon/settings/settings.ts';
import { foundKeys, newKeys } from './found-keys.ts';
import { describeImport, importKeys } from './import-keys.ts';
import { chosenFolder, ManagementClient, usableFolder } from './management-client.ts';
import { EXIT, isForPrograms, print } from './output.ts';

/** `import`: offer to; all others are the daemon's settings as they were written. */
export type ServeOptions = { readonly import: boolean } & Readonly<
  Record<string, string | boolean | undefined>
>;

/** Runs the daemon until it is interrupted, and offers to take in the keys that lie around. */
export async function serve(options: ServeOptions): Promise<void> {
  const folder = usableFolder(chosenFolder());
  const settings = settingsOf(folder, options);
  // A bundle of its own, which the other commands don't wait for.
  const { runDaemon } = await import('../daemon/run-daemon.ts');
  const result = await runDaemon({
    folder,
    settings,
    env: process.env,
    ...besideBundle(__dirname),
  });
  if (result.kind === 'already_running') {
    const where = result.endpoint ? ` on http://127.0.0.1:${result.endpoint.port}` : '';
    throw new RouterError(
      'conflict',
      `A daemon is already running${where}. Stop it with "apikeyrouter stop".`,
    );
  }
  const { endpoint } = result;
  const stop = (): void => result.stop();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  const url = `http://127.0.0.1:${endpoint.port}`;
  print({ url, pid: endpoint.pid, version: endpoint.version, folder }, welcome(url, folder));
  if (options.import && !settings.importKeys) await offerImport(new ManagementClient(endpoint), stop);
  await result.stopped;
}

/** What can't be meant is wrong usage, wherever it was written. */
function settingsOf(folder: string, options: ServeOptions): Settings {
  try {
    return loadSettings({ folder, flags: flagsOf(options), env: process.env });
  } catch (error) {
    process.exitCode = EXIT.usage;
    throw error;
  }
}

/** A switch without a value is on. */
function flagsOf(options: ServeOptions): Readonly<Record<string, string | undefined>> {
  const given = [...FLAG_NAMES, 'config'].map((name) => [name, options[name]] as const);
  return Object.fromEntries(
    given.map(([name, value]) => [name, value === undefined ? value : String(value)]),
  );
}

function welcome(url: string, folder: string): string {
  return [
    `API Key Router serves on ${url}`,
    `  data folder      ${folder}`,
    `  OpenAI tools     OPENAI_BASE_URL=${url}/v1`,
    `  Anthropic tools  ANTHROPIC_BASE_URL=${url}`,
    '  connect a tool   apikeyrouter connect',
    'Ctrl+C stops it.',
  ].join('\n');
}

async function offerImport(client: ManagementClient, stop: () => void): Promise<void> {
  const { keys } = await client.call<{ keys: readonly KeyView[] }>('GET', 'keys');
  const found = newKeys(foundKeys(), keys);
  if (found.length === 0) return;
  const names = found.map((key) => key.variable).join(', ');
  if (!process.stdin.isTTY || isForPrograms()) {
    console.error(`Found ${names}. Import with "apikeyrouter keys import-env".`);
    return;
  }
  const interrupted = new AbortController();
  const abort = (): void => interrupted.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  const { signal } = interrupted;
  // While it asks, the terminal hands Ctrl+C to the prompt as a character: it means the daemon all the same.
  const answer = await confirm({ message: `Found ${names}. Import?` }, { signal }).catch(() => 'interrupted');
  if (answer === 'interrupted') stop();
  else if (answer === true) console.log(describeImport(await importKeys(client, found)));
  else console.log('Later: "apikeyrouter keys import-env", or serve with --no-import.');
}
