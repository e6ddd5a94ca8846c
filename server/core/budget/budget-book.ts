import type { BudgetRecord } from '../../../shared/model/limits.ts';
import type { NanoUsd } from '../../../shared/model/money.ts';
import type { PolicyFacts } from '../policy/policy-facts.ts';
import type { CounterState, Hold, Store } from '../ports/store.ts';
import { addressOf } from '../quota/windows.ts';
import { type BudgetFacts, inScope } from './budget-scope.ts';

/** A budget as it counts: configured by itself, or by a policy that may add conditions. */
export interface ActiveBudget {
  readonly record: BudgetRecord;
  readonly applies?: (facts: PolicyFacts) => boolean;
}

/** All budgets, and which of them an attempt counts on. */
export class BudgetBook {
  readonly #configured = new Map<string, ActiveBudget>();
  #ofPolicies = new Map<string, ActiveBudget>();

  load(records: readonly BudgetRecord[]): void {
    for (const record of records) this.set(record);
  }

  set(record: BudgetRecord): void {
    this.#configured.set(record.id, { record });
  }

  remove(id: string): void {
    this.#configured.delete(id);
  }

  /** Replaces what policies declare. */
  setOfPolicies(budgets: readonly ActiveBudget[]): void {
    this.#ofPolicies = new Map(budgets.map((budget) => [budget.record.id, budget]));
  }

  get(id: string): ActiveBudget | undefined {
    return this.#configured.get(id) ?? this.#ofPolicies.get(id);
  }

  all(): readonly ActiveBudget[] {
    return [...this.#configured.values(), ...this.#ofPolicies.values()];
  }

  /** The budgets that an attempt counts on. */
  matching(facts: BudgetFacts, policyFacts: PolicyFacts): readonly BudgetRecord[] {
    const found: BudgetRecord[] = [];
    for (const budgets of [this.#configured, this.#ofPolicies]) {
      for (const { record, applies } of budgets.values()) {
        if (inScope(record.scope, facts) && (!applies || applies(policyFacts))) found.push(record);
      }
    }
    return found;
  }
}

/** What an attempt holds on a budget: with a limit only under `prevent`. */
export function budgetHold(
  record: BudgetRecord,
  conversation: string | null,
  amountNano: NanoUsd,
  at: number,
): Hold {
  return {
    ...budgetAddress(record, conversation, at),
    unit: 'nano_usd',
    amount: amountNano,
    limit: record.enforcement === 'prevent' ? effectiveLimit(record, at) : null,
  };
}

/** The limit with a raise that has not ended. */
export function effectiveLimit({ limitNano, raise }: BudgetRecord, at: number): NanoUsd {
  return limitNano + (raise && raise.until > at ? raise.amountNano : 0);
}

export function budgetAddress(
  record: BudgetRecord,
  conversation: string | null,
  at: number,
): Pick<Hold, 'subject' | 'windowStart' | 'earlierSlices'> {
  const { id, scope, window, timeZone } = record;
  const subject = scope.eachConversation ? `budget:${id}#${conversation}` : `budget:${id}`;
  return addressOf(subject, window, at, { timeZone, resetAt: null });
}

/** What is spent and held on a budget in its window; a rolling one is the sum of its slices. */
export async function readBudgets(
  store: Pick<Store, 'counters'>,
  records: readonly BudgetRecord[],
  conversation: string | null,
  at: number,
): Promise<readonly Omit<CounterState, 'windowStart'>[]> {
  const slices = records.map((record) => {
    const { subject, windowStart, earlierSlices = [] } = budgetAddress(record, conversation, at);
    return [windowStart, ...earlierSlices].map((start) => ({ subject, windowStart: start }));
  });
  const counters = await store.counters(slices.flat());
  let from = 0;
  return slices.map((addresses) => {
    const own = counters.slice(from, from + addresses.length);
    from += addresses.length;
    return {
      subject: addresses[0]?.subject ?? '',
      spent: own.reduce((sum, { spent }) => sum + spent, 0),
      held: own.reduce((sum, { held }) => sum + held, 0),
      unknown: own.reduce((sum, { unknown }) => sum + unknown, 0),
    };
  });
}

/** The id of the budget that a counter belongs to; `null`: it is no budget's. */
export function budgetIdOf(subject: string): string | null {
  if (!subject.startsWith('budget:')) return null;
  const end = subject.indexOf('#');
  return subject.slice('budget:'.length, end === -1 ? undefined : end);
}
