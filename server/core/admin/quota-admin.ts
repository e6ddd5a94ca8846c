import type { NewQuota } from '../../../shared/model/inputs.ts';
import type { QuotaRecord } from '../../../shared/model/limits.ts';
import type { QuotaView } from '../../../shared/model/views.ts';
import { groupOwner, type KeyPool } from '../key/key-pool.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import type { QuotaBook, QuotaStatus } from '../quota/quota-book.ts';
import { RouterError } from '../router-error.ts';
import { amountOfDollars } from './amount-of-dollars.ts';
import type { AuditLog } from './audit-log.ts';
import type { ChangeHub } from './change-hub.ts';

/** Capacities that people declare of keys. Every change is stored before it takes effect. */
export class QuotaAdmin {
  readonly #store: Store;
  readonly #pool: KeyPool;
  readonly #quotas: QuotaBook;
  readonly #audit: AuditLog;
  readonly #changes: ChangeHub;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(parts: {
    readonly store: Store;
    readonly pool: KeyPool;
    readonly quotas: QuotaBook;
    readonly audit: AuditLog;
    readonly changes: ChangeHub;
    readonly clock: Clock;
    readonly random: Random;
  }) {
    this.#store = parts.store;
    this.#pool = parts.pool;
    this.#quotas = parts.quotas;
    this.#audit = parts.audit;
    this.#changes = parts.changes;
    this.#clock = parts.clock;
    this.#random = parts.random;
  }

  /** All quotas, or those of one key and its account. Throws `RouterError('not_found')` for a key that is not there. */
  list(keyId?: string): readonly QuotaView[] {
    const key = keyId === undefined ? null : this.#pool.get(keyId);
    if (key === undefined) throw new RouterError('not_found', `There is no key "${keyId}".`);
    return this.status(key?.owners ?? null).map(({ record, ...status }) => ({ ...record, ...status }));
  }

  /** Quotas of these owners, or all: what is used, and when they are predicted to run out. */
  status(owners: readonly string[] | null): readonly QuotaStatus[] {
    return this.#quotas.status(owners, this.#clock.now());
  }

  /**
   * A quota of a key; of its quota group where it has one, since that is what the provider limits. Throws `RouterError`:
   * `not_found` (key), `invalid_request` for what is no capacity.
   */
  async add(input: NewQuota, actor: string): Promise<QuotaRecord> {
    const key = this.#pool.get(input.keyId);
    if (!key) throw new RouterError('not_found', `There is no key "${input.keyId}".`);
    const { quotaGroup } = key.record;
    if (!Number.isFinite(input.totalCapacity) || input.totalCapacity < 0) {
      throw new RouterError('invalid_request', 'The capacity of a quota is a number that is not negative.');
    }
    const record: QuotaRecord = {
      id: this.#random.id('quo'),
      owner: quotaGroup ? groupOwner(key.provider.id, quotaGroup) : `key:${input.keyId}`,
      family: input.family ?? '*',
      dimension: input.dimension,
      window: input.window,
      totalCapacity:
        input.dimension === 'usd' ? amountOfDollars(input.totalCapacity) : Math.floor(input.totalCapacity),
      resetAt: input.resetAt ?? null,
      timeZone: input.timeZone ?? null,
      createdAt: this.#clock.now(),
    };
    await this.#store.saveQuota(record);
    await this.#audit.record({ actor, action: 'quota.add', target: record.id, before: null, after: record });
    await this.#quotas.set(record, this.#clock.now());
    this.#changes.emit('limits');
    return record;
  }

  /** What was used remains in the ledger. Throws `RouterError('not_found')`. */
  async remove(id: string, actor: string): Promise<void> {
    const before = this.#quotas.get(id);
    if (!before) throw new RouterError('not_found', `There is no quota "${id}".`);
    await this.#store.deleteQuota(id);
    await this.#audit.record({ actor, action: 'quota.remove', target: id, before, after: null });
    this.#quotas.remove(id);
    this.#changes.emit('limits');
  }

  /**
   * The account behind a key became known: the key's quotas are the account's from here on, so that several keys don't
   * count one limit apart. Of two quotas for the same limit the stricter stays.
   */
  async move(keyId: string): Promise<void> {
    const owner = this.#pool.get(keyId)?.account;
    const own = `key:${keyId}`;
    if (owner === undefined || owner === own) return;
    for (const quota of this.#quotas.of(own)) {
      const same = this.#quotas.of(owner).find((other) => limitsTheSame(other, quota));
      if (same && same.totalCapacity <= quota.totalCapacity) {
        await this.remove(quota.id, 'router');
        continue;
      }
      if (same) await this.remove(same.id, 'router');
      const moved: QuotaRecord = { ...quota, owner };
      await this.#store.saveQuota(moved);
      const change = { action: 'quota.move', target: quota.id, before: quota, after: moved };
      await this.#audit.record({ actor: 'router', ...change });
      this.#quotas.move(quota.id, owner);
    }
  }
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
