import path from 'node:path';
import type { Command } from 'commander';
import type { BackupView, StateView } from '../../../shared/model/views.ts';
import { besideBundle } from '../../daemon/beside-bundle.ts';
import { restoreBackup } from '../../daemon/care/restore-backup.ts';
import { daemon } from '../launch-daemon.ts';
import { chosenFolder } from '../management-client.ts';
import { moveNew, placeFor } from '../move-new.ts';
import { print } from '../output.ts';

/** A gigabyte is copied and checked in less than a minute; slow disks exist. */
const BACKUP_MS = 15 * 60_000;

/** `apikeyrouter backup|restore` */
export function addBackupCommands(program: Command): void {
  program
    .command('backup')
    .description('Copy the database while the daemon runs, and check the copy')
    .argument(
      '[file]',
      'where to put it; nothing is overwritten (default: the folder "backups" of the data folder)',
    )
    .action(backup);
  program
    .command('restore')
    .description('Put a backup in the place of the database, which is kept beside; the daemon must not run')
    .argument('<file>', 'made by "backup"')
    .action(restore);
}

async function backup(wanted: string | undefined): Promise<void> {
  const folder = chosenFolder();
  const placeOf = wanted === undefined ? null : placeFor(wanted);
  const client = await daemon();
  const made = await client.call<BackupView>('POST', 'backup', undefined, BACKUP_MS);
  const file = placeOf ? placeOf(path.basename(made.file)) : made.file;
  if (placeOf) moveNew(made.file, file);
  const { sealing } = await client.call<StateView>('GET', 'state');
  const lines = [
    `${file} (${made.bytes} bytes, checked)`,
    'Restore it with "apikeyrouter stop" and "apikeyrouter restore FILE".',
    needs(folder, sealing),
  ];
  print({ ...made, file, sealing }, lines.join('\n'));
}

/** The secrets in the copy are sealed: with what, and where that is. */
function needs(folder: string, sealing: StateView['sealing']): string {
  const record = path.join(folder, 'vault.json');
  switch (sealing) {
    case 'file':
      return `The keys in it open only with ${record} and ${path.join(folder, 'data-key')}: keep copies of these two, but apart from it.`;
    case 'keychain':
      return `The keys in it open only with ${record} and this machine's keychain (service "apikeyrouter"). For another machine use "apikeyrouter export".`;
    case 'environment':
      return `The keys in it open only with ${record} and the value of APIKEYROUTER_MASTER_KEY: keep both, but apart from it.`;
    case 'memory':
      return 'The keys in it can not be opened by another process.';
  }
}

function restore(file: string): void {
  const { nativeBinding } = besideBundle(__dirname);
  const restored = restoreBackup(chosenFolder(), path.resolve(file), {
    now: Date.now(),
    ...(nativeBinding === undefined ? {} : { nativeBinding }),
  });
  const lines = [
    'Restored. Start the daemon with "apikeyrouter serve".',
    ...(restored.replaced ? [`The former database is ${restored.replaced}.`] : []),
    ...(restored.vaultMissing
      ? [`The keys in it can't be opened yet: put the vault.json that belongs to it into ${chosenFolder()}.`]
      : []),
  ];
  print(restored, lines.join('\n'));
}
