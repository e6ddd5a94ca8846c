import type { KeyRecord, ProviderRecord } from '../../../shared/model/records.ts';
import type { Protocol } from '../../../shared/model/trace.ts';
import type { ProviderAdapter } from '../ports/provider.ts';
import type { KeyFacts } from '../policy/policy-facts.ts';
import { Bounded } from '../bounded-map.ts';
import { KeyHealth } from './key-health.ts';

const MAX_REMEMBERED = 1024;

/** A key with everything the request path needs of it, looked up once. */
export interface PooledKey {
  readonly record: KeyRecord;
  readonly provider: ProviderRecord;
  readonly adapter: ProviderAdapter;
  readonly health: KeyHealth;
  /** Whose cells stand for this key: itself, its quota group, its provider. */
  readonly owners: readonly string[];
  /** Who pays and holds its prompt caches: its quota group, else the key itself. */
  readonly account: string;
  /** What policies may look at. */
  readonly facts: KeyFacts;
  /** Those that its provider's settings name. */
  readonly protocols: ReadonlySet<Protocol> | null;
}

/** All keys in memory, indexed by the models they list, so that a request only looks at those that can serve it. */
export class KeyPool {
  readonly #adapters: Map<string, ProviderAdapter>;
  readonly #providers = new Map<string, ProviderRecord>();
  readonly #keys = new Map<string, PooledKey>();
  /** Stored keys whose provider's adapter a program has not brought along yet. */
  readonly #waiting = new Map<string, KeyRecord>();
  /** Keys by each model of their listing, and by the listing's name without its date. */
  #byModel: Map<string, Set<PooledKey>> | null = null;
  /** Answers of `serving`. Names come from requests, so that they are bounded. */
  #serving = new Bounded<string, readonly PooledKey[]>(MAX_REMEMBERED);
  #version = 0;

  constructor(adapters: Readonly<Record<string, ProviderAdapter>>) {
    this.#adapters = new Map(Object.entries(adapters));
  }

  /** Another number whenever keys or providers changed. */
  get version(): number {
    return this.#version;
  }

  /** Brings along an adapter for providers of its kind. */
  setAdapter(adapter: ProviderAdapter): void {
    this.#adapters.set(adapter.kind, adapter);
  }

  adapter(kind: string): ProviderAdapter | undefined {
    return this.#adapters.get(kind);
  }

  setProvider(provider: ProviderRecord): void {
    this.#providers.set(provider.id, provider);
    this.#version++;
    const records = [...[...this.#keys.values()].map(({ record }) => record), ...this.#waiting.values()];
    for (const record of records) if (record.providerId === provider.id) this.set(record);
  }

  provider(id: string): ProviderRecord | undefined {
    return this.#providers.get(id);
  }

  providers(): readonly ProviderRecord[] {
    return [...this.#providers.values()];
  }

  /**
   * Adds a key or takes over its changed record; its health stays. Keys whose provider or adapter is unknown wait
   * until their provider is set.
   */
  set(record: KeyRecord): void {
    const provider = this.#providers.get(record.providerId);
    const adapter = provider && this.#adapters.get(provider.kind);
    if (!provider || !adapter) {
      this.#waiting.set(record.id, record);
      return;
    }
    this.#waiting.delete(record.id);
    const health = this.#keys.get(record.id)?.health ?? new KeyHealth();
    const owners = [`key:${record.id}`, `provider:${provider.id}`];
    const account = record.quotaGroup ? groupOwner(provider.id, record.quotaGroup) : `key:${record.id}`;
    if (record.quotaGroup) owners.push(account);
    const { region, tier, tags } = record.metadata;
    const facts: KeyFacts = {
      key: [record.id, record.name],
      provider: provider.id,
      tags: tags ?? [],
      ...(region === undefined ? {} : { region }),
      ...(tier === undefined ? {} : { tier }),
    };
    const spoken = provider.settings?.protocols;
    // What a server speaks is said of conversations; its other paths are tried.
    const protocols = spoken ? new Set([...spoken, ...[...adapter.protocols].filter(isOther)]) : null;
    this.#keys.set(record.id, { record, provider, adapter, health, owners, account, facts, protocols });
    this.#forget();
  }

  remove(id: string): void {
    this.#keys.delete(id);
    this.#waiting.delete(id);
    this.#forget();
  }

  get(id: string): PooledKey | undefined {
    return this.#keys.get(id);
  }

  /** Of a key that is called so, or has this id; of one that is gone the id is all that is left. */
  idOf(idOrName: string): string {
    if (this.#keys.has(idOrName)) return idOrName;
    return this.all().find(({ record }) => record.name === idOrName)?.record.id ?? idOrName;
  }

  /** What people call a key; its id if it is gone. */
  nameOf(id: string): string {
    return this.#keys.get(id)?.record.name ?? id;
  }

  /** The keys that a cell's owner stands for: a key, a quota group or a provider. */
  ownedBy(owner: string): readonly PooledKey[] {
    return this.all().filter((key) => key.owners.includes(owner));
  }

  /** Those that only read bills too. */
  all(): readonly PooledKey[] {
    return [...this.#keys.values()];
  }

  /** Keys that may answer requests. */
  forRequests(): readonly PooledKey[] {
    return this.all().filter(({ record }) => record.purpose === undefined);
  }

  /**
   * Keys that serve a model over one of the protocols: those whose provider lists it, or owns such names and has no
   * listing; if there are none, those whose provider owns such names, or whose listing could not be read and that may
   * have models of any name. Of the provider that a request is pinned to, every key may serve that has no listing. The same array until a key changes.
   */
  serving(model: string, protocols: readonly Protocol[], pinned: string | null): readonly PooledKey[] {
    const name = `${protocols.join(' ')} ${pinned ?? ''} ${model}`;
    let keys = this.#serving.peek(name);
    if (!keys) {
      keys = this.#find(model, protocols, pinned);
      this.#serving.set(name, keys);
    }
    return keys;
  }

  /** Whether any key lists the model, over whatever protocol: for an error that tells what is wrong. */
  lists(model: string): boolean {
    return this.#index().has(model);
  }

  /** Usable keys, of one provider or any, that list a model, or whose provider owns such names and has no listing. */
  offering(model: string, pinned: string | null): readonly PooledKey[] {
    const listed = this.#index().get(model);
    return this.forRequests().filter(
      (key) =>
        key.record.enabled &&
        key.record.invalidSince === null &&
        (pinned === null || key.provider.id === pinned) &&
        (listed?.has(key) || (key.record.models === null && key.adapter.servesByName(model))),
    );
  }

  #find(model: string, protocols: readonly Protocol[], pinned: string | null): readonly PooledKey[] {
    const speaks = (key: PooledKey): boolean => {
      const spoken = protocolsFor(key, model);
      return protocols.some((protocol) => spoken.has(protocol));
    };
    const keys = this.forRequests().filter(speaks);
    if (model === '') return nameless(keys, pinned);
    const listed = this.#index().get(model);
    const unlisted = (key: PooledKey): boolean =>
      key.record.models === null && (key.adapter.servesByName(model) || key.provider.id === pinned);
    const serving = keys.filter((key) => listed?.has(key) || unlisted(key));
    if (serving.length > 0) return serving;
    const named = keys.filter((key) => key.adapter.servesByName(model));
    const any = ({ record, provider, adapter }: PooledKey): boolean =>
      record.models === null && !adapter.servesOnlyItsNames?.(provider.baseUrl);
    return named.length > 0 ? named : keys.filter(any);
  }

  #forget(): void {
    this.#version++;
    this.#byModel = null;
    this.#serving = new Bounded(MAX_REMEMBERED);
  }

  #index(): Map<string, Set<PooledKey>> {
    if (this.#byModel) return this.#byModel;
    const index = new Map<string, Set<PooledKey>>();
    for (const key of this.forRequests()) {
      for (const model of key.record.models ?? []) {
        // Providers list dated snapshots and answer to the undated name too.
        const others = key.adapter.callNames?.(model) ?? [];
        for (const name of new Set([model, undated(model), ...others])) {
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

/** Who is asked for what names no model: providers whose API it is, and those that imitate it where there is no other. */
function nameless(keys: readonly PooledKey[], pinned: string | null): readonly PooledKey[] {
  const own = keys.filter(({ adapter }) => !adapter.imitates);
  return pinned === null && own.length > 0 ? own : keys;
}

function isOther(protocol: Protocol): boolean {
  return protocol.endsWith('-other');
}

/** The protocols in which a key's provider takes requests for a model. */
export function protocolsFor({ adapter, protocols }: PooledKey, model: string): ReadonlySet<Protocol> {
  return protocols ?? adapter.protocolsOf?.(model) ?? adapter.protocols;
}

/** The owner of a quota group's cells. Groups are named by their provider's account ids. */
export function groupOwner(providerId: string, group: string): string {
  return `group:${providerId}/${group}`;
}

function undated(model: string): string {
  return model.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, '');
}
