import { z } from 'zod';
import type { BackupView } from '../../../../shared/model/views.ts';
import type { Admin } from '../../../core/admin/admin.ts';
import type { Backups } from '../../../core/ports/backups.ts';
import { type Route, route } from '../route.ts';
import { named, time } from '../schemas/value-schemas.ts';

const backup = z
  .object({
    file: z.string().meta({ description: 'Its path on the machine of the daemon.' }),
    bytes: z.int(),
    createdAt: time,
  })
  .register(named, { id: 'Backup' }) satisfies z.ZodType<BackupView>;

/** Copies of the database. Where they are put is not the caller's choice: a path from afar would write anywhere. */
export function backupRoutes(backups: Backups, { audit }: Admin): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/backup',
      id: 'createBackup',
      tag: 'Daemon',
      summary:
        'Copies the database, while requests go on, into the folder "backups" of the data folder, and checks the copy.',
      role: 'admin',
      status: 201,
      creates: true,
      answer: backup,
      run: async ({ manager }) => {
        const made = await backups.create();
        await audit.record({
          actor: manager.name,
          action: 'backup.create',
          target: made.file,
          before: null,
          after: made,
        });
        return made;
      },
    }),
  ];
}
