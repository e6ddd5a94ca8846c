import { nanoFromUsd, type NanoUsd } from '../../../shared/model/money.ts';
import type { VirtualKeyRecord } from '../../../shared/model/records.ts';
import type { NewVirtualKey } from '../../../shared/model/inputs.ts';
import type { VirtualKeyView } from '../../../shared/model/views.ts';
import { counter } from '../ledger/spend-window.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Ledger, Registry } from '../ports/store.ts';
import type { Tokens } from '../ports/tokens.ts';
import { RouterError } from '../router-error.ts';
import type { AuditLog } from './audit-log.ts';

const PREFIX = 'akr-';

/** The tokens that tools present. Looked up by digest; the tokens themselves are never kept. */
export class VirtualKeys {
  readonly #byDigest = new Map<string, VirtualKeyRecord>();
  readonly #store: Registry & Ledger;
  readonly #tokens: Tokens;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #audit: AuditLog;

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
      expiresAt: input.expiresAt ?? null,
      revokedAt: null,
    };
    await this.#store.saveVirtualKey(record);
    await this.#note(actor, 'virtual_key.create', null, record);
    this.#byDigest.set(digest, record);
    const [virtualKey] = await this.#views([record]);
    if (!virtualKey) throw new RouterError('internal', 'The new virtual key could not be read back.');
    return { virtualKey, token };
  }

  /** From now on the token is refused. Running requests end undisturbed. */
  async revoke(id: string, actor: string): Promise<VirtualKeyView> {
    const record = this.find(id);
    const revoked = { ...record, revokedAt: record.revokedAt ?? this.#clock.now() };
    await this.#store.saveVirtualKey(revoked);
    await this.#note(actor, 'virtual_key.revoke', record, revoked);
    this.#byDigest.set(record.digest, revoked);
    const [view] = await this.#views([revoked]);
    if (!view) throw new RouterError('internal', 'The virtual key could not be read back.');
    return view;
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

  async #views(records: readonly VirtualKeyRecord[]): Promise<readonly VirtualKeyView[]> {
    const now = this.#clock.now();
    const addresses = records.map((record) => counter(`virtual_key:${record.id}`, record.limitWindow, now));
    const counters = await this.#store.counters(addresses);
    return records.map((record, index) => toView(record, counters[index]?.spent ?? 0));
  }
}

function toView(record: VirtualKeyRecord, spentNano: NanoUsd): VirtualKeyView {
  const { id, name, hint, team, project, tool, tags, limitNano, limitWindow } = record;
  const { createdAt, expiresAt, revokedAt } = record;
  const scope = { team, project, tool, tags };
  return { id, name, hint, ...scope, limitNano, limitWindow, spentNano, createdAt, expiresAt, revokedAt };
}

/** Whoever reads the log has no use for the digest. */
function audited(record: VirtualKeyRecord): object {
  return { ...record, digest: undefined };
}
