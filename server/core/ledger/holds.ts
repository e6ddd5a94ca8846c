import type { NanoUsd } from '../../../shared/model/money.ts';
import type { VirtualKeyRecord } from '../../../shared/model/records.ts';
import type { Hold } from '../ports/store.ts';
import { counter } from './spend-window.ts';

/** The counters that every attempt's money counts on, whatever the budgets; those with a limit decide on its admission. */
export function holdsFor(attempt: {
  readonly keyId: string;
  readonly virtualKey: VirtualKeyRecord;
  readonly amountNano: NanoUsd;
  readonly at: number;
}): readonly Hold[] {
  const { keyId, virtualKey, amountNano: amount, at } = attempt;
  const unit = 'nano_usd';
  const caller = counter(`virtual_key:${virtualKey.id}`, virtualKey.limitWindow, at);
  return [
    { ...counter('global', 'day', at), unit, amount, limit: null },
    { ...counter(`key:${keyId}`, 'day', at), unit, amount, limit: null },
    { ...caller, unit, amount, limit: virtualKey.limitNano },
  ];
}
