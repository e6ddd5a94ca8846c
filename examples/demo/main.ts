import { parseArgs } from 'node:util';
import { DEFAULT_PORT } from '../../shared/endpoint.ts';
import { Daemon } from '../support/daemon.ts';
import { printInvitation } from './invitation.ts';
import { KeyWatch } from './key-watch.ts';
import { startWorld } from '../support/providers/world.ts';
import { registerKeys } from './register-keys.ts';
import { heading, paint, say, wrap } from './screen.ts';
import { Stage } from '../support/stage.ts';
import { printExplanation, printTable } from './summary.ts';
import { follow, runTraffic } from './traffic.ts';

interface Options {
  readonly port: number | null;
  /** End after the traffic instead of serving on. */
  readonly once: boolean;
}

/** The whole demo: the real daemon and the real SDKs between simulated providers. */
async function demo({ port, once }: Options, stage: Stage): Promise<void> {
  say(paint('bold', 'API Key Router - demo'));
  say(
    wrap(
      'All providers here are SIMULATED on this machine: it needs no key, and nothing costs money. Everything else is real: the daemon, its database, the SDKs, the requests.',
      '',
    ),
  );
  const home = stage.makeHome();
  const world = await startWorld();
  stage.closes(() => world.stop());
  const daemon = await Daemon.start(home, port, (child) => stage.owns(child));
  stage.fails(daemon.ended());
  const moved = port === null && !daemon.url.endsWith(`:${DEFAULT_PORT}`);
  say(`\nThe daemon serves on ${daemon.url}${moved ? `, since port ${DEFAULT_PORT} is taken` : ''}.`);
  say(paint('dim', `Its data is in ${home} and goes away with it.`));

  heading('1  Add keys: each is verified with its provider before it is kept');
  const token = await registerKeys(daemon, world);

  heading('2  Send requests with the OpenAI and Anthropic SDKs');
  const watch = new KeyWatch(daemon);
  const traces = await runTraffic(daemon, world, token, watch);

  heading('3  What every key did');
  await printTable(daemon, traces);

  heading('4  Why did a request go where it went?');
  await printExplanation(daemon, traces);

  if (!once) {
    heading('5  Your turn: point a tool at it');
    printInvitation(daemon.url, token, home);
  }
  say('\nAll providers above are simulated: nothing was billed.');
  if (once) return;
  say(paint('bold', 'Serving, and showing every request that comes, until Ctrl+C.'));
  await follow(daemon, watch, traces);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { once: { type: 'boolean' }, port: { type: 'string' } } });
  const port = values.port === undefined ? null : Number(values.port);
  const stage = new Stage();
  try {
    await stage.play(demo({ port, once: values.once === true }, stage));
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
  await stage.clear();
  say('\nThe daemon and the simulated providers have stopped, and the data folder is removed.');
  process.exit();
}

await main();
