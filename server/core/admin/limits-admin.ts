import type {
  BudgetRecord,
  BudgetScope,
  OnInsufficient,
  QuotaDimension,
  QuotaRecord,
  TimeWindow,
} from '../../../shared/model/limits.ts';
import { NANO_PER_USD, type NanoUsd } from '../../../shared/model/money.ts';
import { type BudgetBook, effectiveLimit, readBudgets } from '../budget/budget-book.ts';
import { policyBudgets } from '../budget/policy-budgets.ts';
import { groupOwner, type KeyPool } from '../key/key-pool.ts';
import { policySchema, type Policy } from '../policy/policy-schema.ts';
import { PolicySet } from '../policy/policy-set.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import type { RequestRun } from '../router/request-run.ts';
import type { RouteCandidate } from '../routing/candidate-finder.ts';
import type { QuotaBook, QuotaStatus } from '../quota/quota-book.ts';
import { windowAt } from '../quota/windows.ts';
import { amountsOf } from '../ledger/settle-cost.ts';
import { RouterError } from '../router-error.ts';
import { OneAtATime } from './one-at-a-time.ts';

export interface NewBudget {
  readonly name: string;
  readonly limitUsd: number;
  readonly window: TimeWindow;
  readonly scope?: BudgetScope;
  readonly enforcement?: 'prevent' | 'alert';
  readonly alertThresholds?: readonly number[];
  readonly onInsufficient?: OnInsufficient | readonly OnInsufficient[];
  readonly downgradeTo?: string;
  readonly timeZone?: string;
}

export interface NewQuota {
  readonly keyId: string;
  readonly dimension: QuotaDimension;
  readonly window: TimeWindow;
  /** In the dimension's unit; `usd` in dollars. */
  readonly totalCapacity: number;
  /** A model family; all if left out. */
  readonly family?: string;
  /** ms since the epoch. */
  readonly resetAt?: number;
  readonly timeZone?: string;
}

/** A budget with what is spent and held in its window. */
export interface BudgetStatus {
  readonly id: string;
  readonly name: string;
  readonly scope: BudgetScope;
  readonly enforcement: 'prevent' | 'alert';
  /** With a raise that has not ended. */
  readonly limitNano: NanoUsd;
  readonly spentNano: NanoUsd;
  readonly heldNano: NanoUsd;
  /** Held by attempts whose outcome a crash hid. */
  readonly unknownNano: NanoUsd;
  readonly remainingNano: NanoUsd;
  readonly windowStart: number;
  readonly windowEnd: number | null;
  readonly policy: string | null;
}

/** More than any request makes. */
const MAX_ATTEMPTS = 1000;

export interface LimitsAdminParts {
  readonly store: Store;
  readonly pool: KeyPool;
  readonly budgets: BudgetBook;
  readonly quotas: QuotaBook;
  readonly policies: { current: PolicySet };
  readonly clock: Clock;
  readonly random: Random;
}

/** Budgets, quotas and policies: every change is stored, with who made it, before it takes effect. */
export class LimitsAdmin {
  readonly #parts: LimitsAdminParts;
  /** In the order in which they were given. */
  #policies: readonly Policy[] = [];
  readonly #turns = new OneAtATime();

  constructor(parts: LimitsAdminParts) {
    this.#parts = parts;
  }

  /** The policies that hold, in the order in which they were given. */
  get policies(): readonly Policy[] {
    return this.#policies;
  }

  /** Throws `RouterError('invalid_request')` for limits that are no amounts. */
  async addBudget(input: NewBudget, actor: string): Promise<BudgetRecord> {
    const { store, budgets, clock, random } = this.#parts;
    const steps = input.onInsufficient ?? [];
    const record: BudgetRecord = {
      id: random.id('bud'),
      name: input.name,
      scope: input.scope ?? {},
      limitNano: toNano(input.limitUsd),
      window: input.window,
      timeZone: input.timeZone ?? null,
      enforcement: input.enforcement ?? 'prevent',
      alertThresholds: input.alertThresholds ?? [],
      onInsufficient: typeof steps === 'string' ? [steps] : steps,
      downgradeTo: input.downgradeTo ?? null,
      raise: null,
      policy: null,
      createdAt: clock.now(),
    };
    await store.saveBudget(record);
    await this.#audit(actor, 'budget.add', record.id, null, record);
    budgets.set(record);
    return record;
  }

  async removeBudget(id: string, actor: string): Promise<void> {
    const { store, budgets } = this.#parts;
    const before = this.#configuredBudget(id);
    await store.deleteBudget(id);
    await this.#audit(actor, 'budget.remove', id, before, null);
    budgets.remove(id);
  }

  /** "$5 more for one hour": a raise that ends by itself. Throws `RouterError('not_found')`. */
  async raiseBudget(
    id: string,
    raise: { readonly usd: number; readonly forMs: number },
    actor: string,
  ): Promise<BudgetRecord> {
    const { store, budgets, clock } = this.#parts;
    const before = this.#configuredBudget(id);
    const until = clock.now() + raise.forMs;
    const after: BudgetRecord = { ...before, raise: { amountNano: toNano(raise.usd), until } };
    await store.saveBudget(after);
    await this.#audit(actor, 'budget.raise', id, before.raise, after.raise);
    budgets.set(after);
    return after;
  }

  /** Every budget with its spend; per-conversation ones show no single sum. */
  async budgetStatus(): Promise<readonly BudgetStatus[]> {
    const { store, budgets, clock } = this.#parts;
    const at = clock.now();
    const records = budgets.all().map(({ record }) => record);
    const counters = await readBudgets(store, records, null, at);
    return records.map((record, index) => {
      const { spent = 0, held = 0, unknown = 0 } = counters[index] ?? {};
      const limitNano = effectiveLimit(record, at);
      const window = windowAt(record.window, at, { timeZone: record.timeZone, resetAt: null });
      return {
        id: record.id,
        name: record.name,
        scope: record.scope,
        enforcement: record.enforcement,
        limitNano,
        spentNano: spent,
        heldNano: held,
        unknownNano: unknown,
        remainingNano: Math.max(0, limitNano - spent - held - unknown),
        windowStart: window.start,
        windowEnd: window.end,
        policy: record.policy,
      };
    });
  }

  /** What the budgets that an attempt would count on have left; `null` under `alert`, which stops nothing. */
  async remainingFor(
    run: RequestRun,
    candidate: RouteCandidate,
  ): Promise<{
    readonly records: readonly BudgetRecord[];
    readonly remaining: readonly { readonly subject: string; readonly leftNano: NanoUsd | null }[];
  }> {
    const { store, budgets, clock } = this.#parts;
    const at = clock.now();
    const { conversation } = run.request.facts;
    const records = budgets.matching(run.budgetFacts(candidate.key, candidate.model), run.facts);
    const counters = await readBudgets(store, records, conversation, at);
    const remaining = records.map((record, index) => {
      const { spent = 0, held = 0, unknown = 0 } = counters[index] ?? {};
      const left = effectiveLimit(record, at) - spent - held - unknown;
      const subject = counters[index]?.subject ?? '';
      return { subject, leftNano: record.enforcement === 'prevent' ? left : null };
    });
    return { records, remaining };
  }

  /** Quotas of these owners, or all: what is used, and when they are predicted to run out. */
  quotaStatus(owners: readonly string[] | null): readonly QuotaStatus[] {
    return this.#parts.quotas.status(owners, this.#parts.clock.now());
  }

  /** A quota of a key; of its quota group where it has one, since that is what the provider limits. */
  async addQuota(input: NewQuota, actor: string): Promise<QuotaRecord> {
    const { store, pool, quotas, clock, random } = this.#parts;
    const key = pool.get(input.keyId);
    if (!key) throw new RouterError('not_found', `There is no key "${input.keyId}".`);
    const { quotaGroup } = key.record;
    if (!Number.isFinite(input.totalCapacity) || input.totalCapacity < 0) {
      throw new RouterError('invalid_request', 'The capacity of a quota is a number that is not negative.');
    }
    const record: QuotaRecord = {
      id: random.id('quo'),
      owner: quotaGroup ? groupOwner(key.provider.id, quotaGroup) : `key:${input.keyId}`,
      family: input.family ?? '*',
      dimension: input.dimension,
      window: input.window,
      totalCapacity:
        input.dimension === 'usd' ? toNano(input.totalCapacity) : Math.floor(input.totalCapacity),
      resetAt: input.resetAt ?? null,
      timeZone: input.timeZone ?? null,
      createdAt: clock.now(),
    };
    await store.saveQuota(record);
    await this.#audit(actor, 'quota.add', record.id, null, record);
    await quotas.set(record, clock.now());
    return record;
  }

  /**
   * The account behind a key became known: the key's quotas are the account's from here on, so that several keys don't
   * count one limit apart. Of two quotas for the same limit the stricter stays.
   */
  async moveQuotas(keyId: string): Promise<void> {
    const { store, pool, quotas } = this.#parts;
    const owner = pool.get(keyId)?.account;
    const own = `key:${keyId}`;
    if (owner === undefined || owner === own) return;
    for (const quota of quotas.of(own)) {
      const same = quotas.of(owner).find((other) => limitsTheSame(other, quota));
      if (same && same.totalCapacity <= quota.totalCapacity) {
        await this.removeQuota(quota.id, 'router');
        continue;
      }
      if (same) await this.removeQuota(same.id, 'router');
      const moved: QuotaRecord = { ...quota, owner };
      await store.saveQuota(moved);
      await this.#audit('router', 'quota.move', quota.id, quota, moved);
      quotas.move(quota.id, owner);
    }
  }

  async removeQuota(id: string, actor: string): Promise<void> {
    const { store, quotas } = this.#parts;
    await store.deleteQuota(id);
    await this.#audit(actor, 'quota.remove', id, null, null);
    quotas.remove(id);
  }

  /**
   * A person says what an attempt cost whose outcome nobody saw: that takes the place of what was booked or held for
   * it; with nothing it is released. Throws `RouterError('not_found')`, or `conflict` where the outcome is known.
   */
  async correctCost(
    attempt: { readonly requestId: string; readonly attemptId: string; readonly usd: number },
    actor: string,
  ): Promise<void> {
    const { store, clock } = this.#parts;
    const { requestId, attemptId } = attempt;
    const costNano = toNano(attempt.usd);
    const entries = await store.entries({ requestId, limit: MAX_ATTEMPTS });
    const before = entries.find((entry) => entry.attemptId === attemptId);
    if (!before) {
      throw new RouterError('not_found', `There is no attempt "${attemptId}" of request "${requestId}".`);
    }
    if (before.state !== 'unknown') {
      const why = before.state === 'settled' ? 'is settled' : 'still runs';
      throw new RouterError('conflict', `Attempt "${attemptId}" ${why}: its cost is not in doubt.`);
    }
    const { usage, costBasis } = before;
    await store.settleMany([
      {
        attemptId,
        at: clock.now(),
        costNano,
        costBasis: costNano === 0 ? 'not_billed' : 'estimated',
        usage,
        amounts: amountsOf(usage),
      },
    ]);
    const known = { costNano: before.costNano, costBasis, reservedNano: before.reservedNano };
    await this.#audit(actor, 'attempt.correct', attemptId, known, { costNano });
  }

  /** Adds a policy, or replaces the one of its name. An invalid one leaves those that run as they are. */
  async putPolicy(name: string, input: unknown, actor: string): Promise<void> {
    await this.#turns.run(() => {
      const others = this.#policies.filter((policy) => policy.name !== name);
      return this.#setPolicies([...others, input], actor);
    });
  }

  async removePolicy(name: string, actor: string): Promise<void> {
    await this.#turns.run(() =>
      this.#setPolicies(
        this.#policies.filter((policy) => policy.name !== name),
        actor,
      ),
    );
  }

  /** Replaces all policies; an invalid one leaves those that run as they are. Throws `RouterError('invalid_request')`. */
  setPolicies(inputs: readonly unknown[], actor: string): Promise<readonly Policy[]> {
    return this.#turns.run(() => this.#setPolicies(inputs, actor));
  }

  async #setPolicies(inputs: readonly unknown[], actor: string): Promise<readonly Policy[]> {
    const { store } = this.#parts;
    const parsed = inputs.map((input, index) => parsePolicy(input, index));
    const before = this.#policies.map(({ name }) => name);
    await store.savePolicies(parsed.map((policy) => ({ name: policy.name, policy })));
    await this.#audit(
      actor,
      'policies.set',
      'policies',
      before,
      parsed.map(({ name }) => name),
    );
    this.use(parsed);
    return parsed;
  }

  /** Takes policies into use that are stored already. */
  use(parsed: readonly Policy[]): void {
    const { policies, budgets, clock } = this.#parts;
    this.#policies = parsed;
    policies.current = new PolicySet(parsed);
    budgets.setOfPolicies(policyBudgets(policies.current, clock.now()));
  }

  #configuredBudget(id: string): BudgetRecord {
    const budget = this.#parts.budgets.get(id);
    if (!budget) throw new RouterError('not_found', `There is no budget "${id}".`);
    if (budget.record.policy !== null) {
      const message = `Budget "${id}" comes from policy "${budget.record.policy}": change it there.`;
      throw new RouterError('conflict', message);
    }
    return budget.record;
  }

  #audit(actor: string, action: string, target: string, before: unknown, after: unknown): Promise<void> {
    const { store, clock } = this.#parts;
    return store.recordAudit({ at: clock.now(), actor, action, target, before, after });
  }
}

/** Throws `RouterError('invalid_request')` with the place and the fault. */
export function parsePolicy(input: unknown, index: number): Policy {
  const result = policySchema.safeParse(input);
  if (result.success) return result.data;
  const faults = result.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'policy'}: ${issue.message}`);
  const which = nameIn(input) ?? String(index + 1);
  throw new RouterError('invalid_request', `Policy ${which} is not valid: ${faults.join('; ')}.`);
}

function nameIn(input: unknown): string | null {
  const { name } = (input ?? {}) as { readonly name?: unknown };
  return typeof name === 'string' && name !== '' ? `"${name.slice(0, 100)}"` : null;
}

function toNano(usd: number): NanoUsd {
  const nano = Math.round(usd * NANO_PER_USD);
  if (!Number.isSafeInteger(nano) || nano < 0) {
    throw new RouterError('invalid_request', `${usd} is no amount of dollars.`);
  }
  return nano;
}

function limitsTheSame(one: QuotaRecord, other: QuotaRecord): boolean {
  const { family, dimension, window } = one;
  const length = (of: QuotaRecord['window']): number => (of.kind === 'rolling' ? of.ms : 0);
  return (
    family === other.family &&
    dimension === other.dimension &&
    window.kind === other.window.kind &&
    length(window) === length(other.window)
  );
}
