import { l10n } from 'vscode';
import { type LaunchOptions, daemonLogTail, launchDaemon } from './launch.ts';
import { type LocatedDaemon, locateDaemon } from './locate.ts';

const START_LIMIT_MS = 15_000;
/** A launched process that steps back for a faster one ends at once; the other may need a moment more. */
const STEP_BACK_LIMIT_MS = 2000;
const POLL_MS = 50;

/**
 * Starts a daemon and waits until one accepts connections: this one, or that of another window that was faster.
 * Rejects with a sentence for people; the end of the daemon's log goes to `explain`.
 */
export async function bringUpDaemon(
  options: LaunchOptions,
  explain: (logTail: string) => void,
): Promise<LocatedDaemon> {
  const launched = await launchDaemon(options);
  let deadline = Date.now() + START_LIMIT_MS;
  let endSeen = false;
  while (Date.now() < deadline) {
    const daemon = await locateDaemon(options.dataFolder);
    if (daemon) return daemon;
    if (launched.hasEnded() && !endSeen) {
      endSeen = true;
      deadline = Math.min(deadline, Date.now() + STEP_BACK_LIMIT_MS);
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  explain(await daemonLogTail(options.dataFolder, 20));
  throw new Error(
    endSeen
      ? l10n.t('The daemon ended while it was starting. The log says why.')
      : l10n.t('The daemon did not come up within {0} seconds. The log may say why.', START_LIMIT_MS / 1000),
  );
}
