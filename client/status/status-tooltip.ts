import { MarkdownString, l10n } from 'vscode';
import { formatUsd } from '../../shared/model/money.ts';
import type { KeyState } from '../../shared/model/states.ts';
import type { KeySnapshot } from '../keys/key-list.ts';
import { stateName } from '../keys/key-text.ts';
import { markdownText } from '../platform/markdown-text.ts';

/** The states in the order of concern, with the icons that the view uses too. */
const STATES: readonly (readonly [state: KeyState, icon: string])[] = [
  ['available', 'pass'],
  ['recovering', 'sync'],
  ['throttled', 'watch'],
  ['exhausted', 'circle-slash'],
  ['invalid', 'error'],
  ['disabled', 'circle-large-outline'],
];

/** The only commands that links in a status bar tooltip may run. */
const LINKS = [
  'apikeyrouter.addKey',
  'apikeyrouter.copyAddress',
  'apikeyrouter.startDaemon',
  'apikeyrouter.showLog',
];

/** Spend, key health and the proxy's address at a glance, with the next steps as links. */
export function statusTooltip({ keys, state }: KeySnapshot): MarkdownString {
  const text = linkedMarkdown();
  text.appendMarkdown(`$(key) **${l10n.t('API Key Router')}** &nbsp; \`${state.proxyUrl}\`\n\n`);
  text.appendMarkdown('| | |\n|:--|--:|\n');
  text.appendMarkdown(row(l10n.t('Spent today'), `**${markdownText(formatUsd(state.spentTodayNano))}**`));
  if (state.heldNano > 0) {
    text.appendMarkdown(row(l10n.t('Held for running requests'), markdownText(formatUsd(state.heldNano))));
  }
  if (state.unknownNano > 0) {
    text.appendMarkdown(row(l10n.t('Outcome unknown'), markdownText(formatUsd(state.unknownNano))));
  }
  if (state.requestsRunning > 0) {
    text.appendMarkdown(row(l10n.t('Requests running'), String(state.requestsRunning)));
  }
  for (const [name, icon] of STATES) {
    const count = keys.filter((key) => key.state === name).length;
    if (count > 0) text.appendMarkdown(row(`$(${icon}) ${stateName(name)}`, String(count)));
  }
  text.appendMarkdown('\n---\n\n');
  text.appendMarkdown(
    [
      `[$(add) ${l10n.t('Add Key')}](command:apikeyrouter.addKey)`,
      `[$(copy) ${l10n.t('Copy Address and Token')}](command:apikeyrouter.copyAddress)`,
    ].join(' &nbsp;&nbsp; '),
  );
  return text;
}

/** Why there is nothing to show, and what to do. */
export function downTooltip(reason: string): MarkdownString {
  const text = linkedMarkdown();
  text.appendMarkdown(`$(key) **${l10n.t('API Key Router')}**\n\n${markdownText(reason)}\n\n---\n\n`);
  text.appendMarkdown(
    [
      `[$(play) ${l10n.t('Start Daemon')}](command:apikeyrouter.startDaemon)`,
      `[$(output) ${l10n.t('Show Log')}](command:apikeyrouter.showLog)`,
    ].join(' &nbsp;&nbsp; '),
  );
  return text;
}

function linkedMarkdown(): MarkdownString {
  const text = new MarkdownString('', true);
  text.isTrusted = { enabledCommands: LINKS };
  return text;
}

function row(name: string, value: string): string {
  return `| ${name} &nbsp;&nbsp; | ${value} |\n`;
}
