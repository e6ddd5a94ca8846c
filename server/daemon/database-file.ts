import path from 'node:path';

/** Where the database of a data folder lies. */
export function databaseFile(folder: string): string {
  return path.join(folder, 'router.db');
}
