import type { Migration } from '../migrate.ts';
import { initial } from './0001-initial.ts';

/** Every migration in order. Those that were released never change: a new one is added instead. */
export const MIGRATIONS: readonly Migration[] = [initial];
