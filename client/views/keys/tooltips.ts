import { MarkdownString, l10n } from 'vscode';
import { formatUsd } from '../../../shared/model/money.ts';
import { ALL_FAMILIES, type CellRecord } from '../../../shared/model/states.ts';
import type { KeyView, LimitView } from '../../../shared/model/views.ts';
import { isOutOfCredit, isPartlyClosed } from '../../keys/key-health.ts';
import { dimensionName, stateName, withRemaining } from '../../keys/key-text.ts';
import { durationText } from '../../../shared/model/duration-text.ts';
import { markdownText } from '../../platform/markdown-text.ts';
import type { KeyNode, ProviderNode } from './nodes.ts';

/** Everything that is known about a key, but for its secret. */
export function keyTooltip(node: KeyNode, siblings: readonly KeyView[], now: number): MarkdownString {
  const key = node.view;
  const text = new MarkdownString('', true);
  text.appendMarkdown(
    `$(key) **${markdownText(key.name)}** &nbsp; ${markdownText(node.parent.view.name)} \`…${key.hint}\`\n\n`,
  );
  text.appendMarkdown(`${stateSentence(key, now)}\n\n`);
  text.appendMarkdown(table(facts(key, siblings, now)));
  if (key.cells.length > 0)
    text.appendMarkdown(`\n\n---\n\n${table(key.cells.map((cell) => cellRow(cell, now)))}`);
  if (key.limits.length > 0) {
    text.appendMarkdown(`\n\n---\n\n${table(key.limits.map((limit) => limitRow(limit, now)))}`);
  }
  return text;
}

/** Where a provider is and what speaks to it. */
export function providerTooltip(node: ProviderNode): MarkdownString {
  const text = new MarkdownString('', true);
  text.appendMarkdown(`$(server) **${markdownText(node.view.name)}**\n\n`);
  text.appendMarkdown(
    table([
      [l10n.t('Address'), markdownText(node.view.baseUrl)],
      [l10n.t('Speaks'), node.view.kind],
    ]),
  );
  const shared = node.keys.filter((key) => key.view.quotaGroup !== null);
  if (new Set(shared.map((key) => key.view.quotaGroup)).size < shared.length) {
    const warning = l10n.t('Keys of the same account share one quota: they add no capacity to each other.');
    text.appendMarkdown(`\n\n$(warning) ${warning}`);
  }
  return text;
}

function stateSentence(key: KeyView, now: number): string {
  const state = withRemaining(`**${stateName(key.state)}**`, key.until, now);
  switch (key.state) {
    case 'available':
      return `$(pass) ${state}`;
    case 'throttled':
      return isPartlyClosed(key)
        ? `$(watch) ${l10n.t('{0}, other models work', state)}`
        : `$(watch) ${state}`;
    case 'exhausted':
      return isOutOfCredit(key)
        ? `$(circle-slash) **${stateName('exhausted')}**: ${creditAdvice(key, now)}`
        : `$(circle-slash) ${state}`;
    case 'recovering':
      return `$(sync) ${l10n.t('{0}: the next request tries it', state)}`;
    case 'disabled':
      return `$(circle-large-outline) ${l10n.t('{0} by you', state)}`;
    case 'invalid':
      return `$(error) ${state}: ${markdownText(key.invalidReason ?? l10n.t('refused by the provider'))}`;
  }
}

function creditAdvice(key: KeyView, now: number): string {
  const advice = l10n.t('the account has no credit left. Top it up at the provider.');
  if (key.until === null || key.until <= now) return advice;
  return `${advice} ${l10n.t('It is tried again in {0}.', durationText(key.until - now))}`;
}

function facts(key: KeyView, siblings: readonly KeyView[], now: number): readonly Row[] {
  const rows: Row[] = [
    [l10n.t('Spent today'), markdownText(formatUsd(key.spentTodayNano))],
    [l10n.t('Requests'), key.requestsServed.toLocaleString()],
  ];
  if (key.successRate !== null) rows.push([l10n.t('Succeeded'), `${Math.round(key.successRate * 100)} %`]);
  if (key.modelCount !== null) rows.push([l10n.t('Models'), String(key.modelCount)]);
  if (key.quotaGroup !== null) {
    const sharing = siblings.filter((other) => other.id !== key.id && other.quotaGroup === key.quotaGroup);
    const names = sharing.map((other) => other.name).join(', ');
    const group = markdownText(key.quotaGroup);
    rows.push([
      l10n.t('Quota'),
      names === '' ? group : `${group} $(warning) ${l10n.t('shared with {0}', markdownText(names))}`,
    ]);
  }
  if (key.checkedAt !== null) {
    rows.push([l10n.t('Checked'), l10n.t('{0} ago', durationText(now - key.checkedAt))]);
  }
  return rows;
}

function cellRow(cell: CellRecord, now: number): Row {
  const family = cell.family === ALL_FAMILIES ? l10n.t('every model') : markdownText(cell.family);
  return [
    `${family}, ${dimensionName(cell.dimension)}`,
    withRemaining(stateName(cell.state), cell.until, now),
  ];
}

function limitRow(limit: LimitView, now: number): Row {
  const family = limit.family === ALL_FAMILIES ? '' : `${markdownText(limit.family)}, `;
  const share = limit.limit > 0 ? ` (${Math.round((limit.remaining / limit.limit) * 100)} %)` : '';
  const left = `${limit.remaining.toLocaleString()} / ${limit.limit.toLocaleString()}${share}`;
  const reset =
    limit.resetAt !== null && limit.resetAt > now
      ? `, ${l10n.t('resets in {0}', durationText(limit.resetAt - now))}`
      : '';
  return [`${family}${l10n.t('{0} left', dimensionName(limit.dimension))}`, `${left}${reset}`];
}

type Row = readonly [name: string, value: string];

/** A table without a visible head: Markdown wants one, so it is left empty. */
function table(rows: readonly Row[]): string {
  return ['| | |', '|:--|:--|', ...rows.map(([name, value]) => `| ${name} &nbsp; | ${value} |`)].join('\n');
}
