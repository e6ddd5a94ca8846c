import { chmodSync, lstatSync, readdirSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { keychainCondition, vaultCondition } from '../../daemon/care/inspect-folder.ts';
import { formatBytes } from '../output.ts';
import { type Check, type Finding, note, ok, wrong } from './check.ts';

/** Oldest Node that the database's addon runs on. */
const OLDEST_NODE = 22;
const MIB = 1024 * 1024;
/** Below this a busy day may fill the disk, and a full disk stops every request. */
const LITTLE_SPACE = 500 * MIB;
/** The daemon writes its log back from 4 MiB on: much more means that something keeps it from that. */
const LARGE_LOG = 256 * MIB;

export const nodeCheck: Check = {
  name: 'Node',
  look: () => {
    const version = process.versions.node;
    return Number.parseInt(version, 10) >= OLDEST_NODE
      ? ok(`Node ${version}`)
      : wrong(`Node ${version} is too old.`, `Install Node ${OLDEST_NODE} or newer.`);
  },
};

export const folderCheck: Check = {
  name: 'data folder',
  look: ({ folder }) => {
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (!found)
      return note(`${folder} does not exist yet.`, 'The first command that needs the daemon makes it.');
    if (!found.isDirectory()) {
      return wrong(`${folder} is no folder.`, 'Choose another one with --home or APIKEYROUTER_HOME.');
    }
    const faults = placesIn(folder).flatMap(faultsOf);
    return faults.length > 0 ? faults : ok(`${folder} is yours alone`);
  },
};

/** Two levels: all that the daemon makes. */
function placesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const within = entries.flatMap((entry) => {
    const place = path.join(folder, entry.name);
    return entry.isDirectory()
      ? [place, ...readdirSync(place).map((name) => path.join(place, name))]
      : [place];
  });
  return [folder, ...within];
}

/** Windows has no modes, and no owner that could be compared. */
function faultsOf(place: string): readonly Finding[] {
  const found = lstatSync(place, { throwIfNoEntry: false });
  const uid = process.getuid?.();
  // A socket's mode is its folder's.
  if (uid === undefined || !(found?.isFile() || found?.isDirectory())) return [];
  if (found.uid !== uid) {
    return wrong(`${place} belongs to another user.`, `Run this as that user, or "chown" it to yourself.`);
  }
  const excess = found.mode & 0o077;
  if (excess === 0) return [];
  const mode = found.mode & 0o700;
  return [
    {
      verdict: 'wrong',
      text: `Others may use ${place} (mode ${(found.mode & 0o777).toString(8)}).`,
      remedy: `chmod ${mode.toString(8)} it, or "apikeyrouter doctor --fix".`,
      repair: () => chmodSync(place, mode),
    },
  ];
}

export const diskCheck: Check = {
  name: 'disk',
  look: ({ folder }) => {
    let place = folder;
    while (!lstatSync(place, { throwIfNoEntry: false }) && path.dirname(place) !== place)
      place = path.dirname(place);
    const { bavail, bsize } = statfsSync(place);
    const free = bavail * bsize;
    if (free >= LITTLE_SPACE) return ok(`${formatBytes(free)} free`);
    return wrong(
      `Only ${formatBytes(free)} are free on the disk of ${place}.`,
      'Free some: no request is sent while its cost can not be written down. APIKEYROUTER_HISTORY_MB keeps less history.',
    );
  },
};

export const databaseCheck: Check = {
  name: 'database',
  look: ({ database }) => {
    if (!database) return note('There is no database yet.');
    const { problem, bytes, logBytes } = database;
    if (problem !== null) {
      return wrong(
        `The database can't be used: ${problem}`,
        'Restore a backup with "apikeyrouter restore FILE"; the damaged one is kept.',
      );
    }
    if (logBytes > LARGE_LOG) {
      return wrong(
        `${formatBytes(logBytes)} are not written back into the database.`,
        'End programs that have router.db open, then restart the daemon.',
      );
    }
    return ok(`whole, ${formatBytes(bytes)}, and ${formatBytes(logBytes)} not written back`);
  },
};

export const vaultCheck: Check = {
  name: 'vault',
  look: async ({ folder, env, beside, daemon, database }) => {
    // It has opened the data key, perhaps with a variable that only its environment has.
    if (daemon.kind === 'answers') return ok(`opened by the daemon, sealed by ${daemon.state.sealing}`);
    const sealed = database?.sealed ?? new Map<string, Uint8Array>();
    const vault = await vaultCondition({ folder, env, keychainAddon: beside.keychainAddon, sealed });
    switch (vault.kind) {
      case 'none':
        return sealed.size === 0
          ? note('There is no data key yet.')
          : wrong('Secrets are stored, but vault.json is missing.', 'Restore vault.json from a backup.');
      case 'closed':
        return wrong(vault.message, 'See "Backup and restore" in docs/care.md.');
      case 'open':
        return vault.unreadable.length === 0
          ? ok(`opens, sealed by ${vault.sealing}`)
          : wrong(
              `The secrets of ${vault.unreadable.join(', ')} can't be opened.`,
              'Enter them again with "apikeyrouter keys rotate KEY".',
            );
    }
  },
};

export const keychainCheck: Check = {
  name: 'keychain',
  look: async ({ env, beside }) => {
    if (env['APIKEYROUTER_KEYCHAIN'] === 'off') return ok('left out by APIKEYROUTER_KEYCHAIN=off');
    const keychain = await keychainCondition(env, beside.keychainAddon);
    if (keychain.ok) return ok('answers');
    return note(
      `There is none that answers: ${keychain.message}`,
      'A first run seals keys with a file instead.',
    );
  },
};
