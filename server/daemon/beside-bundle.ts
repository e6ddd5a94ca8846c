import { existsSync } from 'node:fs';
import path from 'node:path';

/** Files that can't be bundled and lie beside the bundle. */
export interface BesideBundle {
  readonly nativeBinding?: string;
  readonly checkpointWorker?: string;
  readonly reportWorker: string;
  readonly policyWorker: string;
  readonly backupWorker: string;
  /** A missing one means that there is no keychain. */
  readonly keychainAddon: string;
}

/** What the build put into the folder of a bundle. */
export function besideBundle(folder: string): BesideBundle {
  const addon = path.join(folder, 'better_sqlite3.node');
  const worker = path.join(folder, 'checkpoint-worker.cjs');
  return {
    ...(existsSync(addon) ? { nativeBinding: addon } : {}),
    ...(existsSync(worker) ? { checkpointWorker: worker } : {}),
    reportWorker: path.join(folder, 'report-worker.cjs'),
    policyWorker: path.join(folder, 'policy-worker.cjs'),
    backupWorker: path.join(folder, 'backup-worker.cjs'),
    keychainAddon: path.join(folder, 'keyring.node'),
  };
}
