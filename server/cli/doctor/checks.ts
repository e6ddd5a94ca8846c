import { accountsCheck, clockCheck, keysCheck } from './key-checks.ts';
import type { Check } from './check.ts';
import { toolsCheck } from './tool-checks.ts';
import { daemonCheck, endpointCheck, portCheck } from './daemon-checks.ts';
import {
  databaseCheck,
  diskCheck,
  folderCheck,
  keychainCheck,
  nodeCheck,
  vaultCheck,
} from './folder-checks.ts';

/** Everything that is looked at, in this order. */
export const CHECKS: readonly Check[] = [
  nodeCheck,
  folderCheck,
  diskCheck,
  endpointCheck,
  daemonCheck,
  portCheck,
  databaseCheck,
  vaultCheck,
  keychainCheck,
  keysCheck,
  accountsCheck,
  clockCheck,
  toolsCheck,
];
