import type { BudgetRecord } from '../../../shared/model/limits.ts';
import type { NewBudget } from '../../../shared/model/inputs.ts';
import type { NanoUsd } from '../../../shared/model/money.ts';
import type { BudgetView } from '../../../shared/model/views.ts';
import { type BudgetBook, effectiveLimit, readBudgets } from '../budget/budget-book.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { windowAt } from '../quota/windows.ts';
import type { RequestRun } from '../router/request-run.ts';
import { RouterError } from '../router-error.ts';
import type { RouteCandidate } from '../routing/candidate-finder.ts';
import { amountOfDollars } from './amount-of-dollars.ts';
import type { AuditLog } from './audit-log.ts';
import type { ChangeHub } from './change-hub.ts';

/** What may be changed of a budget; everything that is left out stays. */
export type BudgetChange = Partial<Omit<NewBudget, 'scope' | 'window' | 'timeZone'>>;

/** Spending limits that stand by themselves. Every change is stored before it takes effect. */
export class BudgetAdmin {
  readonly #store: Store;
  readonly #budgets: BudgetBook;
  readonly #audit: AuditLog;
  readonly #changes: ChangeHub;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(parts: {
    readonly store: Store;
    readonly budgets: BudgetBook;
    readonly audit: AuditLog;
    readonly changes: ChangeHub;
    readonly clock: Clock;
    readonly random: Random;
  }) {
    this.#store = parts.store;
    this.#budgets = parts.budgets;
    this.#audit = parts.audit;
    this.#changes = parts.changes;
    this.#clock = parts.clock;
    this.#random = parts.random;
  }

  /** Throws `RouterError('invalid_request')` for limits that are no amounts. */
  async add(input: NewBudget, actor: string): Promise<BudgetRecord> {
    const record: BudgetRecord = {
      id: this.#random.id('bud'),
      name: input.name,
      scope: input.scope ?? {},
      limitNano: amountOfDollars(input.limitUsd),
      window: input.window,
      timeZone: input.timeZone ?? null,
      enforcement: input.enforcement ?? 'prevent',
      alertThresholds: input.alertThresholds ?? [],
      onInsufficient: listed(input.onInsufficient),
      downgradeTo: input.downgradeTo ?? null,
      raise: null,
      policy: null,
      createdAt: this.#clock.now(),
    };
    await this.#keep('budget.add', record, null, record, actor);
    return record;
  }

  /** What is spent already stays spent. Throws `RouterError`: `not_found`, `conflict` for a budget of a policy. */
  async change(id: string, input: BudgetChange, actor: string): Promise<BudgetRecord> {
    const before = this.#configured(id);
    const { limitUsd, onInsufficient, ...rest } = input;
    const after: BudgetRecord = {
      ...before,
      ...rest,
      ...(limitUsd === undefined ? {} : { limitNano: amountOfDollars(limitUsd) }),
      ...(onInsufficient === undefined ? {} : { onInsufficient: listed(onInsufficient) }),
    };
    await this.#keep('budget.change', after, before, after, actor);
    return after;
  }

  /** Throws `RouterError`: `not_found`, `conflict` for a budget of a policy. */
  async remove(id: string, actor: string): Promise<void> {
    const before = this.#configured(id);
    await this.#store.deleteBudget(id);
    await this.#audit.record({ actor, action: 'budget.remove', target: id, before, after: null });
    this.#budgets.remove(id);
    this.#changes.emit('limits');
  }

  /** "$5 more for one hour": a raise that ends by itself. Throws as `change` does. */
  async raise(
    id: string,
    raise: { readonly usd: number; readonly forMs: number },
    actor: string,
  ): Promise<BudgetRecord> {
    const before = this.#configured(id);
    const until = this.#clock.now() + raise.forMs;
    const after: BudgetRecord = { ...before, raise: { amountNano: amountOfDollars(raise.usd), until } };
    await this.#keep('budget.raise', after, before.raise, after.raise, actor);
    return after;
  }

  /** Every budget with its spend; per-conversation ones show no single sum. */
  list(): Promise<readonly BudgetView[]> {
    return this.#views(this.#budgets.all().map(({ record }) => record));
  }

  /** Throws `RouterError('not_found')`. */
  async view(id: string): Promise<BudgetView> {
    const found = this.#budgets.get(id);
    const [view] = found ? await this.#views([found.record]) : [];
    if (!view) throw new RouterError('not_found', `There is no budget "${id}".`);
    return view;
  }

  /** What the budgets that an attempt would count on have left; `null` under `alert`, which stops nothing. */
  async remainingFor(
    run: RequestRun,
    candidate: RouteCandidate,
  ): Promise<{
    readonly records: readonly BudgetRecord[];
    readonly remaining: readonly { readonly subject: string; readonly leftNano: NanoUsd | null }[];
  }> {
    const at = this.#clock.now();
    const { conversation } = run.request.facts;
    const records = this.#budgets.matching(run.budgetFacts(candidate), run.facts);
    const counters = await readBudgets(this.#store, records, conversation, at);
    const remaining = records.map((record, index) => {
      const { spent = 0, held = 0, unknown = 0 } = counters[index] ?? {};
      const left = effectiveLimit(record, at) - spent - held - unknown;
      const subject = counters[index]?.subject ?? '';
      return { subject, leftNano: record.enforcement === 'prevent' ? left : null };
    });
    return { records, remaining };
  }

  async #views(records: readonly BudgetRecord[]): Promise<readonly BudgetView[]> {
    const at = this.#clock.now();
    const counters = await readBudgets(this.#store, records, null, at);
    return records.map((record, index) => {
      const { spent = 0, held = 0, unknown = 0 } = counters[index] ?? {};
      const limitNano = effectiveLimit(record, at);
      const window = windowAt(record.window, at, { timeZone: record.timeZone, resetAt: null });
      return {
        ...record,
        raise: record.raise && record.raise.until > at ? record.raise : null,
        limitNano,
        spentNano: spent,
        heldNano: held,
        unknownNano: unknown,
        remainingNano: Math.max(0, limitNano - spent - held - unknown),
        windowStart: window.start,
        windowEnd: window.end,
      };
    });
  }

  async #keep(
    action: string,
    record: BudgetRecord,
    before: unknown,
    after: unknown,
    actor: string,
  ): Promise<void> {
    await this.#store.saveBudget(record);
    await this.#audit.record({ actor, action, target: record.id, before, after });
    this.#budgets.set(record);
    this.#changes.emit('limits');
  }

  #configured(id: string): BudgetRecord {
    const budget = this.#budgets.get(id);
    if (!budget) throw new RouterError('not_found', `There is no budget "${id}".`);
    if (budget.record.policy !== null) {
      const message = `Budget "${id}" comes from policy "${budget.record.policy}": change it there.`;
      throw new RouterError('conflict', message);
    }
    return budget.record;
  }
}

function listed(steps: NewBudget['onInsufficient'] = []): BudgetRecord['onInsufficient'] {
  return typeof steps === 'string' ? [steps] : steps;
}
