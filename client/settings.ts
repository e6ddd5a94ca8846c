import { workspace } from 'vscode';
import { DEFAULT_PORT } from '../shared/endpoint.ts';
import type { NetworkSettings } from './daemon/environment.ts';

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
  /** VS Code's own settings for the network, and the file of certificate authorities. */
  get network(): NetworkSettings {
    const http = workspace.getConfiguration('http');
    return {
      proxy: http.get('proxy', ''),
      noProxy: http.get<readonly string[]>('noProxy', []),
      caFile: workspace.getConfiguration('apikeyrouter').get('caFile', ''),
    };
  },
};
