import type { KeyView } from '../../shared/model/views.ts';

/** Whether the key could serve a request now, for some model at least. */
export function isUsable(key: KeyView): boolean {
  return key.state === 'available' || key.state === 'recovering';
}

/**
 * Whether only a person can make the key work again: the provider refused it, or its credit ran out with no reset in
 * sight. A throttled key is none of these, since it comes back by itself.
 */
export function needsAttention(key: KeyView): boolean {
  return key.state === 'invalid' || (key.state === 'exhausted' && key.until === null);
}

/** When the key or one of its cells next changes by itself (ms since the epoch), if that is known. */
export function nextRecovery(key: KeyView, now: number): number | null {
  const times = [key.until, ...key.cells.map((cell) => cell.until)];
  const ahead = times.filter((time): time is number => time !== null && time > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}
