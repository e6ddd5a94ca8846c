import { type CancellationToken, InputBoxValidationSeverity, ThemeIcon, Uri, env, l10n } from 'vscode';
import type { ProviderView } from '../../../shared/model/views.ts';
import type { Step } from '../../quick-input/steps.ts';
import { type Objection, textStep } from '../../quick-input/text-step.ts';
import { type KeyDraft, needsNoKey, providerNameOf } from './draft.ts';

/** Asks for the secret, hidden, and has it verified while the box is open, so that a typo can be mended in place. */
export function secretStep(
  draft: KeyDraft,
  submit: (secret: string, token: CancellationToken) => Promise<Objection>,
): Step {
  return (position) => {
    const known = draft.provider?.kind === 'known' ? draft.provider.view : undefined;
    const page = known?.keysUrl;
    return textStep(position, {
      prompt: needsNoKey(draft)
        ? l10n.t(
            '{0} asks for no key: press Enter, or paste the one it was started with.',
            providerNameOf(draft),
          )
        : l10n.t('Paste the secret. {0} verifies it, then it is kept encrypted.', providerNameOf(draft)),
      value: '',
      hidden: true,
      busyPrompt: l10n.t('Verifying with the provider…'),
      buttons:
        page === undefined
          ? []
          : [
              {
                iconPath: new ThemeIcon('link-external'),
                tooltip: l10n.t('Open the page where {0} keys are made', providerNameOf(draft)),
                run: () => void env.openExternal(Uri.parse(page)),
              },
            ],
      validate: (value) => (value === '' && needsNoKey(draft) ? undefined : judgeSecret(value, known)),
      accept: submit,
    });
  };
}

/** Finds slips that need no round trip; the daemon and the provider judge the rest. */
function judgeSecret(value: string, provider: ProviderView | undefined): Objection {
  if (value === '') return l10n.t('Paste the secret.');
  // A service account's JSON file is the one secret with spaces.
  if (/\s/.test(value) && !value.startsWith('{')) return l10n.t('A secret has no spaces or line breaks.');
  if (value.startsWith('akr-')) {
    return l10n.t("This is a token of the router itself. Paste the provider's own key.");
  }
  if (value.startsWith('sk-ant-oat')) {
    return l10n.t('This is a subscription login, which may not be routed. Make an API key instead.');
  }
  if (provider?.id !== 'anthropic' && value.startsWith('sk-ant-')) {
    return {
      message: l10n.t('This looks like an Anthropic key.'),
      severity: InputBoxValidationSeverity.Warning,
    };
  }
  if (provider?.keyPrefix !== undefined && !value.startsWith(provider.keyPrefix)) {
    return {
      message: l10n.t('{0} keys begin with "{1}".', provider.name, provider.keyPrefix),
      severity: InputBoxValidationSeverity.Warning,
    };
  }
  return undefined;
}
