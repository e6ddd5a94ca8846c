import { NO_USAGE } from '../../../shared/model/usage.ts';
import type { KeyPool, PooledKey } from '../key/key-pool.ts';
import { allows, type CallerModels, resolveFor } from '../model-names/caller-names.ts';
import type { ModelNames } from '../model-names/model-names.ts';
import type { ModelTarget } from '../model-names/resolution.ts';
import type { ModelPrice, PriceBook } from '../ports/prices.ts';
import { priceOf } from '../pricing/key-price.ts';

/** A model, or a name of models, that a caller may ask for. */
export interface CatalogueEntry {
  readonly id: string;
  /** The provider; `apikeyrouter` for what stands for other models. */
  readonly owner: string;
  /** Since when it is served, ms since the epoch. */
  readonly since: number;
  /** The models behind a name, as far as they are served; empty for a model. */
  readonly standsFor: readonly string[];
  /** In tokens, the smallest of all models behind it; `null`: not known. */
  readonly contextWindow: number | null;
  /** The dearest of all models behind it; `null`: not in the price book. */
  readonly price: ModelPrice | null;
}

const OWN_NAMES = 'apikeyrouter';
const EVERYTHING: CallerModels = {};

/** What can be asked for: the models that usable keys list, the names that stand for models, and slots. */
export class ModelCatalogue {
  readonly #parts: { readonly pool: KeyPool; readonly names: ModelNames; readonly prices: PriceBook };

  constructor(parts: { readonly pool: KeyPool; readonly names: ModelNames; readonly prices: PriceBook }) {
    this.#parts = parts;
  }

  /** What a caller may ask for, by name. */
  list(caller: CallerModels = EVERYTHING): readonly CatalogueEntry[] {
    const { names, pool } = this.#parts;
    const entries = new Map<string, CatalogueEntry>();
    const add = (id: string): void => {
      const entry = entries.has(id) ? null : this.find(id, caller);
      if (entry && entry !== 'not_allowed') entries.set(id, entry);
    };
    const slots = Object.keys(caller.models ?? {}).filter((slot) => !slot.includes('*'));
    for (const name of [...names.all(), ...slots]) add(name);
    for (const { record, provider } of pool.forRequests()) {
      for (const model of record.models ?? []) {
        add(model);
        // Some callers may only ask for it together with its provider.
        const onlyThere = !entries.has(model) && allows(caller, model, provider.id);
        if (onlyThere) add(`${provider.id}/${model}`);
      }
    }
    return [...entries.values()].sort((a, b) => a.id.localeCompare(b.id, 'en'));
  }

  /** One of them, or a name by which a provider calls it too; `null`: no usable key serves it. */
  find(id: string, caller: CallerModels = EVERYTHING): CatalogueEntry | 'not_allowed' | null {
    const resolution = resolveFor(this.#parts.names, caller, id, null);
    if (!resolution) return 'not_allowed';
    const targets = resolution.stages.flatMap((stage) => stage.targets);
    const served = targets.map((target) => this.#served(target)).filter((one) => one !== null);
    const [first] = served;
    if (!first) return null;
    const named = targets.some(({ via }) => via.length > 0);
    const windows = served.map(({ price }) => price?.contextWindow ?? null).filter((size) => size !== null);
    return {
      id,
      owner: named ? OWN_NAMES : first.key.provider.id,
      since: this.#parts.names.own(id)?.createdAt ?? first.key.record.createdAt,
      standsFor: named ? served.map(({ name }) => name) : [],
      contextWindow: windows.length > 0 ? Math.min(...windows) : null,
      price: dearest(served.map(({ price }) => price)),
    };
  }

  #served({ model, pinnedProvider }: ModelTarget): {
    readonly key: PooledKey;
    readonly name: string;
    readonly price: ModelPrice | null;
  } | null {
    const [key] = this.#parts.pool.offering(model, pinnedProvider);
    if (!key) return null;
    const name = pinnedProvider === null ? model : `${pinnedProvider}/${model}`;
    return { key, name, price: priceOf(this.#parts.prices, key, model) };
  }
}

/** As many tokens in as out; `null` where one is not known, since that may be the dearest. */
function dearest(prices: readonly (ModelPrice | null)[]): ModelPrice | null {
  let found: ModelPrice | null = null;
  for (const price of prices) {
    if (!price) return null;
    if (!found || costOf(price) > costOf(found)) found = price;
  }
  return found;
}

function costOf(price: ModelPrice): number {
  return price.cost({ ...NO_USAGE, inputTokens: 1000, outputTokens: 1000 });
}
