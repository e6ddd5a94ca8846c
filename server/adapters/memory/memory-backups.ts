import type { BackupView } from '../../../shared/model/views.ts';
import type { Backups } from '../../core/ports/backups.ts';
import { RouterError } from '../../core/router-error.ts';

/** What is kept in memory only is not meant to last: there is nothing to copy. */
export class MemoryBackups implements Backups {
  async create(): Promise<BackupView> {
    const message =
      'This daemon keeps everything in memory only, so there is nothing to back up. Start it with --store sqlite.';
    throw new RouterError('conflict', message);
  }
}
