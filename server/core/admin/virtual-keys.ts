import { nanoFromUsd, type NanoUsd } from '../../../shared/model/money.ts';
import type { VirtualKeyRecord } from '../../../shared/model/records.ts';
import type { NewVirtualKey, VirtualKeyChange } from '../../../shared/model/inputs.ts';
import type { VirtualKeyView } from '../../../shared/model/views.ts';
import { counter } from '../ledger/spend-window.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Ledger, Registry } from '../ports/store.ts';
import type { Tokens } from '../ports/tokens.ts';
import { RouterError } from '../router-error.ts';
import type { AuditLog } from './audit-log.ts';
import { OneAtATime } from './one-at-a-time.ts';

const PREFIX = 'akr-';

/** The tokens that tools present. Looked up by digest; the tokens themselves are never kept. */
export class VirtualKeys {
  readonly #byDigest = new Map<string, VirtualKeyRecord>();
  readonly #store: Registry & Ledger;
  readonly #tokens: Tokens;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #audit: AuditLog;
  /** Of two changes at a time neither is lost. */
  readonly #turns = new OneAtATime();

  constructor(parts: {
    readonly store: Registry & Ledger;
    readonly tokens: Tokens;
    readonly clock: Clock;
    readonly random: Random;
    readonly audit: AuditLog;
  }) {
    this.#store = parts.store;
    this.#tokens = parts.tokens;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#audit = parts.audit;
  }

  load(records: readonly VirtualKeyRecord[]): void {
    for (const record of records) this.#byDigest.set(record.digest, record);
  }

  /** Takes in tokens that whoever runs the router brings along. They are not stored; one that was revoked stays so. */
  admit(tokens: readonly string[]): void {
    tokens.forEach((token, index) => {
      const digest = this.#tokens.digest(token);
      if (this.#byDigest.has(digest)) return;
      const named = { name: `configured-${index + 1}`, hint: token.slice(-4), createdAt: this.#clock.now() };
      const limits = { limitNano: null, limitWindow: 'day', expiresAt: null, revokedAt: null } as const;
      const caller = { team: null, project: null, tool: null, tags: [], objective: null };
      // The same id at each start, so that what it spent stays its own.
      this.#byDigest.set(digest, { id: `vk_${digest.slice(0, 26)}`, digest, ...named, ...caller, ...limits });
    });
  }

  /** The key that a token stands for, or why it is none. */
  authenticate(token: string): VirtualKeyRecord | 'token_invalid' | 'token_expired' {
    if (!token.startsWith(PREFIX)) return 'token_invalid';
    const record = this.#byDigest.get(this.#tokens.digest(token));
    if (!record || record.revokedAt !== null) return 'token_invalid';
    if (record.expiresAt !== null && record.expiresAt <= this.#clock.now()) return 'token_expired';
    return record;
  }

  /** The token is in this answer only. */
  async create(
    input: NewVirtualKey,
    actor: string,
  ): Promise<{ readonly virtualKey: VirtualKeyView; readonly token: string }> {
    const name = input.name.trim();
    if (name === '') throw new RouterError('invalid_request', 'A virtual key needs a name.');
    const { token, digest } = this.#tokens.issue(PREFIX);
    const record: VirtualKeyRecord = {
      id: this.#random.id('vk'),
      name,
      digest,
      hint: token.slice(-4),
      team: input.team ?? null,
      project: input.project ?? null,
      tool: input.tool ?? null,
      tags: input.tags ?? [],
      limitNano: input.limitUsd === undefined ? null : nanoFromUsd(input.limitUsd),
      limitWindow: input.limitWindow ?? 'day',
      objective: input.objective ?? null,
      createdAt: this.#clock.now(),
      ...(input.models && { models: input.models }),
      ...(input.allowModels && { allowModels: input.allowModels }),
      expiresAt: input.expiresAt ?? null,
      revokedAt: null,
    };
    await this.#store.saveVirtualKey(record);
    await this.#note(actor, 'virtual_key.create', null, record);
    this.#byDigest.set(digest, record);
    return { virtualKey: await this.#view(record), token };
  }

  /** Changes what a token may do, from its next request on. Throws `RouterError('not_found')`. */
  update(id: string, change: VirtualKeyChange, actor: string): Promise<VirtualKeyView> {
    return this.#replace(id, 'virtual_key.update', actor, (record) => changed(record, change));
  }

  /** From now on the token is refused. Running requests end undisturbed. */
  revoke(id: string, actor: string): Promise<VirtualKeyView> {
    return this.#replace(id, 'virtual_key.revoke', actor, (record) => ({
      ...record,
      revokedAt: record.revokedAt ?? this.#clock.now(),
    }));
  }

  /** By id or name; of one name the newest that is valid. Throws `RouterError('not_found')`. */
  find(idOrName: string): VirtualKeyRecord {
    const records = [...this.#byDigest.values()];
    const found =
      records.find(({ id }) => id === idOrName) ??
      records.findLast(({ name, revokedAt }) => name === idOrName && revokedAt === null);
    if (found) return found;
    throw new RouterError('not_found', `There is no virtual key "${idOrName}".`);
  }

  /** Of a virtual key that is called so, or has this id. */
  idOf(idOrName: string): string {
    const records = [...this.#byDigest.values()];
    if (records.some(({ id }) => id === idOrName)) return idOrName;
    return records.findLast(({ name }) => name === idOrName)?.id ?? idOrName;
  }

  names(): readonly Pick<VirtualKeyRecord, 'id' | 'name' | 'revokedAt'>[] {
    return [...this.#byDigest.values()];
  }

  list(): Promise<readonly VirtualKeyView[]> {
    return this.#views([...this.#byDigest.values()]);
  }

  #note(
    actor: string,
    action: string,
    before: VirtualKeyRecord | null,
    after: VirtualKeyRecord,
  ): Promise<void> {
    const target = after.id;
    return this.#audit.record({
      actor,
      action,
      target,
      before: before && audited(before),
      after: audited(after),
    });
  }

  #replace(
    id: string,
    action: string,
    actor: string,
    change: (record: VirtualKeyRecord) => VirtualKeyRecord,
  ): Promise<VirtualKeyView> {
    return this.#turns.run(async () => {
      const before = this.find(id);
      const after = change(before);
      await this.#store.saveVirtualKey(after);
      await this.#note(actor, action, before, after);
      this.#byDigest.set(after.digest, after);
      return this.#view(after);
    });
  }

  async #view(record: VirtualKeyRecord): Promise<VirtualKeyView> {
    const [view] = await this.#views([record]);
    if (!view) throw new RouterError('internal', 'The virtual key could not be read back.');
    return view;
  }

  async #views(records: readonly VirtualKeyRecord[]): Promise<readonly VirtualKeyView[]> {
    const now = this.#clock.now();
    const addresses = records.map((record) => counter(`virtual_key:${record.id}`, record.limitWindow, now));
    const counters = await this.#store.counters(addresses);
    return records.map((record, index) => toView(record, counters[index]?.spent ?? 0));
  }
}

function toView(record: VirtualKeyRecord, spentNano: NanoUsd): VirtualKeyView {
  const { id, name, hint, team, project, tool, tags, limitNano, limitWindow } = record;
  const { models = {}, allowModels = null, createdAt, expiresAt, revokedAt } = record;
  const scope = { team, project, tool, tags };
  const limits = { limitNano, limitWindow, spentNano, models, allowModels };
  return { id, name, hint, ...scope, ...limits, createdAt, expiresAt, revokedAt };
}

function changed(record: VirtualKeyRecord, change: VirtualKeyChange): VirtualKeyRecord {
  const { allowModels: before, models: slots, ...rest } = record;
  const { name, tags, limitUsd, limitWindow, models = slots, allowModels = before, expiresAt } = change;
  return {
    ...rest,
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
    ...(limitUsd === undefined ? {} : { limitNano: limitUsd === null ? null : nanoFromUsd(limitUsd) }),
    ...(limitWindow === undefined ? {} : { limitWindow }),
    ...(models && { models }),
    ...(allowModels && { allowModels }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** Whoever reads the log has no use for the digest. */
function audited(record: VirtualKeyRecord): object {
  return { ...record, digest: undefined };
}
