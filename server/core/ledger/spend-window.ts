import type { SpendWindow } from '../../../shared/model/records.ts';
import type { CounterAddress } from '../ports/store.ts';

/** Start of the window that `at` lies in, ms since the epoch; days and months are those of the local time zone. */
function windowStart(window: SpendWindow, at: number): number {
  const date = new Date(at);
  switch (window) {
    case 'day':
      return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
    case 'month':
      return new Date(date.getFullYear(), date.getMonth(), 1).getTime();
    case 'total':
      return 0;
  }
}

/** What is spent in a scope: `global`, `key:ID`, `virtual_key:ID`. */
export function counter(scope: string, window: SpendWindow, at: number): CounterAddress {
  return { subject: `${scope}/${window}`, windowStart: windowStart(window, at) };
}
