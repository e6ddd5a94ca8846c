import type { KeyMetadata, KeyRecord, ProviderKind, ProviderRecord } from '../../../shared/model/records.ts';
import { ALL_FAMILIES, type KeyState, type StateTransition } from '../../../shared/model/states.ts';
import type { KeyView } from '../../../shared/model/views.ts';
import type { CellBook } from '../key/cell-book.ts';
import type { KeyPool, PooledKey } from '../key/key-pool.ts';
import { rollUp } from '../key/key-state.ts';
import { counter } from '../ledger/spend-window.ts';
import type { Clock } from '../ports/clock.ts';
import type { ProviderAdapter } from '../ports/provider.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import type { Upstream } from '../ports/upstream.ts';
import type { Vault } from '../ports/vault.ts';
import type { LearnedLimits } from '../quota/learned-limits.ts';
import { RouterError } from '../router-error.ts';
import type { AuditLog } from './audit-log.ts';
import type { ChangeHub } from './change-hub.ts';
import { checkSecret } from './check-secret.ts';
import { keyTarget } from './key-target.ts';
import { auditedKey, type MetadataChange, withChange } from './key-metadata.ts';
import { keyView } from './key-view.ts';
import type { Listing } from './list-models.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import type { ProviderAdmin } from './provider-admin.ts';
import { secretToKeep } from './secret-to-keep.ts';
import { type VerifiedKey, verifyKey } from './verify-key.ts';

/** How long a key is benched by hand where nothing is said, ms. */
const DEFAULT_BENCH_MS = 60_000;

export interface KeyAdminParts {
  readonly pool: KeyPool;
  readonly cells: CellBook;
  readonly learned: LearnedLimits;
  readonly store: Store;
  readonly vault: Vault;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly random: Random;
  readonly changes: ChangeHub;
  readonly audit: AuditLog;
  /** A key was switched, or its provider refused it. */
  readonly onTransition: (transition: StateTransition) => void;
  readonly providers: ProviderAdmin;
  /** Shared with `providers`. */
  readonly turns: OneAtATime;
}

export interface NewKey {
  readonly providerId: string;
  /** Where its provider is reached: kept with the key, or not at all. */
  readonly baseUrl?: string;
  /** How a provider that is new is spoken to, if it is not OpenAI-compatible. */
  readonly kind?: ProviderKind;
  readonly name: string;
  readonly secret: string;
  readonly metadata?: KeyMetadata;
  /** Models that it serves, for a key that is not verified; by the provider's own names if left out. */
  readonly models?: readonly string[];
  /** `listing`, if left out: the provider is asked for its models, which is free, and refuses a wrong secret. */
  readonly verify?: 'listing' | 'none';
  /** A key that only reads what its provider billed: that is what it is verified with. */
  readonly purpose?: 'billing';
}

/** What people do with keys: add, check, switch, remove. Every change is stored before it takes effect. */
export class KeyAdmin {
  readonly #parts: KeyAdminParts;

  constructor(parts: KeyAdminParts) {
    this.#parts = parts;
  }

  /**
   * Verifies the secret with the provider's free model listing, then keeps it sealed, with its provider's base URL if
   * one is given. Throws `RouterError`: `not_found` (provider), `conflict` (name or secret is taken, or the provider's
   * keys belong to another base URL), `key_placeholder`, `subscription_login`, `billing_key`, `key_refused`, `provider_unreachable`.
   */
  async add(input: NewKey, actor: string): Promise<KeyView> {
    const { turns } = this.#parts;
    const name = input.name.trim();
    const { provider, adapter } = keyTarget(this.#parts, input);
    const secret = secretToKeep(adapter, provider, input.secret);
    const { purpose, metadata } = input;
    await this.#checkNew({ adapter, purpose }, name, secret);
    const listing =
      input.verify === 'none'
        ? { models: input.models ?? null, account: null }
        : await verifyKey(this.#parts, { provider, adapter, purpose, proxy: metadata?.proxy }, secret);
    return turns.run(async () => {
      // What was looked at before may have changed while the provider was asked.
      const target = keyTarget(this.#parts, input);
      if (target.provider.baseUrl !== provider.baseUrl || target.adapter !== adapter) {
        throw new RouterError(
          'conflict',
          `"${provider.id}" was pointed elsewhere meanwhile. Nothing was added; try again.`,
        );
      }
      await this.#checkNew({ adapter, purpose }, name, secret);
      return this.#keep({ ...input, name, secret }, target.provider, listing, actor);
    });
  }

  async #keep(
    input: NewKey,
    provider: ProviderRecord,
    listing: Omit<Extract<Listing, { ok: true }>, 'ok'>,
    actor: string,
  ): Promise<KeyView> {
    const { store, vault, random, clock, pool, changes } = this.#parts;
    const { name, secret, metadata = {}, baseUrl, purpose } = input;
    const record: KeyRecord = {
      id: random.id('key'),
      providerId: provider.id,
      name,
      hint: secret.slice(-4),
      enabled: true,
      ...(purpose === undefined ? {} : { purpose }),
      invalidSince: null,
      invalidReason: null,
      models: listing.models,
      quotaGroup: listing.account ?? metadata.account ?? null,
      metadata,
      createdAt: clock.now(),
      checkedAt: clock.now(),
    };
    const sealed = vault.seal(record.id, secret);
    await (baseUrl === undefined ? store.saveKey(record, sealed) : store.saveKey(record, sealed, provider));
    await this.#note(actor, 'key.add', null, record);
    vault.hold(record.id, secret);
    if (baseUrl !== undefined) pool.setProvider(provider);
    pool.set(record);
    changes.emit('keys', 'state');
    return this.view(record.id);
  }

  /** Removes a key and its secret for good. Requests that already carry it end undisturbed. */
  async remove(idOrName: string, actor: string): Promise<void> {
    const { record } = this.#get(idOrName);
    const { id } = record;
    const { store, vault, pool, cells, changes } = this.#parts;
    await store.deleteKey(id);
    await this.#note(actor, 'key.remove', record, null);
    vault.drop(id);
    pool.remove(id);
    cells.forget(`key:${id}`);
    changes.emit('keys', 'state');
  }

  async setEnabled(idOrName: string, enabled: 'enabled' | 'disabled', actor: string): Promise<KeyView> {
    const { vault, store } = this.#parts;
    const key = this.#get(idOrName);
    const { id } = key.record;
    const wanted = enabled === 'enabled';
    if (key.record.enabled !== wanted) {
      if (wanted) {
        const sealed = await store.loadSealed(id);
        if (!sealed)
          throw new RouterError(
            'internal',
            `The secret of ${key.record.name} is missing. Add the key again.`,
          );
        vault.hold(id, vault.open(id, sealed));
      } else {
        vault.drop(id);
      }
      const after = { ...key.record, enabled: wanted };
      await this.#change(key, after, 'person');
      await this.#note(actor, wanted ? 'key.enable' : 'key.disable', key.record, after);
    }
    return this.view(id);
  }

  /**
   * Puts another secret in a key's place: its id, history, limits and states stay. Requests that run keep the old one.
   * Its account is learned anew. Throws as `add` does.
   */
  async rotate(
    idOrName: string,
    input: { readonly secret: string; readonly verify?: 'listing' | 'none' },
    actor: string,
  ): Promise<KeyView> {
    const { store, vault, clock, pool } = this.#parts;
    const key = this.#get(idOrName);
    const { id } = key.record;
    const secret = secretToKeep(key.adapter, key.provider, input.secret);
    await checkSecret(this.#parts, whom(key), secret);
    const listing =
      input.verify === 'none'
        ? { models: key.record.models, account: null }
        : await verifyKey(this.#parts, whom(key), secret);
    const before = this.#get(id);
    const record: KeyRecord = {
      ...before.record,
      hint: secret.slice(-4),
      models: listing.models,
      quotaGroup: listing.account ?? before.record.metadata.account ?? null,
      invalidSince: null,
      invalidReason: null,
      checkedAt: clock.now(),
    };
    await store.saveKey(record, vault.seal(record.id, secret));
    if (record.enabled) vault.hold(record.id, secret);
    await this.#change(before, record, 'rotated');
    await this.#note(actor, 'key.rotate', before.record, record);
    // What the old secret's account had used up says nothing of the new one's.
    if (before.record.quotaGroup !== record.quotaGroup || before.record.invalidSince !== null) {
      this.#parts.cells.reset(`key:${id}`, 'rotated');
    }
    pool.set(record);
    return this.view(record.id);
  }

  /** Changes a key's name and what is declared of it. Throws `RouterError`: `not_found`, `conflict` (name is taken). */
  async change(
    id: string,
    change: { readonly name?: string; readonly metadata?: MetadataChange },
    actor: string,
  ): Promise<KeyView> {
    const key = this.#get(id);
    const { record } = key;
    const name = change.name?.trim() ?? record.name;
    if (name !== record.name) this.#checkName(name);
    const metadata = withChange(record.metadata, change.metadata ?? {});
    const after = { ...record, name, metadata, quotaGroup: metadata.account ?? record.quotaGroup };
    await this.#change(key, after, 'person');
    await this.#note(actor, 'key.change', record, after);
    return this.view(record.id);
  }

  /**
   * Sets a key's state by hand: `throttled` and `exhausted` until a time, `available` ends them and clears a provider's
   * verdict. Throws `RouterError('conflict')` for a change that makes no sense.
   */
  async setState(
    id: string,
    wanted: { readonly state: KeyState; readonly until?: number },
    actor: string,
  ): Promise<KeyView> {
    const key = this.#get(id);
    const { cells, clock } = this.#parts;
    const owner = `key:${key.record.id}`;
    switch (wanted.state) {
      case 'disabled':
        return this.setEnabled(id, 'disabled', actor);
      case 'invalid':
        await this.refused(key.record.id, 'Marked as invalid by hand.');
        break;
      case 'throttled':
      case 'exhausted': {
        const until = wanted.until ?? clock.now() + DEFAULT_BENCH_MS;
        if (until <= clock.now()) {
          throw new RouterError(
            'invalid_request',
            `A key can't be ${wanted.state} until a time that has passed.`,
          );
        }
        const address = { owner, family: ALL_FAMILIES, dimension: 'requests' } as const;
        cells.close(address, { state: wanted.state, until, trigger: 'person' });
        break;
      }
      case 'recovering':
        throw new RouterError(
          'conflict',
          'A key recovers by itself when its wait is over; it can not be set to that.',
        );
      case 'available':
        cells.reset(owner, 'person');
        if (key.record.invalidSince !== null) {
          await this.#change(key, { ...key.record, invalidSince: null, invalidReason: null }, 'person');
        }
        if (!key.record.enabled) await this.setEnabled(id, 'enabled', actor);
    }
    await this.#note(actor, 'key.set_state', null, { ...this.#get(id).record, ...wanted });
    return this.view(key.record.id);
  }

  /** Asks the provider again whether the key is good, and for its models. */
  async check(idOrName: string): Promise<KeyView> {
    const { vault, clock } = this.#parts;
    const key = this.#get(idOrName);
    const { id } = key.record;
    const secret = vault.reveal(id);
    if (secret === undefined) {
      throw new RouterError('conflict', `${key.record.name} is disabled. Enable it before checking it.`);
    }
    try {
      const listing = await verifyKey(this.#parts, whom(key), secret);
      const verdict = { invalidSince: null, invalidReason: null, checkedAt: clock.now() };
      const { models } = listing;
      const quotaGroup = listing.account ?? key.record.quotaGroup;
      await this.#change(key, { ...this.#get(id).record, ...verdict, models, quotaGroup }, 'check');
    } catch (error) {
      if (error instanceof RouterError && error.code === 'key_refused') await this.refused(id, error.message);
      throw error;
    }
    return this.view(id);
  }

  /** The provider refused the key: no request uses it until it is checked or replaced. */
  async refused(id: string, reason: string, requestId?: string): Promise<void> {
    const key = this.#parts.pool.get(id);
    if (!key || key.record.invalidSince !== null) return;
    const invalid = { invalidSince: this.#parts.clock.now(), invalidReason: reason.slice(0, 500) };
    await this.#change(key, { ...key.record, ...invalid }, 'key_invalid', requestId);
  }

  /** A response named the account behind the key: keys of one account share its limits. */
  async accountSeen(id: string, account: string): Promise<void> {
    const key = this.#parts.pool.get(id);
    if (!key || key.record.quotaGroup === account) return;
    await this.#change(key, { ...key.record, quotaGroup: account }, 'account_seen');
  }

  names(): readonly Pick<KeyRecord, 'id' | 'name'>[] {
    return this.#parts.pool.all().map(({ record }) => record);
  }

  async list(): Promise<readonly KeyView[]> {
    return this.#views(this.#parts.pool.all());
  }

  async view(id: string): Promise<KeyView> {
    const [view] = await this.#views([this.#get(id)]);
    if (!view) throw new RouterError('not_found', `There is no key ${id}.`);
    return view;
  }

  #get(id: string): PooledKey {
    const { pool } = this.#parts;
    const key = pool.get(id) ?? pool.all().find((entry) => entry.record.name === id);
    if (!key)
      throw new RouterError('not_found', `There is no key "${id}". List them with "apikeyrouter keys list".`);
    return key;
  }

  async #checkNew(
    key: { readonly adapter: ProviderAdapter; readonly purpose: KeyRecord['purpose'] },
    name: string,
    secret: string,
  ): Promise<void> {
    this.#checkName(name);
    await checkSecret(this.#parts, key, secret);
  }

  #checkName(name: string): void {
    if (name === '') throw new RouterError('invalid_request', 'A key needs a name.');
    if (this.#parts.pool.all().some((key) => key.record.name === name)) {
      throw new RouterError('conflict', `There is already a key named "${name}".`);
    }
  }

  #note(actor: string, action: string, before: KeyRecord | null, after: KeyRecord | null): Promise<void> {
    const target = (after ?? before)?.id ?? '';
    return this.#parts.audit.record({
      actor,
      action,
      target,
      before: before && auditedKey(before),
      after: after && auditedKey(after),
    });
  }

  async #change(key: PooledKey, record: KeyRecord, trigger: string, requestId?: string): Promise<void> {
    const { store, pool, clock, changes } = this.#parts;
    const from = this.#state(key);
    await store.saveKey(record);
    pool.set(record);
    const changed = pool.get(record.id);
    const to = changed ? this.#state(changed) : from;
    if (from !== to) {
      const owner = `key:${record.id}`;
      const change = { at: clock.now(), owner, from, to, trigger };
      const transition: StateTransition = requestId === undefined ? change : { ...change, requestId };
      await store.recordStates([], [transition]);
      this.#parts.onTransition(transition);
    }
    changes.emit('keys', 'state');
  }

  #state(key: PooledKey): KeyState {
    return rollUp(key.record, this.#parts.cells.closed(key.owners)).state;
  }

  async #views(keys: readonly PooledKey[]): Promise<readonly KeyView[]> {
    const { store, clock } = this.#parts;
    const now = clock.now();
    const addresses = keys.map((key) => counter(`key:${key.record.id}`, 'day', now));
    const counters = await store.counters(addresses);
    return keys.map((key, index) => keyView(this.#parts, key, counters[index]?.spent ?? 0));
  }
}

function whom({ provider, adapter, record }: PooledKey): VerifiedKey {
  return { provider, adapter, purpose: record.purpose, proxy: record.metadata.proxy };
}
