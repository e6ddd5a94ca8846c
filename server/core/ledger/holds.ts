import type { NanoUsd } from '../../../shared/model/money.ts';
import type { VirtualKeyRecord } from '../../../shared/model/records.ts';
import type { Hold } from '../ports/store.ts';
import { counter } from './spend-window.ts';

/** Every counter that one attempt's money counts on; those with a limit decide on its admission. */
export function holdsFor(attempt: {
  readonly keyId: string;
  readonly virtualKey: VirtualKeyRecord;
  readonly amountNano: NanoUsd;
  readonly at: number;
}): readonly Hold[] {
  const { keyId, virtualKey, amountNano, at } = attempt;
  const holds: Hold[] = [
    { ...counter('global', 'day', at), amountNano, limitNano: null },
    { ...counter(`key:${keyId}`, 'day', at), amountNano, limitNano: null },
  ];
  const caller = counter(`virtual_key:${virtualKey.id}`, virtualKey.limitWindow, at);
  holds.push({ ...caller, amountNano, limitNano: virtualKey.limitNano });
  return holds;
}
