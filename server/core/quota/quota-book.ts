import type { CapacityState, QuotaDimension, QuotaRecord } from '../../../shared/model/limits.ts';
import { ALL_FAMILIES } from '../../../shared/model/states.ts';
import type { SkippedKey } from '../../../shared/model/trace.ts';
import type { PooledKey } from '../key/key-pool.ts';
import type { CounterUnit, Hold, Settlement, Store } from '../ports/store.ts';
import { capacityStateOf } from './capacity.ts';
import type { LearnedLimit, LearnedLimits } from './learned-limits.ts';
import { type ExhaustionPrediction, predictExhaustion } from './predict-exhaustion.ts';
import { UsageTrend } from './usage-trend.ts';
import { addressOf, windowAt } from './windows.ts';

/** A quota as it stands. */
export interface QuotaStatus {
  readonly record: QuotaRecord;
  /** In the dimension's unit: what we count, or what the provider says if that is more (others may use the account). */
  readonly used: number;
  /** The configured capacity, or the provider's own limit if that is less. */
  readonly capacity: number;
  /** What the provider's answers say of the same limit; `null`: nothing, or for a window that is over. */
  readonly learned: LearnedLimit | null;
  readonly capacityState: CapacityState;
  /** ms since the epoch; `null`: a window without end, or one that rolls. */
  readonly resetsAt: number | null;
  readonly prediction: ExhaustionPrediction | null;
}

/** What an attempt may use of quotas. */
export interface QuotaNeed {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNano: number;
  readonly at: number;
}

const UNITS: Readonly<Record<QuotaDimension, CounterUnit>> = {
  requests: 'requests',
  input_tokens: 'input_tokens',
  output_tokens: 'output_tokens',
  total_tokens: 'total_tokens',
  usd: 'nano_usd',
};
/** Below this share left the headroom lowers a key's score. */
const CRITICAL_SHARE = 0.2;
/** A prediction is worked out again after this time, not for every request. */
const PREDICTION_MS = 5_000;
const DEFAULT_CONFIDENCE = 0.5;

interface Entry {
  readonly record: QuotaRecord;
  readonly trend: UsageTrend;
  /** Used in the window of `windowStart`, as settled; what runs is held in the store. */
  used: number;
  windowStart: number;
  /** Rolling windows: used by slice. */
  slices: Map<number, number>;
  prediction: ExhaustionPrediction | null;
  predictedAt: number;
}

/**
 * The configured quotas of keys and of the accounts that keys share. What is settled is mirrored here, so that a
 * decision asks nobody; admission itself is the store's.
 */
export class QuotaBook {
  readonly #store: Pick<Store, 'counters'>;
  readonly #learned: LearnedLimits;
  readonly #entries = new Map<string, Entry>();
  readonly #byOwner = new Map<string, Entry[]>();

  constructor(store: Pick<Store, 'counters'>, learned: LearnedLimits) {
    this.#store = store;
    this.#learned = learned;
  }

  /** Adds or replaces a quota and takes over what was used of it. */
  async set(record: QuotaRecord, now: number): Promise<void> {
    this.remove(record.id);
    const entry: Entry = {
      record,
      trend: new UsageTrend(),
      used: 0,
      windowStart: Number.NaN,
      slices: new Map(),
      prediction: null,
      predictedAt: 0,
    };
    const address = addressOf(subjectOf(record), record.window, now, record);
    const starts = [...(address.earlierSlices ?? []), address.windowStart];
    const counters = await this.#store.counters(
      starts.map((windowStart) => ({ subject: address.subject, windowStart })),
    );
    for (const { windowStart, spent } of counters) if (spent > 0) entry.slices.set(windowStart, spent);
    this.#add(entry);
    this.#count(entry, now);
  }

  /** A quota that is another owner's from here on; what was used of it stays. */
  move(id: string, owner: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.remove(id);
    this.#add({ ...entry, record: { ...entry.record, owner } });
  }

  #add(entry: Entry): void {
    const { id, owner } = entry.record;
    this.#entries.set(id, entry);
    this.#byOwner.set(owner, [...(this.#byOwner.get(owner) ?? []), entry]);
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    const { owner } = entry.record;
    this.#byOwner.set(
      owner,
      (this.#byOwner.get(owner) ?? []).filter((other) => other !== entry),
    );
  }

  /** The quotas of a key or of an account. */
  get(id: string): QuotaRecord | undefined {
    return this.#entries.get(id)?.record;
  }

  of(owner: string): readonly QuotaRecord[] {
    return (this.#byOwner.get(owner) ?? []).map(({ record }) => record);
  }

  /** Why a key can't take a request of this family now; `null` if it can. */
  obstacle(key: PooledKey, family: string, now: number): SkippedKey | null {
    for (const entry of this.#of(key, family)) {
      this.#count(entry, now);
      const { record, used } = entry;
      if (used < record.totalCapacity) continue;
      const { end } = windowAt(record.window, now, record);
      return { keyId: key.record.id, reason: 'quota', ...(end === null ? {} : { until: end }) };
    }
    return null;
  }

  /** 1 while every quota and every limit of the provider has more than a fifth left, down to 0 where one is used up. */
  headroom(key: PooledKey, family: string, now: number): number {
    let least = Math.min(1, this.#learned.shareLeft(key.account, family, now) / CRITICAL_SHARE);
    for (const entry of this.#of(key, family)) {
      this.#count(entry, now);
      const left = 1 - entry.used / Math.max(1, entry.record.totalCapacity);
      least = Math.min(least, left / CRITICAL_SHARE);
    }
    return Math.max(0, least);
  }

  /** When the first of the key's quotas is predicted to run out, at least this likely; `null`: none is. */
  exhaustedAt(
    key: PooledKey,
    family: string,
    now: number,
    minConfidence = DEFAULT_CONFIDENCE,
  ): number | null {
    let first: number | null = null;
    for (const entry of this.#of(key, family)) {
      const prediction = this.#predict(entry, now);
      if (!prediction || prediction.confidence < minConfidence) continue;
      if (first === null || prediction.at < first) first = prediction.at;
    }
    return first;
  }

  /** What an attempt holds: one part for each quota that it counts on, a shared one once. */
  holds(key: PooledKey, family: string, need: QuotaNeed): readonly Hold[] {
    return this.#of(key, family).map(({ record }) => ({
      ...addressOf(subjectOf(record), record.window, need.at, record),
      unit: UNITS[record.dimension],
      amount: amountOf(record.dimension, need),
      limit: record.totalCapacity,
    }));
  }

  /** An attempt was settled: what it used is mirrored. */
  settled(holds: readonly Hold[], amounts: Settlement['amounts'], costNano: number, at: number): void {
    for (const hold of holds) {
      if (!hold.subject.startsWith(PREFIX)) continue;
      const entry = this.#entries.get(hold.subject.slice(PREFIX.length));
      if (!entry) continue;
      const used = hold.unit === 'nano_usd' ? costNano : (amounts[hold.unit] ?? 0);
      entry.slices.set(hold.windowStart, (entry.slices.get(hold.windowStart) ?? 0) + used);
      entry.trend.record(at, used);
      // Counted anew when it is asked for next.
      entry.windowStart = Number.NaN;
    }
  }

  /** Quotas of these owners, or all of them. */
  status(owners: readonly string[] | null, now: number): readonly QuotaStatus[] {
    const entries = [...this.#entries.values()];
    return entries
      .filter(({ record }) => owners === null || owners.includes(record.owner))
      .map((entry) => {
        this.#count(entry, now);
        const { record } = entry;
        const { end } = windowAt(record.window, now, record);
        const { used, capacity, learned } = this.#reconcile(entry, now);
        return {
          record,
          used,
          capacity,
          learned,
          capacityState: capacityStateOf(capacity, used),
          resetsAt: end,
          prediction: this.#predict(entry, now),
        };
      });
  }

  /** Providers tell of the current minute: only a quota a minute, of one family, is the same limit. */
  #reconcile({ record, used }: Entry, now: number): Pick<QuotaStatus, 'used' | 'capacity' | 'learned'> {
    const { owner, family, dimension, window, totalCapacity } = record;
    const learned = window.kind === 'minute' ? this.#learned.find(owner, family, dimension, now) : null;
    if (!learned) return { used, capacity: totalCapacity, learned: null };
    return {
      used: Math.max(used, Math.round(learned.limit - learned.remaining)),
      capacity: Math.min(totalCapacity, learned.limit),
      learned,
    };
  }

  #of(key: PooledKey, family: string): readonly Entry[] {
    if (this.#entries.size === 0) return NONE;
    const found: Entry[] = [];
    for (const owner of key.owners) {
      for (const entry of this.#byOwner.get(owner) ?? []) {
        if (entry.record.family === ALL_FAMILIES || entry.record.family === family) found.push(entry);
      }
    }
    return found;
  }

  /** Sums the slices that still count, where the window has moved or something was settled. */
  #count(entry: Entry, now: number): void {
    const { record } = entry;
    const { windowStart, earlierSlices } = addressOf(subjectOf(record), record.window, now, record);
    if (entry.windowStart === windowStart) return;
    const counting = new Set([windowStart, ...(earlierSlices ?? [])]);
    let used = 0;
    for (const [start, amount] of entry.slices) {
      if (counting.has(start)) used += amount;
      else if (start < windowStart) entry.slices.delete(start);
    }
    entry.used = used;
    entry.windowStart = windowStart;
  }

  #predict(entry: Entry, now: number): ExhaustionPrediction | null {
    if (now - entry.predictedAt < PREDICTION_MS && now >= entry.predictedAt) return entry.prediction;
    this.#count(entry, now);
    const { record, used, trend } = entry;
    const { end } = windowAt(record.window, now, record);
    // What a rolling window counts comes back after its length.
    const resetAt = record.window.kind === 'rolling' ? now + record.window.ms : end;
    entry.prediction = predictExhaustion(trend, { now, remaining: record.totalCapacity - used, resetAt });
    entry.predictedAt = now;
    return entry.prediction;
  }
}

const PREFIX = 'quota:';
const NONE: readonly Entry[] = [];

function subjectOf(record: QuotaRecord): string {
  return `${PREFIX}${record.id}`;
}

function amountOf(dimension: QuotaDimension, need: QuotaNeed): number {
  switch (dimension) {
    case 'requests':
      return 1;
    case 'input_tokens':
      return need.inputTokens;
    case 'output_tokens':
      return need.outputTokens;
    case 'total_tokens':
      return need.inputTokens + need.outputTokens;
    case 'usd':
      return need.costNano;
  }
}
