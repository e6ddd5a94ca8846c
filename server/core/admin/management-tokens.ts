import type { ManagementRole, ManagementTokenRecord } from '../../../shared/model/records.ts';
import type { ManagementTokenView } from '../../../shared/model/views.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Registry } from '../ports/store.ts';
import type { Tokens } from '../ports/tokens.ts';
import { RouterError } from '../router-error.ts';
import type { AuditLog } from './audit-log.ts';

const PREFIX = 'akm-';

/** Changes that no named token made are written down under these: nobody else may look like them. */
const OWN_ACTORS: ReadonlySet<string> = new Set(['local', 'editor', 'router', 'library', 'configuration']);

/** Who calls the management API, and what they may do there. */
export interface Manager {
  /** As the audit log names them. */
  readonly name: string;
  readonly role: ManagementRole;
}

export interface NewManagementToken {
  readonly name: string;
  readonly role: ManagementRole;
  /** ms since the epoch; never if left out. */
  readonly expiresAt?: number;
}

/** Named tokens of the management API. Looked up by digest; the tokens themselves are never kept. */
export class ManagementTokens {
  readonly #byDigest = new Map<string, ManagementTokenRecord>();
  readonly #store: Registry;
  readonly #tokens: Tokens;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(parts: {
    readonly store: Registry;
    readonly tokens: Tokens;
    readonly audit: AuditLog;
    readonly clock: Clock;
    readonly random: Random;
  }) {
    this.#store = parts.store;
    this.#tokens = parts.tokens;
    this.#audit = parts.audit;
    this.#clock = parts.clock;
    this.#random = parts.random;
  }

  load(records: readonly ManagementTokenRecord[]): void {
    for (const record of records) this.#byDigest.set(record.digest, record);
  }

  /** Whose token it is, or why it is nobody's. */
  authenticate(token: string): Manager | 'token_invalid' | 'token_expired' {
    const record = this.#byDigest.get(this.#tokens.digest(token));
    if (!record || record.revokedAt !== null) return 'token_invalid';
    if (record.expiresAt !== null && record.expiresAt <= this.#clock.now()) return 'token_expired';
    return { name: record.name, role: record.role };
  }

  /** The token is in this answer only. Throws `RouterError`: `conflict` if a valid one has the name, `invalid_request` for a name of the router's own. */
  async create(
    input: NewManagementToken,
    actor: string,
  ): Promise<{ readonly managementToken: ManagementTokenView; readonly token: string }> {
    const name = input.name.trim();
    if (OWN_ACTORS.has(name.toLowerCase())) {
      throw new RouterError(
        'invalid_request',
        `"${name}" is a name that the audit log uses itself. Choose another.`,
      );
    }
    const valid = [...this.#byDigest.values()].filter(({ revokedAt }) => revokedAt === null);
    if (valid.some((record) => record.name === name)) {
      throw new RouterError('conflict', `There is already a management token named "${name}".`);
    }
    const { token, digest } = this.#tokens.issue(PREFIX);
    const record: ManagementTokenRecord = {
      id: this.#random.id('mt'),
      name,
      digest,
      hint: token.slice(-4),
      role: input.role,
      createdAt: this.#clock.now(),
      expiresAt: input.expiresAt ?? null,
      revokedAt: null,
    };
    const managementToken = toView(record);
    await this.#store.saveManagementToken(record);
    await this.#audit.record({
      actor,
      action: 'management_token.create',
      target: record.id,
      before: null,
      after: managementToken,
    });
    this.#byDigest.set(digest, record);
    return { managementToken, token };
  }

  /** From now on the token is refused. Throws `RouterError('not_found')`. */
  async revoke(id: string, actor: string): Promise<ManagementTokenView> {
    const record = [...this.#byDigest.values()].find((entry) => entry.id === id);
    if (!record) throw new RouterError('not_found', `There is no management token "${id}".`);
    const revoked = { ...record, revokedAt: record.revokedAt ?? this.#clock.now() };
    await this.#store.saveManagementToken(revoked);
    await this.#audit.record({
      actor,
      action: 'management_token.revoke',
      target: id,
      before: toView(record),
      after: toView(revoked),
    });
    this.#byDigest.set(record.digest, revoked);
    return toView(revoked);
  }

  list(): readonly ManagementTokenView[] {
    return [...this.#byDigest.values()].map(toView);
  }
}

function toView(record: ManagementTokenRecord): ManagementTokenView {
  const { id, name, hint, role, createdAt, expiresAt, revokedAt } = record;
  return { id, name, hint, role, createdAt, expiresAt, revokedAt };
}
