import type { BudgetRecord } from '../../../shared/model/limits.ts';
import type { NanoUsd } from '../../../shared/model/money.ts';
import type { Store } from '../ports/store.ts';
import type { AlertMarks } from './alert-marks.ts';
import { budgetAddress, effectiveLimit, readBudgets } from './budget-book.ts';

/** A budget's spend has reached a share of its limit. */
export interface BudgetAlert {
  readonly budgetId: string;
  readonly name: string;
  /** 0..1. */
  readonly threshold: number;
  readonly spentNano: number;
  readonly limitNano: number;
  readonly at: number;
}

/** A budget has refused a request, the first one in its window. */
export interface BudgetExceeded {
  readonly budgetId: string;
  readonly name: string;
  readonly spentNano: NanoUsd;
  /** By running requests, and by those whose outcome nobody saw. */
  readonly heldNano: NanoUsd;
  readonly limitNano: NanoUsd;
  readonly at: number;
}

/** A request that was refused because a budget had too little left for it. */
export interface BudgetRefusal {
  readonly budget: BudgetRecord;
  readonly conversation: string | null;
  readonly spentNano: NanoUsd;
  readonly heldNano: NanoUsd;
  readonly limitNano: NanoUsd;
  readonly at: number;
}

/** Tells of thresholds and of refusals, each once a window, also over restarts. */
export class BudgetAlerts {
  readonly #store: Pick<Store, 'counters'>;
  readonly #marks: AlertMarks;
  readonly #tell: (alert: BudgetAlert) => void;

  constructor(store: Pick<Store, 'counters'>, marks: AlertMarks, tell: (alert: BudgetAlert) => void) {
    this.#store = store;
    this.#marks = marks;
    this.#tell = tell;
  }

  /** After a settlement: looks at the budgets on which it counted. */
  async check(budgets: readonly BudgetRecord[], conversation: string | null, at: number): Promise<void> {
    const pending = budgets.filter((budget) => this.#pending(budget, conversation, at).length > 0);
    if (pending.length === 0) return;
    const counters = await readBudgets(this.#store, pending, conversation, at);
    await Promise.all(
      pending.map((budget, index) => this.#compare(budget, conversation, at, counters[index]?.spent ?? 0)),
    );
  }

  /** A refusal, if it is the first one in the budget's window. */
  async firstRefusal(refusal: BudgetRefusal): Promise<BudgetExceeded | null> {
    const { budget, conversation, spentNano, heldNano, limitNano, at } = refusal;
    const isFirst = await this.#marks.first(budgetAddress(budget, conversation, at), 'exceeded');
    return isFirst ? { budgetId: budget.id, name: budget.name, spentNano, heldNano, limitNano, at } : null;
  }

  async #compare(
    budget: BudgetRecord,
    conversation: string | null,
    at: number,
    spentNano: number,
  ): Promise<void> {
    const limitNano = effectiveLimit(budget, at);
    for (const threshold of this.#pending(budget, conversation, at)) {
      if (spentNano < threshold * limitNano) continue;
      if (!(await this.#marks.first(budgetAddress(budget, conversation, at), threshold))) continue;
      this.#tell({
        budgetId: budget.id,
        name: budget.name,
        threshold,
        spentNano,
        limitNano,
        at,
      });
    }
  }

  #pending(budget: BudgetRecord, conversation: string | null, at: number): readonly number[] {
    return budget.alertThresholds.filter(
      (threshold) => !this.#marks.has(budgetAddress(budget, conversation, at), threshold),
    );
  }
}
