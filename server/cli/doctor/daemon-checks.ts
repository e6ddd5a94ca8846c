import { existsSync, rmSync, statSync } from 'node:fs';
import { endpointFile } from '../../../shared/endpoint.ts';
import { keptPort } from '../../daemon/choose-port.ts';
import { portOwner } from '../../daemon/port-owner.ts';
import { isHeld } from '../find-daemon.ts';
import { type Check, note, ok, wrong } from './check.ts';

/** Whoever asks for a folder's lock makes it: not where nothing is yet. */
function held(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true && isHeld(folder);
}

export const endpointCheck: Check = {
  name: 'endpoint file',
  look: ({ folder, endpoint }) => {
    const file = endpointFile(folder);
    if (endpoint) return ok(`names process ${endpoint.pid} and port ${endpoint.port}`);
    if (held(folder)) {
      return wrong(
        'A daemon holds the lock of this folder, but no endpoint file says where it is.',
        'Wait a moment if it is ending; else end that process, and start it again with "apikeyrouter serve".',
      );
    }
    if (!existsSync(file)) return ok('none, and no daemon');
    return [
      {
        verdict: 'note',
        text: `${file} is left over from a daemon that was killed.`,
        remedy:
          'Nothing needs to be done: the next daemon replaces it. "apikeyrouter doctor --fix" removes it.',
        repair: () => {
          if (!held(folder)) rmSync(file, { force: true });
        },
      },
    ];
  },
};

export const daemonCheck: Check = {
  name: 'daemon',
  look: ({ daemon, endpoint }) => {
    switch (daemon.kind) {
      case 'none':
        return note('It does not run.', 'Start it with "apikeyrouter serve".');
      case 'silent':
        return wrong(daemon.message, 'Stop the process that it names, then "apikeyrouter serve".');
      case 'answers':
        return ok(
          `version ${daemon.state.version} (process ${endpoint?.pid}) answers, and proved that it is ours`,
        );
    }
  },
};

export const portCheck: Check = {
  name: 'port',
  look: async ({ folder, endpoint }) => {
    const port = endpoint?.port ?? keptPort(folder);
    if (port === null) return ok('none chosen yet');
    // Who it is that listens is what the daemon's proof says.
    if (endpoint) return ok(`${port}`);
    const owner = await portOwner(port);
    if (owner === null) return ok(`${port} is free for the next start`);
    return wrong(
      `Port ${port}, which tools were told, is taken by ${owner}.`,
      'End that program: tools send their prompts to it. Or choose another port with "apikeyrouter serve --port", and connect the tools again.',
    );
  },
};
