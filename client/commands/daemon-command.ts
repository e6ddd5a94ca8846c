import { type Disposable, commands, l10n, window } from 'vscode';
import { DaemonDownError, RequestCancelledError } from '../daemon/errors.ts';
import { errorText } from '../platform/error-text.ts';
import type { CommandContext } from './command-context.ts';

/**
 * Registers a command that needs the daemon. It runs once the daemon is there; where it is not, the person is told so
 * and offered to start it. A request that the daemon refuses is shown with the daemon's own sentence.
 */
export function registerDaemonCommand(
  id: string,
  context: CommandContext,
  run: (argument: unknown) => Promise<void>,
): Disposable {
  return commands.registerCommand(id, async (argument: unknown) => {
    try {
      if (!(await isThere(context))) return;
      await run(argument);
    } catch (error) {
      if (error instanceof RequestCancelledError) return;
      context.log.warn(`${id}: ${errorText(error)}`);
      if (error instanceof DaemonDownError) await offerStart(context, error.message);
      else void window.showErrorMessage(errorText(error));
    }
  });
}

async function isThere(context: CommandContext): Promise<boolean> {
  const { connection } = context;
  const state = await connection.settled();
  if (state.kind !== 'down') {
    if (context.list.snapshot === null) await context.list.refresh();
    return true;
  }
  return offerStart(context, state.reason);
}

/** Says that the daemon is down, and why. `true` if the person started it and it is there now. */
async function offerStart({ connection, log }: CommandContext, reason: string): Promise<boolean> {
  const start = l10n.t('Start Daemon');
  const show = l10n.t('Show Log');
  const answer = await window.showErrorMessage(l10n.t('API Key Router: {0}', reason), start, show);
  if (answer === show) log.show();
  if (answer !== start) return false;
  connection.start();
  return (await connection.settled()).kind === 'connected';
}
