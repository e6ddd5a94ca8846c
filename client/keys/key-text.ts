import { l10n } from 'vscode';
import { formatUsd } from '../../shared/model/money.ts';
import type { CellRecord, KeyState, LimitDimension } from '../../shared/model/states.ts';
import type { KeyView } from '../../shared/model/views.ts';
import { durationText } from '../../shared/model/duration-text.ts';
import { isOutOfCredit, isPartlyClosed } from './key-health.ts';

const STATE_NAMES: Readonly<Record<KeyState, string>> = {
  available: l10n.t('available'),
  throttled: l10n.t('throttled'),
  exhausted: l10n.t('exhausted'),
  recovering: l10n.t('recovering'),
  disabled: l10n.t('disabled'),
  invalid: l10n.t('invalid'),
};

const DIMENSION_NAMES: Readonly<Record<LimitDimension, string>> = {
  requests: l10n.t('requests'),
  tokens: l10n.t('tokens'),
  input_tokens: l10n.t('input tokens'),
  output_tokens: l10n.t('output tokens'),
  credit: l10n.t('credit'),
  availability: l10n.t('availability'),
};

/** The name of a state, as it is shown. */
export function stateName(state: KeyState): string {
  return STATE_NAMES[state];
}

/** The name of a limit's dimension, as it is shown. */
export function dimensionName(dimension: LimitDimension): string {
  return DIMENSION_NAMES[dimension];
}

/** The grey text behind a key's name: its state if that is news, and what it cost today. */
export function keyDescription(key: KeyView, now: number): string {
  const news = stateText(key, now);
  const spend = key.spentTodayNano > 0 ? l10n.t('{0} today', formatUsd(key.spentTodayNano)) : '';
  return [news, spend].filter(Boolean).join(' · ') || l10n.t('ready');
}

/** The state in words with its remaining time, e.g. `throttled, 7s`; empty for a key that simply works. */
function stateText(key: KeyView, now: number): string {
  switch (key.state) {
    case 'available':
      return key.purpose === 'billing' ? l10n.t('reads the bill') : '';
    case 'throttled':
    case 'exhausted':
      if (isOutOfCredit(key)) return l10n.t('out of credit');
      return isPartlyClosed(key)
        ? partialText(key.cells, key.state, key.until, now)
        : withRemaining(stateName(key.state), key.until, now);
    case 'recovering':
      return l10n.t('recovering');
    case 'disabled':
      return l10n.t('disabled');
    case 'invalid':
      return l10n.t('refused by the provider');
  }
}

/** A key with some models out: `gpt-4o throttled, 7s`, `3 models throttled, 7s`. */
function partialText(
  cells: readonly CellRecord[],
  state: KeyState,
  until: number | null,
  now: number,
): string {
  const families = [...new Set(cells.filter((cell) => cell.state === state).map((cell) => cell.family))];
  const who = families.length === 1 ? families[0] : l10n.t('{0} models', families.length);
  return withRemaining(`${who} ${stateName(state)}`, until, now);
}

/** Appends the time left, where it is known and not over. */
export function withRemaining(text: string, until: number | null, now: number): string {
  return until !== null && until > now ? `${text}, ${durationText(until - now)}` : text;
}
