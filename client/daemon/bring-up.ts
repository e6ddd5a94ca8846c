import { l10n } from 'vscode';
import { compareVersions } from '../../shared/version.ts';
import { type LaunchOptions, type LaunchedDaemon, launchDaemon } from './launch.ts';
import { type LocatedDaemon, locateDaemon } from './locate.ts';

const START_LIMIT_MS = 15_000;
/** A launched process that steps back for a faster one ends at once; the other may need a moment more. */
const STEP_BACK_LIMIT_MS = 2000;
const POLL_MS = 50;

/**
 * Starts a daemon and waits until one of this version or a newer one accepts connections: the one that was started, or
 * that of another window that was faster. Where an older one runs, the new one takes over from it.
 * Rejects with a sentence for people; what the start wrote to the daemon's log goes to `explain`.
 */
export async function bringUpDaemon(
  options: LaunchOptions,
  explain: (log: string) => void,
): Promise<LocatedDaemon> {
  const launched = await launchDaemon(options);
  let deadline = Date.now() + START_LIMIT_MS;
  let endSeen = false;
  while (Date.now() < deadline) {
    const daemon = await locateDaemon(options.dataFolder);
    if (daemon && !isOlder(daemon, options.version)) return daemon;
    daemon?.socket.destroy();
    if (launched.hasEnded() && !endSeen) {
      endSeen = true;
      deadline = Math.min(deadline, Date.now() + STEP_BACK_LIMIT_MS);
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  const log = await launched.readLog();
  explain(log);
  throw new Error(failureText(launched, log));
}

/** Whether a running daemon is of an older version than this window's extension. */
export function isOlder({ endpoint }: LocatedDaemon, version: string): boolean {
  return compareVersions(endpoint.version, version) < 0;
}

function failureText(launched: LaunchedDaemon, log: string): string {
  if (!launched.hasEnded()) {
    return l10n.t(
      'The daemon did not come up within {0} seconds. The log may say why.',
      START_LIMIT_MS / 1000,
    );
  }
  // The daemon's last words are a plain sentence among lines of JSON.
  const words = log.split('\n').findLast((line) => line.trim() !== '' && !line.startsWith('{'));
  return words === undefined
    ? l10n.t('The daemon ended while it was starting.')
    : l10n.t('The daemon could not start. {0}', words.trim());
}
