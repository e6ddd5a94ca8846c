import type { Objective } from './objectives.ts';

/** `in_order`: the first target, then the next ones as fallbacks. `best`: the keys of all targets in one decision. */
export type TargetChoice = 'in_order' | 'best';

/** What a name stands for: an alias has one target, a group several. */
export interface ModelNameDefinition {
  /** Names of models, `provider/model`, or other names of this kind. */
  readonly targets: readonly string[];
  readonly choose: TargetChoice;
  /** What routing optimises for it, unless the request or its virtual key says otherwise. */
  readonly objective: Objective | null;
}

/** A name that people gave to one model or several, as it is kept. */
export interface ModelNameRecord extends ModelNameDefinition {
  readonly name: string;
  readonly createdAt: number;
}

/** What a new name is made of, or an old one changed to. */
export interface ModelNameInput {
  readonly targets: readonly string[];
  /** `in_order` if left out. */
  readonly choose?: TargetChoice;
  readonly objective?: Objective | null;
}
