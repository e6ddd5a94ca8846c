import path from 'node:path';
import type { BackupView } from '../../../shared/model/views.ts';
import type { Backups } from '../../core/ports/backups.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { makePrivateFolder } from '../files/private-file.ts';
import { ThreadQueue } from './thread-queue.ts';
import { timeInName } from './time-in-name.ts';

export interface SqliteBackupsOptions {
  readonly file: string;
  /** Where the copies are put; made if it is missing. */
  readonly folder: string;
  /** Path of `backup-worker`, bundled or as source. */
  readonly worker: string;
  readonly nativeBinding?: string;
  readonly clock: Pick<Clock, 'now'>;
}

/** What a thread is started with. */
export interface BackupJob {
  readonly file: string;
  readonly target: string;
  readonly nativeBinding?: string;
  readonly createdAt: number;
}

/** Copies of the database, made by a thread of their own while it is written to. */
export class SqliteBackups implements Backups {
  readonly #options: SqliteBackupsOptions;
  readonly #threads: ThreadQueue;

  constructor(options: SqliteBackupsOptions) {
    this.#options = options;
    this.#threads = new ThreadQueue(options.worker, 'No backup was made');
  }

  create(): Promise<BackupView> {
    const { file, folder, nativeBinding, clock } = this.#options;
    return this.#threads.run<BackupView>((): BackupJob => {
      makePrivateFolder(folder);
      const createdAt = clock.now();
      return {
        file,
        target: path.join(folder, `router-${timeInName(createdAt)}.db`),
        createdAt,
        ...(nativeBinding === undefined ? {} : { nativeBinding }),
      };
    });
  }
}
