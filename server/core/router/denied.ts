import type { BudgetRecord } from '../../../shared/model/limits.ts';
import { formatUsd } from '../../../shared/model/money.ts';
import type { RouterFailure } from '../ports/codec.ts';
import type { Admission, CounterUnit } from '../ports/store.ts';

type Refused = Extract<Admission, { ok: false }>;
type Insufficient = Extract<Admission, { code: 'insufficient' }>;

/** The ledger's refusal, for the caller. `budget` is the one that the refusing counter belongs to. */
export function deniedFailure(admission: Refused, budget?: BudgetRecord): RouterFailure {
  if (admission.code === 'unavailable') {
    return {
      code: 'store_unavailable',
      status: 503,
      message: `The router can't write its ledger (${admission.message}), so nothing was sent. Free disk space, or see "apikeyrouter status".`,
      final: false,
    };
  }
  if (admission.counter.subject.startsWith('quota:')) return quotaExceeded(admission);
  const { limit, spent, held, unit } = admission;
  return {
    code: 'budget_exceeded',
    status: 402,
    message: `${whose(admission, budget)} may spend ${text(limit, unit)}; ${text(spent, unit)} is spent and ${text(held, unit)} held by running requests, and this request could cost more than what is left. Raise the limit, set a lower output limit, or wait for the next window.`,
    final: true,
  };
}

function quotaExceeded({ limit, spent, held, unit }: Insufficient): RouterFailure {
  return {
    code: 'quota_exceeded',
    status: 429,
    message: `The key's quota is ${text(limit, unit)}; ${text(spent, unit)} is used and ${text(held, unit)} held by running requests, and this request could use more than what is left. Wait for the next window, or raise the quota if the provider allows more.`,
    final: true,
  };
}

function whose({ counter }: Insufficient, budget: BudgetRecord | undefined): string {
  if (budget) return `The budget "${budget.name}"`;
  return counter.subject.startsWith('virtual_key:') ? 'This virtual key' : `The budget of ${counter.subject}`;
}

function text(amount: number, unit: CounterUnit): string {
  switch (unit) {
    case 'nano_usd':
      return formatUsd(amount);
    case 'requests':
      return `${amount} requests`;
    case 'input_tokens':
      return `${amount} input tokens`;
    case 'output_tokens':
      return `${amount} output tokens`;
    case 'total_tokens':
      return `${amount} tokens`;
  }
}
