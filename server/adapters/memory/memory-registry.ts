import type { RegistrySnapshot, StoredPolicy } from '../../core/ports/store.ts';
import type { BudgetRecord, QuotaRecord } from '../../../shared/model/limits.ts';
import type { ModelNameRecord } from '../../../shared/model/model-names.ts';
import type {
  KeyRecord,
  ManagementTokenRecord,
  ProviderRecord,
  VirtualKeyRecord,
} from '../../../shared/model/records.ts';
import type { CellAddress, CellRecord } from '../../../shared/model/states.ts';
import type { WebhookRecord } from '../../../shared/model/webhooks.ts';

/** Configuration and cells in memory, synchronous. */
export class MemoryRegistry {
  readonly #providers = new Map<string, ProviderRecord>();
  readonly #keys = new Map<string, KeyRecord>();
  readonly #secrets = new Map<string, Uint8Array>();
  readonly #virtualKeys = new Map<string, VirtualKeyRecord>();
  readonly #modelNames = new Map<string, ModelNameRecord>();
  readonly #cells = new Map<string, CellRecord>();
  readonly #managementTokens = new Map<string, ManagementTokenRecord>();
  readonly #budgets = new Map<string, BudgetRecord>();
  readonly #quotas = new Map<string, QuotaRecord>();
  readonly #webhooks = new Map<string, { readonly webhook: WebhookRecord; readonly sealed: Uint8Array }>();
  readonly #alerts = new Set<string>();
  #policies: readonly StoredPolicy[] = [];

  /** Everything but the secrets, oldest first. */
  load(): RegistrySnapshot {
    return {
      providers: [...this.#providers.values()].sort(byAge),
      keys: [...this.#keys.values()].sort(byAge),
      virtualKeys: [...this.#virtualKeys.values()].sort(byAge),
      managementTokens: [...this.#managementTokens.values()].sort(byAge),
      modelNames: [...this.#modelNames.values()].sort(
        (one, other) => one.createdAt - other.createdAt || (one.name < other.name ? -1 : 1),
      ),
      cells: [...this.#cells.entries()]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, cell]) => cell),
      budgets: [...this.#budgets.values()].sort(byAge),
      quotas: [...this.#quotas.values()].sort(byAge),
      webhooks: [...this.#webhooks.values()].map(({ webhook }) => webhook).sort(byAge),
      policies: this.#policies,
      alerts: [...this.#alerts].sort(),
    };
  }

  /** Inserts or replaces a provider. */
  saveProvider(provider: ProviderRecord): void {
    this.#providers.set(provider.id, provider);
  }

  /** Inserts or replaces a key, with `sealed` its secret too. */
  saveKey(key: KeyRecord, sealed: Uint8Array | undefined): void {
    this.#keys.set(key.id, key);
    if (sealed) this.#secrets.set(key.id, sealed.slice());
  }

  /** The sealed secret of a key, if it has one. */
  loadSealed(keyId: string): Uint8Array | null {
    return this.#secrets.get(keyId)?.slice() ?? null;
  }

  /** Removes a key with its secret and cells. */
  deleteKey(keyId: string): void {
    this.#keys.delete(keyId);
    this.#secrets.delete(keyId);
    for (const [name, { owner }] of this.#cells) if (owner === `key:${keyId}`) this.#cells.delete(name);
  }

  /** Inserts or replaces a virtual key. */
  saveVirtualKey(key: VirtualKeyRecord): void {
    this.#virtualKeys.set(key.id, key);
  }

  /** Inserts or replaces a management token. */
  saveManagementToken(token: ManagementTokenRecord): void {
    this.#managementTokens.set(token.id, token);
  }

  /** Inserts or replaces a name of models. */
  saveModelName(record: ModelNameRecord): void {
    this.#modelNames.set(record.name, record);
  }

  /** Removes a name of models. */
  deleteModelName(name: string): void {
    this.#modelNames.delete(name);
  }

  /** Inserts or replaces a budget. */
  saveBudget(budget: BudgetRecord): void {
    this.#budgets.set(budget.id, budget);
  }

  /** Removes a budget. */
  deleteBudget(id: string): void {
    this.#budgets.delete(id);
  }

  /** Inserts or replaces a quota. */
  saveQuota(quota: QuotaRecord): void {
    this.#quotas.set(quota.id, quota);
  }

  /** Removes a quota. */
  deleteQuota(id: string): void {
    this.#quotas.delete(id);
  }

  /** Inserts or replaces a webhook with its secret. */
  saveWebhook(webhook: WebhookRecord, sealed: Uint8Array): void {
    this.#webhooks.set(webhook.id, { webhook, sealed: sealed.slice() });
  }

  /** The sealed secret of a webhook. */
  loadWebhookSecret(id: string): Uint8Array | null {
    return this.#webhooks.get(id)?.sealed.slice() ?? null;
  }

  /** Removes a webhook with its secret. */
  deleteWebhook(id: string): void {
    this.#webhooks.delete(id);
  }

  /** Replaces all policies. */
  savePolicies(policies: readonly StoredPolicy[]): void {
    this.#policies = [...policies];
  }

  /** Remembers an alert. */
  saveAlert(name: string): void {
    this.#alerts.add(name);
  }

  /** Forgets alerts. */
  forgetAlerts(names: readonly string[]): void {
    for (const name of names) this.#alerts.delete(name);
  }

  /** Keeps the cells that are not available and removes those that are. */
  saveCells(cells: readonly CellRecord[]): void {
    for (const cell of cells) {
      if (cell.state === 'available') this.#cells.delete(nameOf(cell));
      else this.#cells.set(nameOf(cell), cell);
    }
  }
}

function nameOf({ owner, family, dimension }: CellAddress): string {
  return `${owner}\0${family}\0${dimension}`;
}

interface Aged {
  readonly id: string;
  readonly createdAt: number;
}

function byAge(one: Aged, other: Aged): number {
  return one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1);
}
