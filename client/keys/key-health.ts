import { ALL_FAMILIES } from '../../shared/model/states.ts';
import type { KeyView } from '../../shared/model/views.ts';

/**
 * Whether the key could serve a request now, for some model at least. A key shows the worst of its cells, so one that
 * is throttled for a single model shows as throttled and yet is usable.
 */
export function isUsable(key: KeyView): boolean {
  switch (key.state) {
    case 'available':
    case 'recovering':
      return true;
    case 'throttled':
    case 'exhausted':
      return isPartlyClosed(key);
    case 'disabled':
    case 'invalid':
      return false;
  }
}

/** Whether what is closed on this key concerns some models only. */
export function isPartlyClosed(key: KeyView): boolean {
  return key.cells.length > 0 && key.cells.every((cell) => cell.family !== ALL_FAMILIES);
}

/** Whether the account behind the key has no money or plan left at the provider. The daemon tries it again now and then. */
export function isOutOfCredit(key: KeyView): boolean {
  return key.cells.some((cell) => cell.dimension === 'credit' && cell.state === 'exhausted');
}

/**
 * Whether only a person can make the key work again: the provider refused it, or the money ran out. A throttled key is
 * none of these, since it comes back by itself; nor is one that a person disabled.
 */
export function needsAttention(key: KeyView): boolean {
  return key.state === 'invalid' || (key.enabled && isOutOfCredit(key));
}

/** When the key or one of its cells next changes by itself (ms since the epoch), if that is known. */
export function nextRecovery(key: KeyView, now: number): number | null {
  const times = [key.until, ...key.cells.map((cell) => cell.until)];
  const ahead = times.filter((time): time is number => time !== null && time > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}
