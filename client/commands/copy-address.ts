import { type Disposable, type QuickPickItem, ThemeIcon, env, l10n, window, workspace } from 'vscode';
import { pickStep } from '../quick-input/pick-step.ts';
import { runSteps } from '../quick-input/steps.ts';
import { textStep } from '../quick-input/text-step.ts';
import type { CommandContext } from './command-context.ts';
import { registerDaemonCommand } from './daemon-command.ts';

/** One form in which address and token can be copied. */
interface CopyForm extends QuickPickItem {
  text(address: string, token: string): string;
}

/**
 * `Copy Proxy Address and Token`: makes a virtual key and copies it in the form that a tool wants. Both questions are
 * asked first: the token can't be shown again, so nothing is made that would then be lost.
 */
export function registerCopyAddress(context: CommandContext): Disposable {
  return registerDaemonCommand('apikeyrouter.copyAddress', context, async () => {
    const { connection, list } = context;
    let name = workspace.name ?? l10n.t('my tools');
    let form: CopyForm | undefined;
    const done = await runSteps(l10n.t('Copy Proxy Address and Token'), () => [
      (position) =>
        textStep(position, {
          prompt: l10n.t('A name for the new token. Cost is counted by it.'),
          value: name,
          validate: (value) => (value === '' ? l10n.t('The token needs a name.') : undefined),
          accept(value) {
            name = value;
            return undefined;
          },
        }),
      (position) =>
        pickStep(position, {
          placeholder: l10n.t('What shall be copied?'),
          items: copyForms(),
          chosen: undefined,
          choose(item) {
            form = item;
          },
        }),
    ]);
    const address = list.snapshot?.state.proxyUrl;
    if (!done || !form || address === undefined) return;
    const { token } = await connection.request('apikeyrouter/virtualKeys/create', { name });
    await env.clipboard.writeText(form.text(address, token));
    void window.showInformationMessage(
      l10n.t("Copied: {0}. The token can't be shown again; make another if you lose it.", form.label),
    );
  });
}

function copyForms(): readonly CopyForm[] {
  return [
    {
      label: l10n.t('For OpenAI tools and SDKs'),
      detail: 'OPENAI_BASE_URL=…/v1  OPENAI_API_KEY=akr-…',
      iconPath: new ThemeIcon('copy'),
      text: openAiLines,
    },
    {
      label: l10n.t('For Claude Code and Anthropic SDKs'),
      detail: 'ANTHROPIC_BASE_URL=…  ANTHROPIC_API_KEY=akr-…',
      iconPath: new ThemeIcon('copy'),
      text: anthropicLines,
    },
    {
      label: l10n.t('For both'),
      detail: l10n.t('The four lines, for a .env file'),
      iconPath: new ThemeIcon('copy'),
      text: (address, token) => `${openAiLines(address, token)}\n${anthropicLines(address, token)}`,
    },
    {
      label: l10n.t('Only the token'),
      detail: 'akr-…',
      iconPath: new ThemeIcon('key'),
      text: (_address, token) => token,
    },
  ];
}

function openAiLines(address: string, token: string): string {
  return `OPENAI_BASE_URL=${address}/v1\nOPENAI_API_KEY=${token}`;
}

/** Anthropic's SDKs add the version themselves. */
function anthropicLines(address: string, token: string): string {
  return `ANTHROPIC_BASE_URL=${address}\nANTHROPIC_API_KEY=${token}`;
}
