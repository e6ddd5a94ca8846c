import { workspace } from 'vscode';
import { DEFAULT_PORT } from '../shared/endpoint.ts';

/** The extension's settings, read afresh at each access. */
export const settings = {
  /** Whether opening the Keys view may start the daemon. */
  get autoStart(): boolean {
    return workspace.getConfiguration('apikeyrouter').get('autoStart', true);
  },
  /** The proxy's port if the user chose one; `null` leaves the choice to the daemon. */
  get chosenPort(): number | null {
    const port = workspace.getConfiguration('apikeyrouter').get('port', DEFAULT_PORT);
    return port === DEFAULT_PORT ? null : port;
  },
};
