import { type QuickPickItem, QuickPickItemKind, ThemeIcon, l10n } from 'vscode';
import type { ProviderView } from '../../../shared/model/views.ts';
import { pickStep } from '../../quick-input/pick-step.ts';
import type { Step } from '../../quick-input/steps.ts';
import type { KeyDraft, ProviderChoice } from './draft.ts';

interface ProviderItem extends QuickPickItem {
  readonly choice?: ProviderChoice;
}

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
        if (!isSame(item.choice, draft.provider))
          Object.assign(draft, { name: '', address: {}, baseUrl: '' });
        draft.provider = item.choice;
      },
    });
  };
}

function providerItems(providers: readonly ProviderView[]): readonly ProviderItem[] {
  const known = providers.filter((view) => view.docsUrl !== undefined);
  const ofKind = (place: Place): readonly ProviderItem[] =>
    known
      .filter((view) => placeOf(view) === place)
      .map((view) => item(view, view.models ?? '', ICONS[place]));
  const own = providers.filter((view) => view.docsUrl === undefined);
  return [
    separator(l10n.t('services')),
    ...ofKind('service'),
    separator(l10n.t('clouds')),
    ...ofKind('cloud'),
    separator(l10n.t('on this computer')),
    ...ofKind('local'),
    ...(own.length > 0 ? [separator(l10n.t('your providers'))] : []),
    ...own.map((view) => item(view, view.baseUrl, 'server')),
    separator(l10n.t('other')),
    {
      label: l10n.t('OpenAI-compatible…'),
      description: l10n.t('any other service or server, by its base URL'),
      iconPath: new ThemeIcon('plug'),
      choice: { kind: 'custom' },
    },
  ];
}

/** What a provider needs beside a key tells where it runs: an address in an account of one's own, or nothing at all. */
type Place = 'service' | 'cloud' | 'local';

const ICONS: Readonly<Record<Place, string>> = { service: 'cloud', cloud: 'azure', local: 'vm' };

function placeOf({ address, settings }: ProviderView): Place {
  if (settings?.key === 'none') return 'local';
  return address ? 'cloud' : 'service';
}

function item(view: ProviderView, description: string, icon: string): ProviderItem {
  return { label: view.name, description, iconPath: new ThemeIcon(icon), choice: { kind: 'known', view } };
}

function separator(label: string): ProviderItem {
  return { label, kind: QuickPickItemKind.Separator };
}

function isSame(a: ProviderChoice, b: ProviderChoice | undefined): boolean {
  if (a.kind === 'custom' || b?.kind !== 'known') return a.kind === b?.kind;
  return a.view.id === b.view.id;
}
