import { setTimeout as delay } from 'node:timers/promises';
import { RouterError } from '../core/router-error.ts';
import { isProcessAlive } from '../daemon/process-alive.ts';
import { isHeld } from './find-daemon.ts';
import { chosenFolder, type ManagementClient } from './management-client.ts';

const STOP_MS = 15_000;
/** A process that has let go of its folder is gone a moment later. */
const EXIT_MS = 250;

/** Asks the daemon to end and waits until it has. Throws `RouterError('internal')` if it takes too long. */
export async function stopDaemon(client: ManagementClient): Promise<void> {
  await client.call<object>('POST', 'daemon/stop');
  const { pid } = client.endpoint;
  const folder = chosenFolder();
  const started = Date.now();
  while (isHeld(folder)) {
    if (Date.now() > started + STOP_MS) {
      throw new RouterError(
        'internal',
        `The daemon (process ${pid}) is still ending its last answers, and takes no new ones. Wait, or end that process.`,
      );
    }
    await delay(50);
  }
  const free = Date.now();
  while (isProcessAlive(pid) && Date.now() < free + EXIT_MS) await delay(10);
}
