import type { ScoredCandidate, SkippedKey } from '../../../shared/model/trace.ts';
import type { SkipReason } from '../../../shared/model/reasons.ts';

const WORDS: Readonly<Record<SkipReason, string>> = {
  disabled: 'disabled',
  invalid: 'refused by its provider',
  throttled: 'throttled',
  exhausted: 'exhausted',
  probe_in_flight: 'recovering, with another request trying it',
  provider_unavailable: 'waiting for its provider to recover',
  model_not_served: 'without this model',
  protocol_not_spoken: 'without this protocol',
  not_pinned: 'not of the pinned provider',
  budget: 'stopped by a budget',
  already_tried: 'tried before',
};

/** One paragraph that a person understands, from a decision's data alone. */
export function explain(
  model: string,
  candidates: readonly ScoredCandidate[],
  skipped: readonly SkippedKey[],
  at: number,
): string {
  const skips = skipped.map((entry) => `${entry.keyId} is ${WORDS[entry.reason]}${wait(entry.until, at)}`);
  const left = skips.length > 0 ? ` Left out: ${skips.join('; ')}.` : '';
  const first = candidates[0];
  if (!first) return `No key can serve ${model} now.${left}`;
  const { successRate, headroom } = first.parts;
  const why = `success rate ${percent(successRate)}${headroom < 1 ? `, ${percent(headroom)} of its safe headroom` : ''}`;
  const second = candidates[1];
  if (!second) return `${first.keyId} is the only key that can serve ${model} now (${why}).${left}`;
  const tie = Math.abs(first.score - second.score) < 0.05;
  const rest = tie
    ? `as reliable as ${second.keyId}; it was its turn (${first.served} requests served against ${second.served})`
    : `more reliable than ${second.keyId} (score ${first.score.toFixed(2)} against ${second.score.toFixed(2)})`;
  return `${first.keyId} serves ${model}: ${why}, ${rest}.${left}`;
}

function wait(until: number | undefined, at: number): string {
  return until === undefined ? '' : ` for ${Math.max(1, Math.ceil((until - at) / 1000))} s more`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
