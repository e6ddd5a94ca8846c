import type { BackupView } from '../../../shared/model/views.ts';

/**
 * Copies of everything that is stored. May take seconds; requests don't wait for it. Rejects with
 * `RouterError('store_unavailable')` if no copy could be made that can be relied on: then none is left.
 */
export interface Backups {
  create(): Promise<BackupView>;
}
