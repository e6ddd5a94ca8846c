import type { ModelNameDefinition } from '../../../shared/model/model-names.ts';
import type { ModelTarget, Stage } from './resolution.ts';

/** A name that stands for others, as it is expanded. */
export interface NamedGroup extends ModelNameDefinition {
  /** Its targets are models, whatever they may be names of besides. */
  readonly builtIn: boolean;
}

/** What is known of names. */
export interface NameLookup {
  group(name: string): NamedGroup | null;
  /** A name that stands for itself, with the provider of its prefix. */
  model(name: string): Pick<ModelTarget, 'model' | 'pinnedProvider'>;
}

/** The models behind a name, each once. Names that lead back to themselves are left out. */
export function expandName(lookup: NameLookup, name: string): readonly Stage[] {
  return new Expansion(lookup).expand(name, []);
}

class Expansion {
  readonly #lookup: NameLookup;
  /** Names are looked into once: groups of groups must not multiply. */
  readonly #entered = new Set<string>();
  readonly #found = new Set<string>();

  constructor(lookup: NameLookup) {
    this.#lookup = lookup;
  }

  expand(name: string, via: readonly string[]): readonly Stage[] {
    const group = this.#lookup.group(name);
    if (!group) return this.#model(this.#lookup.model(name), via);
    if (this.#entered.has(name)) return [];
    this.#entered.add(name);
    const path = [...via, name];
    const stages = group.targets.flatMap((target) =>
      group.builtIn ? this.#model({ model: target, pinnedProvider: null }, path) : this.expand(target, path),
    );
    if (group.choose === 'in_order') return stages;
    const targets = stages.flatMap((stage) => stage.targets);
    const [only] = targets;
    if (!only) return [];
    return [{ name: targets.length === 1 ? only.model : name, targets }];
  }

  #model(
    { model, pinnedProvider }: Pick<ModelTarget, 'model' | 'pinnedProvider'>,
    via: readonly string[],
  ): readonly Stage[] {
    const name = `${pinnedProvider ?? ''}/${model}`;
    if (this.#found.has(name)) return [];
    this.#found.add(name);
    return [{ name: model, targets: [{ model, pinnedProvider, via }] }];
  }
}

/** So many names may stand for each other in a row. */
const MAX_DEPTH = 8;

/** What is wrong with a name that is to stand for others, in a sentence; `null`: nothing. */
export function faultOf(lookup: Pick<NameLookup, 'group'>, name: string): string | null {
  const heights = new Map<string, number>();
  const path: string[] = [];
  let circle: readonly string[] | null = null;
  const height = (at: string): number => {
    const known = heights.get(at);
    if (known !== undefined) return known;
    if (path.includes(at)) {
      circle ??= [...path.slice(path.indexOf(at)), at];
      return 0;
    }
    const group = lookup.group(at);
    path.push(at);
    const below = !group || group.builtIn ? 0 : 1 + Math.max(0, ...group.targets.map(height));
    path.pop();
    heights.set(at, below);
    return below;
  };
  const depth = height(name);
  if (circle) {
    const way = (circle as readonly string[]).join(' -> ');
    return `"${name}" would lead back to itself: ${way}. A model of the same name is written with its provider, such as openai/gpt-5.`;
  }
  if (depth > MAX_DEPTH)
    return `"${name}" goes through more than ${MAX_DEPTH} other names. Name the models directly.`;
  return null;
}
