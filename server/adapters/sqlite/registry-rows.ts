import type { RegistrySnapshot, StoredPolicy } from '../../core/ports/store.ts';
import type { BudgetRecord, QuotaRecord } from '../../../shared/model/limits.ts';
import type { ModelNameRecord } from '../../../shared/model/model-names.ts';
import type {
  KeyRecord,
  ManagementTokenRecord,
  ProviderRecord,
  VirtualKeyRecord,
} from '../../../shared/model/records.ts';
import type { CellRecord } from '../../../shared/model/states.ts';
import type { WebhookRecord } from '../../../shared/model/webhooks.ts';
import type { Connection } from './open-database.ts';

type Table =
  | 'providers'
  | 'keys'
  | 'virtual_keys'
  | 'management_tokens'
  | 'budgets'
  | 'quotas'
  | 'model_names'
  | 'webhooks';

/**
 * Configuration: few rows, read whole at start. Records are kept as JSON, since nothing searches in them; a field
 * that is added later gets its value for old rows from a migration.
 */
export class RegistryRows {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Everything but the secrets, oldest first. */
  load(): RegistrySnapshot {
    return {
      providers: this.#all<ProviderRecord>('providers'),
      keys: this.#all<KeyRecord>('keys'),
      virtualKeys: this.#all<VirtualKeyRecord>('virtual_keys'),
      managementTokens: this.#all<ManagementTokenRecord>('management_tokens'),
      modelNames: this.#all<ModelNameRecord>('model_names'),
      cells: this.#connection
        .prepare<[], CellRecord>(
          `SELECT owner, family, dimension, state, until, failures, since FROM cells
           ORDER BY owner, family, dimension`,
        )
        .all(),
      budgets: this.#all<BudgetRecord>('budgets'),
      quotas: this.#all<QuotaRecord>('quotas'),
      webhooks: this.#all<WebhookRecord>('webhooks'),
      policies: this.#policies(),
      alerts: this.#connection.prepare<[], string>('SELECT name FROM alerts ORDER BY name').pluck().all(),
    };
  }

  /** Inserts or replaces a provider. */
  saveProvider(provider: ProviderRecord): void {
    this.#save('providers', provider);
  }

  /** Inserts or replaces a key, with `sealed` its secret too. */
  saveKey(key: KeyRecord, sealed: Uint8Array | undefined): void {
    this.#save('keys', key);
    if (!sealed) return;
    this.#connection
      .prepare(
        `INSERT INTO secrets (key_id, sealed) VALUES (?, ?)
         ON CONFLICT DO UPDATE SET sealed = excluded.sealed`,
      )
      .run(key.id, sealed);
  }

  /** The sealed secret of a key, if it has one. */
  loadSealed(keyId: string): Uint8Array | null {
    const sealed = this.#connection
      .prepare<[string], Buffer>('SELECT sealed FROM secrets WHERE key_id = ?')
      .pluck()
      .get(keyId);
    return sealed === undefined ? null : new Uint8Array(sealed);
  }

  /** Removes a key with its cells; the foreign key takes the secret along. */
  deleteKey(keyId: string): void {
    this.#connection.prepare('DELETE FROM keys WHERE id = ?').run(keyId);
    this.#connection.prepare('DELETE FROM cells WHERE owner = ?').run(`key:${keyId}`);
  }

  /** Inserts or replaces a virtual key. */
  saveVirtualKey(key: VirtualKeyRecord): void {
    this.#save('virtual_keys', key);
  }

  /** Inserts or replaces a management token. */
  saveManagementToken(token: ManagementTokenRecord): void {
    this.#save('management_tokens', token);
  }

  /** Inserts or replaces a name of models. */
  saveModelName(record: ModelNameRecord): void {
    this.#save('model_names', { id: record.name, createdAt: record.createdAt }, record);
  }

  /** Removes a name of models. */
  deleteModelName(name: string): void {
    this.#connection.prepare('DELETE FROM model_names WHERE id = ?').run(name);
  }

  /** Inserts or replaces a budget. */
  saveBudget(budget: BudgetRecord): void {
    this.#save('budgets', budget);
  }

  /** Removes a budget. */
  deleteBudget(id: string): void {
    this.#connection.prepare('DELETE FROM budgets WHERE id = ?').run(id);
  }

  /** Inserts or replaces a quota. */
  saveQuota(quota: QuotaRecord): void {
    this.#save('quotas', quota);
  }

  /** Removes a quota. */
  deleteQuota(id: string): void {
    this.#connection.prepare('DELETE FROM quotas WHERE id = ?').run(id);
  }

  /** Inserts or replaces a webhook with its secret. */
  saveWebhook(webhook: WebhookRecord, sealed: Uint8Array): void {
    this.#connection
      .prepare(
        `INSERT INTO webhooks (id, created_at, record, sealed) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET record = excluded.record, sealed = excluded.sealed`,
      )
      .run(webhook.id, webhook.createdAt, JSON.stringify(webhook), sealed);
  }

  /** The sealed secret of a webhook. */
  loadWebhookSecret(id: string): Uint8Array | null {
    const sealed = this.#connection
      .prepare<[string], Buffer>('SELECT sealed FROM webhooks WHERE id = ?')
      .pluck()
      .get(id);
    return sealed === undefined ? null : new Uint8Array(sealed);
  }

  /** Removes a webhook with its secret. */
  deleteWebhook(id: string): void {
    this.#connection.prepare('DELETE FROM webhooks WHERE id = ?').run(id);
  }

  /** Replaces all policies. */
  savePolicies(policies: readonly StoredPolicy[]): void {
    this.#connection.prepare('DELETE FROM policies').run();
    const insert = this.#connection.prepare('INSERT INTO policies (name, policy) VALUES (?, ?)');
    for (const { name, policy } of policies) insert.run(name, JSON.stringify(policy));
  }

  /** Remembers an alert. */
  saveAlert(name: string): void {
    this.#connection.prepare('INSERT OR IGNORE INTO alerts (name) VALUES (?)').run(name);
  }

  #policies(): readonly StoredPolicy[] {
    return this.#connection
      .prepare<[], { name: string; policy: string }>('SELECT name, policy FROM policies ORDER BY seq')
      .all()
      .map(({ name, policy }) => ({ name, policy: JSON.parse(policy) as unknown }));
  }

  #all<T>(table: Table): readonly T[] {
    return this.#connection
      .prepare<[], string>(`SELECT record FROM ${table} ORDER BY created_at, id`)
      .pluck()
      .all()
      .map((row) => JSON.parse(row) as T);
  }

  /** Not INSERT OR REPLACE: that deletes the old row first, and with a key's row its secret. */
  #save(
    table: Table,
    record: { readonly id: string; readonly createdAt: number },
    kept: object = record,
  ): void {
    this.#connection
      .prepare(
        `INSERT INTO ${table} (id, created_at, record) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET created_at = excluded.created_at, record = excluded.record`,
      )
      .run(record.id, record.createdAt, JSON.stringify(kept));
  }
}
