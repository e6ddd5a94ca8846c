import type { Changed, ChangeHub } from '../core/admin/change-hub.ts';
import type { Clock, Dispose } from '../core/ports/clock.ts';

/** Changes of one burst are told once, this long after the first. */
const QUIET_MS = 150;

/** Gathers changes and tells a window about them a few times a second at most. */
export function notifyChanges(
  hub: ChangeHub,
  clock: Clock,
  tell: (what: readonly Changed[]) => void,
): Dispose {
  const pending = new Set<Changed>();
  let cancel: Dispose | null = null;
  const stop = hub.on((what) => {
    pending.add(what);
    cancel ??= clock.after(QUIET_MS, () => {
      cancel = null;
      const told = [...pending];
      pending.clear();
      tell(told);
    });
  });
  return () => {
    stop();
    cancel?.();
  };
}
