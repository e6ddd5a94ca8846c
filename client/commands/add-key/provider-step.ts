import { type QuickPickItem, QuickPickItemKind, ThemeIcon, l10n } from 'vscode';
import type { ProviderView } from '../../../shared/model/views.ts';
import { pickStep } from '../../quick-input/pick-step.ts';
import type { Step } from '../../quick-input/steps.ts';
import type { KeyDraft, KnownProvider, ProviderChoice } from './draft.ts';

interface ProviderItem extends QuickPickItem {
  readonly choice?: ProviderChoice;
}

const PRESETS: readonly (KnownProvider & { readonly models: string })[] = [
  {
    kind: 'known',
    id: 'openai',
    name: 'OpenAI',
    models: 'GPT',
    keysPage: 'https://platform.openai.com/api-keys',
  },
  {
    kind: 'known',
    id: 'anthropic',
    name: 'Anthropic',
    models: 'Claude',
    keysPage: 'https://console.anthropic.com/settings/keys',
  },
];

/** Asks which provider the key is for. */
export function providerStep(draft: KeyDraft, providers: readonly ProviderView[]): Step {
  return (position) => {
    const items = providerItems(providers);
    return pickStep(position, {
      placeholder: l10n.t('Which provider is the key for?'),
      items,
      chosen: items.find((item) => item.choice && isSame(item.choice, draft.provider)),
      choose(item) {
        if (!item.choice) return;
        // Suggestions made for another provider don't fit this one.
        if (!isSame(item.choice, draft.provider)) Object.assign(draft, { name: '' });
        draft.provider = item.choice;
      },
    });
  };
}

function providerItems(providers: readonly ProviderView[]): readonly ProviderItem[] {
  const own = providers.filter((view) => !PRESETS.some((preset) => preset.id === view.id));
  const known: ProviderItem[] = own.map((view) => ({
    label: view.name,
    description: view.baseUrl,
    iconPath: new ThemeIcon('server'),
    choice: { kind: 'known', id: view.id, name: view.name },
  }));
  return [
    ...PRESETS.map((preset) => ({
      label: preset.name,
      description: preset.models,
      iconPath: new ThemeIcon('cloud'),
      choice: preset,
    })),
    ...(known.length > 0 ? [separator(l10n.t('your providers'))] : []),
    ...known,
    separator(l10n.t('other')),
    {
      label: l10n.t('OpenAI-compatible…'),
      description: 'OpenRouter, Groq, vLLM, Ollama, LiteLLM',
      iconPath: new ThemeIcon('plug'),
      choice: { kind: 'custom' },
    },
  ];
}

function separator(label: string): ProviderItem {
  return { label, kind: QuickPickItemKind.Separator };
}

function isSame(a: ProviderChoice, b: ProviderChoice | undefined): boolean {
  if (a.kind === 'custom' || b?.kind !== 'known') return a.kind === b?.kind;
  return a.id === b.id;
}
