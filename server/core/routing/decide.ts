import type { Decision, ScoredCandidate, SkippedKey } from '../../../shared/model/trace.ts';
import type { CellBook } from '../key/cell-book.ts';
import type { PooledKey } from '../key/key-pool.ts';
import { explain } from './explain.ts';
import { obstacleOf } from './filter.ts';

/** Scores closer than this are equal: fairness decides between them. */
const SCORE_STEP = 0.05;
const SUCCESS_WEIGHT = 0.7;
const HEADROOM_WEIGHT = 0.3;

export interface DecisionInput {
  readonly model: string;
  readonly now: number;
  /** Keys that serve the model over the protocol. */
  readonly keys: readonly PooledKey[];
  readonly cells: CellBook;
  readonly pinnedProvider: string | null;
  /** Breaks ties: counts up with each decision. */
  readonly cursor: number;
}

export interface Decided {
  readonly decision: Decision;
  /** In the order of `decision.candidates`. */
  readonly keys: readonly PooledKey[];
}

/**
 * The objective `reliability`: keys in the order of their success rate and headroom, equals in turn. A key that
 * recovers goes first, once: real traffic is what tells whether it is back, and failover covers the answer.
 */
export function decide(input: DecisionInput): Decided {
  const { model, now, cells, cursor } = input;
  const skipped: SkippedKey[] = [];
  const ranked: { key: PooledKey; candidate: ScoredCandidate; recovering: boolean; turn: number }[] = [];
  input.keys.forEach((key, index) => {
    const family = key.adapter.family(model);
    const obstacle =
      input.pinnedProvider !== null && key.provider.id !== input.pinnedProvider
        ? { keyId: key.record.id, reason: 'not_pinned' as const }
        : obstacleOf(key, family, cells);
    if (obstacle) {
      skipped.push(obstacle);
      return;
    }
    const turn = (index + input.keys.length - (cursor % input.keys.length)) % input.keys.length;
    ranked.push({
      key,
      candidate: score(key, family, now),
      recovering: cells.isRecovering(key.owners, family),
      turn,
    });
  });
  ranked.sort(
    (a, b) =>
      Number(b.recovering) - Number(a.recovering) ||
      Math.round(b.candidate.score / SCORE_STEP) - Math.round(a.candidate.score / SCORE_STEP) ||
      a.key.health.fairTag - b.key.health.fairTag ||
      a.turn - b.turn,
  );
  const candidates = ranked.map((entry) => entry.candidate);
  const first = ranked[0];
  const family = first ? first.key.adapter.family(model) : model;
  const explanation = first?.recovering
    ? `${first.key.record.id} is tried again now that its wait is over. ${explain(model, candidates, skipped, now)}`
    : explain(model, candidates, skipped, now);
  const objective = 'reliability';
  return {
    decision: { at: now, model, family, objective, candidates, skipped, cursor, explanation },
    keys: ranked.map((entry) => entry.key),
  };
}

function score(key: PooledKey, family: string, now: number): ScoredCandidate {
  const successRate = key.health.successRate(family);
  const headroom = key.health.headroom(family, now);
  return {
    keyId: key.record.id,
    providerId: key.provider.id,
    score: SUCCESS_WEIGHT * successRate + HEADROOM_WEIGHT * headroom,
    parts: { successRate, headroom },
    served: key.health.served,
  };
}
