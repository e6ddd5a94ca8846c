import { type CancellationToken, type Disposable, commands, l10n, window } from 'vscode';
import type { KeyView } from '../../../shared/model/views.ts';
import { RequestCancelledError, RequestRefusedError } from '../../daemon/errors.ts';
import { errorText } from '../../platform/error-text.ts';
import { runSteps } from '../../quick-input/steps.ts';
import type { Objection } from '../../quick-input/text-step.ts';
import type { CommandContext } from '../command-context.ts';
import { registerDaemonCommand } from '../daemon-command.ts';
import { addressSteps, baseUrlStep, providerNameStep } from './address-steps.ts';
import { type KeyDraft, providerIdOf } from './draft.ts';
import { nameStep } from './name-step.ts';
import { providerStep } from './provider-step.ts';
import { secretStep } from './secret-step.ts';

/** `Add Key`: provider, name, secret; the provider is asked before anything is kept. */
export function registerAddKey(context: CommandContext): Disposable {
  return registerDaemonCommand('apikeyrouter.addKey', context, async () => {
    const isFirst = context.list.snapshot?.keys.length === 0;
    const added = await askForKey(context);
    if (!added) return;
    await context.list.refresh();
    await context.view.reveal(added.id);
    if (isFirst) await offerNextStep(added);
    else window.setStatusBarMessage(`$(pass) ${addedText(added)}`, 5000);
  });
}

async function askForKey(context: CommandContext): Promise<KeyView | undefined> {
  const { keys, providers } = context.list.snapshot ?? { keys: [], providers: [] };
  const draft: KeyDraft = { provider: undefined, baseUrl: '', address: {}, providerName: '', name: '' };
  let added: KeyView | undefined;
  const submit = async (secret: string, token: CancellationToken): Promise<Objection> => {
    try {
      const key = await addKey(context, draft, secret, token);
      // The box was left while the provider was being asked, too late to stop the daemon from keeping the key.
      if (token.isCancellationRequested) {
        await context.connection.request('apikeyrouter/keys/remove', { id: key.id });
      } else {
        added = key;
      }
      return undefined;
    } catch (error) {
      // What the provider objects to can be mended in the box that is still open.
      if (error instanceof RequestRefusedError) return errorText(error);
      if (error instanceof RequestCancelledError) return l10n.t('Cancelled.');
      throw error;
    }
  };
  const custom = [baseUrlStep(draft), providerNameStep(draft, providers)];
  await runSteps(l10n.t('Add Key'), () => [
    providerStep(draft, providers),
    ...(draft.provider?.kind === 'custom' ? custom : addressSteps(draft)),
    nameStep(draft, keys),
    secretStep(draft, submit),
  ]);
  return added;
}

function addKey(
  { connection }: CommandContext,
  draft: KeyDraft,
  secret: string,
  token: CancellationToken,
): Promise<KeyView> {
  const address = draft.baseUrl === '' ? {} : { baseUrl: draft.baseUrl };
  const params = { providerId: providerIdOf(draft), name: draft.name, secret, ...address };
  return connection.request('apikeyrouter/keys/add', params, token);
}

/** With the first key comes the question what to do with it. */
async function offerNextStep(key: KeyView): Promise<void> {
  const copy = l10n.t('Copy Address and Token');
  const text = l10n.t('{0}. Point a tool at the router next.', addedText(key));
  if ((await window.showInformationMessage(text, copy)) === copy) {
    await commands.executeCommand('apikeyrouter.copyAddress');
  }
}

function addedText(key: KeyView): string {
  return key.modelCount === null
    ? l10n.t('Key "{0}" added', key.name)
    : l10n.t('Key "{0}" added, {1} models', key.name, key.modelCount);
}
