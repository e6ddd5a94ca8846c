import type { Registry } from 'prom-client';
import { NANO_PER_USD } from '../../../shared/model/money.ts';
import type { KeyState } from '../../../shared/model/states.ts';
import type { Standing } from '../../core/ports/metrics.ts';
import { gauge } from './make-metric.ts';
import { METRICS } from './metric-definitions.ts';

const STATES: readonly KeyState[] = [
  'available',
  'throttled',
  'exhausted',
  'recovering',
  'disabled',
  'invalid',
];

/** Series of each kind beyond so many are left out: what is configured may be any number. */
const MAX_SERIES = 2_000;

/** How keys, quotas and budgets stand: set anew for each scrape, so that what was removed is gone. */
export class StandingMetrics {
  readonly #running;
  readonly #keyInfo;
  readonly #keyState;
  readonly #limitLeft;
  readonly #quotaLeft;
  readonly #quotaExhaustion;
  readonly #budgetLimit;
  readonly #budgetLeft;

  constructor(registry: Registry) {
    this.#running = gauge(registry, METRICS.running);
    this.#keyInfo = gauge(registry, METRICS.keyInfo);
    this.#keyState = gauge(registry, METRICS.keyState);
    this.#limitLeft = gauge(registry, METRICS.limitLeft);
    this.#quotaLeft = gauge(registry, METRICS.quotaLeft);
    this.#quotaExhaustion = gauge(registry, METRICS.quotaExhaustion);
    this.#budgetLimit = gauge(registry, METRICS.budgetLimit);
    this.#budgetLeft = gauge(registry, METRICS.budgetLeft);
  }

  set(standing: Standing): void {
    this.#running.set(standing.running);
    this.#setKeys(standing.keys.slice(0, MAX_SERIES / STATES.length));
    this.#setQuotas(standing.quotas.slice(0, MAX_SERIES));
    this.#setBudgets(standing.budgets.slice(0, MAX_SERIES));
  }

  #setKeys(keys: Standing['keys']): void {
    for (const metric of [this.#keyInfo, this.#keyState, this.#limitLeft]) metric.reset();
    for (const { id: key, providerId: provider, name, state } of keys) {
      this.#keyInfo.set({ key, provider, name }, 1);
      for (const each of STATES) this.#keyState.set({ key, provider, state: each }, each === state ? 1 : 0);
    }
    const limits = keys.flatMap(({ id, limits }) => limits.map((limit) => ({ key: id, ...limit })));
    for (const { key, family, dimension, remaining } of limits.slice(0, MAX_SERIES)) {
      this.#limitLeft.set({ key, family, dimension }, remaining);
    }
  }

  #setQuotas(quotas: Standing['quotas']): void {
    for (const metric of [this.#quotaLeft, this.#quotaExhaustion]) metric.reset();
    for (const { id: quota, owner, family, dimension, leftShare, exhaustedAt } of quotas) {
      const labels = { quota, owner, family, dimension };
      this.#quotaLeft.set(labels, leftShare);
      if (exhaustedAt !== null) this.#quotaExhaustion.set(labels, exhaustedAt / 1000);
    }
  }

  #setBudgets(budgets: Standing['budgets']): void {
    for (const metric of [this.#budgetLimit, this.#budgetLeft]) metric.reset();
    for (const { id: budget, name, limitNano, leftNano } of budgets) {
      this.#budgetLimit.set({ budget, name }, limitNano / NANO_PER_USD);
      this.#budgetLeft.set({ budget, name }, leftNano / NANO_PER_USD);
    }
  }
}
