import { l10n } from 'vscode';
import { formatUsd } from '../../shared/model/money.ts';
import {
  ALL_FAMILIES,
  type CellRecord,
  type KeyState,
  type LimitDimension,
} from '../../shared/model/states.ts';
import type { KeyView } from '../../shared/model/views.ts';
import { durationText } from '../platform/duration-text.ts';

/** The name of a state, as it is shown. */
export function stateName(state: KeyState): string {
  switch (state) {
    case 'available':
      return l10n.t('available');
    case 'throttled':
      return l10n.t('throttled');
    case 'exhausted':
      return l10n.t('exhausted');
    case 'recovering':
      return l10n.t('recovering');
    case 'disabled':
      return l10n.t('disabled');
    case 'invalid':
      return l10n.t('invalid');
  }
}

/** The name of a limit's dimension, as it is shown. */
export function dimensionName(dimension: LimitDimension): string {
  switch (dimension) {
    case 'requests':
      return l10n.t('requests');
    case 'tokens':
      return l10n.t('tokens');
    case 'input_tokens':
      return l10n.t('input tokens');
    case 'output_tokens':
      return l10n.t('output tokens');
    case 'credit':
      return l10n.t('credit');
    case 'availability':
      return l10n.t('availability');
  }
}

/** The grey text behind a key's name: its state if that is news, else what it cost today. */
export function keyDescription(key: KeyView, now: number): string {
  const news = stateText(key, now);
  const spend = key.spentTodayNano > 0 ? l10n.t('{0} today', formatUsd(key.spentTodayNano)) : '';
  return [news, spend].filter(Boolean).join(' · ');
}

/** The state in words with its remaining time, e.g. `throttled, 7s`; empty for a key that simply works. */
function stateText(key: KeyView, now: number): string {
  switch (key.state) {
    case 'available':
      return partialText(key.cells, now);
    case 'throttled':
    case 'exhausted':
      return withRemaining(stateName(key.state), key.until, now);
    case 'recovering':
      return l10n.t('recovering');
    case 'disabled':
      return l10n.t('disabled');
    case 'invalid':
      return l10n.t('refused by the provider');
  }
}

/** An available key with some models out: `gpt-4o throttled, 7s`. */
function partialText(cells: readonly CellRecord[], now: number): string {
  const families = [...new Set(cells.map((cell) => cell.family))];
  const first = cells[0];
  if (first === undefined) return '';
  if (families.length > 1) return l10n.t('{0} models limited', families.length);
  const name = first.family === ALL_FAMILIES ? '' : `${first.family} `;
  return withRemaining(`${name}${stateName(first.state)}`, first.until, now);
}

/** Appends the time left, where it is known and not over. */
export function withRemaining(text: string, until: number | null, now: number): string {
  return until !== null && until > now ? `${text}, ${durationText(until - now)}` : text;
}
