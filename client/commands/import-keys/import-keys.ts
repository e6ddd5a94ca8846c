import { type CancellationToken, type Disposable, commands, l10n, window, workspace } from 'vscode';
import type { KeyView } from '../../../shared/model/views.ts';
import { DaemonDownError, RequestCancelledError } from '../../daemon/errors.ts';
import { errorText } from '../../platform/error-text.ts';
import type { CommandContext } from '../command-context.ts';
import { registerDaemonCommand } from '../daemon-command.ts';
import { suggestKeyName } from '../key-names.ts';
import { WAITING_PROGRESS } from '../progress.ts';
import { type FoundKey, findKeys } from './sources.ts';

/** `Import Keys from Environment or .env`: the person picks among what was found; each is verified like a typed one. */
export function registerImportKeys(context: CommandContext): Disposable {
  return registerDaemonCommand('apikeyrouter.importKeys', context, async () => {
    const found = await findKeys();
    if (found.length === 0) return sayNothingFound();
    const chosen = await pickFound(found, context.list.snapshot?.keys ?? []);
    if (!chosen || chosen.length === 0) return;
    const title = l10n.t('Verifying with the provider');
    const results = await window.withProgress({ ...WAITING_PROGRESS, title }, (progress, token) =>
      importAll(context, chosen, token, (message) => {
        progress.report({ message, increment: 100 / chosen.length });
      }),
    );
    await context.list.refresh();
    await report(context, results);
  });
}

interface ImportResult {
  readonly key: FoundKey;
  /** Why it was not added; `null` if it was. */
  readonly refusal: string | null;
}

async function pickFound(
  found: readonly FoundKey[],
  keys: readonly KeyView[],
): Promise<readonly FoundKey[] | undefined> {
  const items = found.map((key) => {
    const hint = key.secret.slice(-4);
    const isKnown = keys.some((known) => known.providerId === key.providerId && known.hint === hint);
    return {
      key,
      label: key.variable,
      description: `…${hint}`,
      detail: isKnown ? l10n.t('{0}, already added', key.source) : key.source,
      picked: !isKnown,
    };
  });
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    matchOnDetail: true,
    title: l10n.t('Import Keys'),
    placeHolder: workspace.isTrusted
      ? l10n.t('Which of these shall the router keep?')
      : l10n.t('Restricted Mode: .env files of the workspace were not read'),
  });
  return picked?.map((item) => item.key);
}

async function importAll(
  { connection, list }: CommandContext,
  chosen: readonly FoundKey[],
  token: CancellationToken,
  tell: (message: string) => void,
): Promise<readonly ImportResult[]> {
  const names = [...(list.snapshot?.keys ?? [])].map(({ name }) => ({ name }));
  const results: ImportResult[] = [];
  for (const key of chosen) {
    if (token.isCancellationRequested) break;
    tell(`${key.variable} (${results.length + 1}/${chosen.length})`);
    const name = suggestKeyName(key.providerId, names);
    try {
      const params = { providerId: key.providerId, name, secret: key.secret };
      await connection.request('apikeyrouter/keys/add', params, token);
      names.push({ name });
      results.push({ key, refusal: null });
    } catch (error) {
      if (error instanceof DaemonDownError) throw error;
      if (!(error instanceof RequestCancelledError)) results.push({ key, refusal: errorText(error) });
    }
  }
  return results;
}

/** One message for all; the log has a line for each. */
async function report({ log }: CommandContext, results: readonly ImportResult[]): Promise<void> {
  if (results.length === 0) return;
  for (const { key, refusal } of results) {
    log.info(`Import of ${key.variable} (${key.source}): ${refusal ?? 'added'}`);
  }
  const refused = results.filter((result) => result.refusal !== null);
  const added = results.length - refused.length;
  const addedText = added === 1 ? l10n.t('1 key imported.') : l10n.t('{0} keys imported.', added);
  if (refused.length === 0) {
    void window.showInformationMessage(addedText);
    return;
  }
  const reasons = refused.map(({ key, refusal }) => `${key.variable}: ${refusal}`).join('  ');
  const show = l10n.t('Show Log');
  const text = added === 0 ? reasons : `${addedText} ${reasons}`;
  if ((await window.showWarningMessage(text, show)) === show) log.show();
}

async function sayNothingFound(): Promise<void> {
  if (!workspace.isTrusted) {
    const manage = l10n.t('Manage Workspace Trust');
    const text = l10n.t(
      'No keys in the environment. The .env files here are not read before you trust the workspace.',
    );
    if ((await window.showInformationMessage(text, manage)) === manage) {
      await commands.executeCommand('workbench.trust.manage');
    }
    return;
  }
  const add = l10n.t('Add Key');
  const text = l10n.t(
    'No keys found. Looked for names such as OPENAI_API_KEY and ANTHROPIC_API_KEY in the environment and in .env files.',
  );
  if ((await window.showInformationMessage(text, add)) === add) {
    await commands.executeCommand('apikeyrouter.addKey');
  }
}
