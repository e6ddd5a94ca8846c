import type { ModelNameRecord } from '../../../shared/model/model-names.ts';
import { Bounded } from '../bounded-map.ts';
import type { KeyPool } from '../key/key-pool.ts';
import { BUILT_IN_NAMES, type BuiltInName } from './built-in-names.ts';
import { expandName, faultOf, type NamedGroup, type NameLookup } from './expand-name.ts';
import type { ModelTarget, Resolution } from './resolution.ts';

const MAX_REMEMBERED = 1024;
const BUILT_IN = new Map(BUILT_IN_NAMES.map((entry) => [entry.name, entry]));

/** The names that stand for models: people's own, then models that keys list, then the built-in ones. */
export class ModelNames {
  readonly #pool: KeyPool;
  readonly #own = new Map<string, ModelNameRecord>();
  /** Names come from requests, so that they are bounded. */
  #resolved = new Bounded<string, Resolution>(MAX_REMEMBERED);
  #poolVersion = -1;

  constructor(pool: KeyPool) {
    this.#pool = pool;
  }

  load(records: readonly ModelNameRecord[]): void {
    for (const record of records) this.set(record);
  }

  set(record: ModelNameRecord): void {
    this.#own.set(record.name, record);
    this.#resolved = new Bounded(MAX_REMEMBERED);
  }

  remove(name: string): void {
    this.#own.delete(name);
    this.#resolved = new Bounded(MAX_REMEMBERED);
  }

  own(name: string): ModelNameRecord | undefined {
    return this.#own.get(name);
  }

  /** Every name that stands for others now. */
  all(): readonly string[] {
    const builtIn = BUILT_IN_NAMES.map(({ name }) => name).filter((name) => this.#isBuiltIn(name));
    return [...this.#own.keys(), ...builtIn.filter((name) => !this.#own.has(name))];
  }

  /** What a name stands for; `null`: itself. */
  group(name: string): NamedGroup | null {
    const own = this.#own.get(name);
    if (own) return { ...own, builtIn: false };
    const builtIn = BUILT_IN.get(name);
    if (!builtIn || !this.#isBuiltIn(name)) return null;
    return { targets: this.#served(builtIn), choose: 'best', objective: builtIn.objective, builtIn: true };
  }

  /** What would be wrong if a record were set, in a sentence; `null`: nothing. */
  faultWith(record: ModelNameRecord): string | null {
    const group = (name: string): NamedGroup | null =>
      name === record.name ? { ...record, builtIn: false } : this.group(name);
    for (const name of [record.name, ...this.#own.keys()]) {
      const fault = faultOf({ group }, name);
      if (fault) return fault;
    }
    return null;
  }

  /** The models behind a name. One look into a map for names that were asked for before. */
  resolve(name: string): Resolution {
    if (this.#poolVersion !== this.#pool.version) {
      this.#resolved = new Bounded(MAX_REMEMBERED);
      this.#poolVersion = this.#pool.version;
    }
    let known = this.#resolved.peek(name);
    if (!known) this.#resolved.set(name, (known = this.#resolve(name)));
    return known;
  }

  #resolve(name: string): Resolution {
    const lookup: NameLookup = {
      group: (one) => this.group(one),
      model: (one) => this.#model(one),
    };
    const stages = expandName(lookup, name);
    const group = this.group(name);
    if (!group) return { ...this.#model(name), stages, standsFor: [], objective: null };
    const behind = stages.flatMap(({ targets }) => targets).flatMap(({ via, model }) => [...via, model]);
    const standsFor = [...new Set(behind)].filter((one) => one !== name);
    return { model: name, pinnedProvider: null, stages, standsFor, objective: group.objective };
  }

  /** `provider/model` pins a provider, unless a key lists a model of exactly that name. */
  #model(name: string): Pick<ModelTarget, 'model' | 'pinnedProvider'> {
    const slash = name.indexOf('/');
    const provider = name.slice(0, Math.max(0, slash));
    const pins = slash > 0 && !this.#pool.lists(name) && this.#pool.provider(provider) !== undefined;
    return pins
      ? { model: name.slice(slash + 1), pinnedProvider: provider }
      : { model: name, pinnedProvider: null };
  }

  /** A key that lists a model of that name wins over a built-in one. */
  #isBuiltIn(name: string): boolean {
    return BUILT_IN.has(name) && !this.#pool.lists(name);
  }

  /** Of each line the newest that is served; the newest of all where nothing is, for an error that names them. */
  #served({ lines }: BuiltInName): readonly string[] {
    const served = lines
      .map((line) => line.find((model) => this.#pool.offering(model, null).length > 0))
      .filter((model) => model !== undefined);
    return served.length > 0 ? served : lines.map(([newest]) => newest ?? '');
  }
}
