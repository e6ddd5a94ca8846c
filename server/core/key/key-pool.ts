import type { KeyRecord, ProviderRecord } from '../../../shared/model/records.ts';
import type { Protocol } from '../../../shared/model/trace.ts';
import type { ProviderAdapter } from '../ports/provider.ts';
import { KeyHealth } from './key-health.ts';

/** A key with everything the request path needs of it, looked up once. */
export interface PooledKey {
  record: KeyRecord;
  readonly provider: ProviderRecord;
  readonly adapter: ProviderAdapter;
  readonly health: KeyHealth;
  /** Whose cells stand for this key: itself, its quota group, its provider. */
  owners: readonly string[];
}

/** All keys in memory, indexed by the models they list, so that a request only looks at those that can serve it. */
export class KeyPool {
  readonly #adapters: Readonly<Record<string, ProviderAdapter>>;
  readonly #providers = new Map<string, ProviderRecord>();
  readonly #keys = new Map<string, PooledKey>();
  /** Keys by each model of their listing, and by the listing's name without its date. */
  #byModel: Map<string, Set<PooledKey>> | null = null;

  constructor(adapters: Readonly<Record<string, ProviderAdapter>>) {
    this.#adapters = adapters;
  }

  setProvider(provider: ProviderRecord): void {
    this.#providers.set(provider.id, provider);
    for (const key of this.#keys.values()) {
      if (key.record.providerId === provider.id) this.set(key.record);
    }
  }

  provider(id: string): ProviderRecord | undefined {
    return this.#providers.get(id);
  }

  providers(): readonly ProviderRecord[] {
    return [...this.#providers.values()];
  }

  /** Adds a key or takes over its changed record; its health stays. Keys of an unknown provider are left out. */
  set(record: KeyRecord): void {
    const provider = this.#providers.get(record.providerId);
    const adapter = provider && this.#adapters[provider.kind];
    if (!provider || !adapter) return;
    const health = this.#keys.get(record.id)?.health ?? new KeyHealth();
    const owners = [`key:${record.id}`, `provider:${provider.id}`];
    if (record.quotaGroup) owners.push(groupOwner(provider.id, record.quotaGroup));
    this.#keys.set(record.id, { record, provider, adapter, health, owners });
    this.#byModel = null;
  }

  remove(id: string): void {
    this.#keys.delete(id);
    this.#byModel = null;
  }

  get(id: string): PooledKey | undefined {
    return this.#keys.get(id);
  }

  all(): readonly PooledKey[] {
    return [...this.#keys.values()];
  }

  /**
   * Keys that serve a model over a protocol: those whose provider lists it; if none does, those whose provider
   * owns such names or whose listing could not be read.
   */
  serving(model: string, protocol: Protocol): readonly PooledKey[] {
    const speaks = (key: PooledKey): boolean => key.adapter.protocols.has(protocol);
    const listed = [...(this.#index().get(model) ?? [])].filter(speaks);
    if (listed.length > 0) return listed;
    const keys = this.all().filter(speaks);
    const named = keys.filter((key) => key.adapter.servesByName(model));
    return named.length > 0 ? named : keys.filter((key) => key.record.models === null);
  }

  /** Whether any key lists the model, over whatever protocol: for an error that tells what is wrong. */
  lists(model: string): boolean {
    return this.#index().has(model);
  }

  #index(): Map<string, Set<PooledKey>> {
    if (this.#byModel) return this.#byModel;
    const index = new Map<string, Set<PooledKey>>();
    for (const key of this.#keys.values()) {
      for (const model of key.record.models ?? []) {
        // Providers list dated snapshots and answer to the undated name too.
        for (const name of new Set([model, undated(model)])) {
          const keys = index.get(name);
          if (keys) keys.add(key);
          else index.set(name, new Set([key]));
        }
      }
    }
    this.#byModel = index;
    return index;
  }
}

/** The owner of a quota group's cells. Groups are named by their provider's account ids. */
export function groupOwner(providerId: string, group: string): string {
  return `group:${providerId}/${group}`;
}

function undated(model: string): string {
  return model.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, '');
}
