import { l10n } from 'vscode';
import type { KeyView } from '../../../shared/model/views.ts';
import type { Step } from '../../quick-input/steps.ts';
import { type Objection, textStep } from '../../quick-input/text-step.ts';
import { suggestKeyName } from '../key-names.ts';
import { type KeyDraft, providerIdOf, providerNameOf } from './draft.ts';

/** Asks what the key shall be called, with a name that is free as the suggestion. */
export function nameStep(draft: KeyDraft, keys: readonly KeyView[]): Step {
  return (position) =>
    textStep(position, {
      prompt: l10n.t('A name for this {0} key, to tell it from others', providerNameOf(draft)),
      value: draft.name || suggestKeyName(providerIdOf(draft), keys),
      validate: (value) => judgeName(value, keys),
      accept(value) {
        draft.name = value;
        return undefined;
      },
    });
}

function judgeName(value: string, keys: readonly KeyView[]): Objection {
  if (value === '') return l10n.t('The key needs a name.');
  if (value.length > 64) return l10n.t('At most 64 characters.');
  if (keys.some((key) => key.name === value)) return l10n.t('There is a key of this name already.');
  return undefined;
}
