import type { VirtualKeyRecord } from '../../../shared/model/records.ts';
import { matchesPattern } from '../name-pattern.ts';
import type { ModelNames } from './model-names.ts';
import type { Resolution, Stage } from './resolution.ts';

/** What a caller's virtual key says of models. */
export type CallerModels = Pick<VirtualKeyRecord, 'models' | 'allowModels'>;

/** What a name stands for when this caller asks for it; `null`: the caller may not use it. */
export function resolveFor(
  names: ModelNames,
  caller: CallerModels,
  name: string,
  pinnedProvider: string | null,
): Resolution | null {
  // A request that names no model has no place for another one.
  const target = name === '' ? undefined : caller.models && slotOf(caller.models, name);
  if (target !== undefined) return throughSlot(names.resolve(target), name, target);
  const resolution = names.resolve(name);
  const provider = resolution.pinnedProvider ?? pinnedProvider;
  return allows(caller, resolution.model, provider) ? resolution : null;
}

/**
 * Whether a caller may ask for a model, or for a name that stands for some. A pattern with a slash is about
 * `provider/model` as a whole, any other about the model, so that a prefix opens nothing.
 */
export function allows({ allowModels }: CallerModels, model: string, provider: string | null): boolean {
  if (!allowModels) return true;
  return allowModels.some(
    (pattern) =>
      matchesPattern(pattern, model) ||
      (provider !== null && pattern.includes('/') && matchesPattern(pattern, `${provider}/${model}`)),
  );
}

/** The target of the slot that a name falls into: its own, else that of the longest pattern. */
function slotOf(slots: Readonly<Record<string, string>>, name: string): string | undefined {
  if (Object.hasOwn(slots, name)) return slots[name];
  let longest: string | undefined;
  for (const pattern of Object.keys(slots)) {
    if (pattern.length > (longest?.length ?? 0) && matchesPattern(pattern, name)) longest = pattern;
  }
  return longest === undefined ? undefined : slots[longest];
}

/** Whoever filled the slot named the provider, not the caller. */
function throughSlot(resolution: Resolution, name: string, target: string): Resolution {
  const stages = resolution.stages.map(
    (stage): Stage => ({
      name: stage.name,
      targets: stage.targets.map((one) => ({ ...one, via: [name, ...one.via] })),
    }),
  );
  const standsFor = new Set([target, resolution.model, ...resolution.standsFor]);
  standsFor.delete(name);
  const { objective } = resolution;
  return { model: name, pinnedProvider: null, stages, standsFor: [...standsFor], objective };
}
