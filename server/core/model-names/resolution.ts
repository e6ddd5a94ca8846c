import type { Objective } from '../../../shared/model/objectives.ts';

/** A model that a name stands for. */
export interface ModelTarget {
  readonly model: string;
  readonly pinnedProvider: string | null;
  /** The names that led to it, the one asked for first; empty where it was asked for by its own. */
  readonly via: readonly string[];
}

/** Targets whose keys are candidates of one decision. */
export interface Stage {
  /** The model; the group's name where there are several. */
  readonly name: string;
  readonly targets: readonly ModelTarget[];
}

/** What a request's model stands for. The same object until keys or names change. */
export interface Resolution {
  /** As asked for, without a pinned provider's prefix. */
  readonly model: string;
  /** From the prefix of the name itself. */
  readonly pinnedProvider: string | null;
  /** In the order in which they are tried. */
  readonly stages: readonly Stage[];
  /** All names and models behind the one asked for. */
  readonly standsFor: readonly string[];
  readonly objective: Objective | null;
}
