import { Uri, l10n } from 'vscode';
import { fillAddress, isTemplate } from '../../../shared/model/presets.ts';
import type { ProviderView } from '../../../shared/model/views.ts';
import type { Step } from '../../quick-input/steps.ts';
import { type Objection, textStep } from '../../quick-input/text-step.ts';
import type { KeyDraft } from './draft.ts';

/** Asks for what the address of the chosen provider depends on: its region, the project. Most need nothing. */
export function addressSteps(draft: KeyDraft): readonly Step[] {
  if (draft.provider?.kind !== 'known') return [];
  const { baseUrl, address } = draft.provider.view;
  if (!address || !isTemplate(baseUrl)) return [];
  return address.map(
    (part) => (position) =>
      textStep(position, {
        prompt: part.title,
        placeholder: part.example,
        value: draft.address[part.name] ?? '',
        validate: (value) => (value === '' ? l10n.t('Such as {0}', part.example) : undefined),
        accept(value) {
          draft.address[part.name] = value;
          draft.baseUrl = fillAddress(baseUrl, draft.address);
          return undefined;
        },
      }),
  );
}

/** Asks where a custom provider is. */
export function baseUrlStep(draft: KeyDraft): Step {
  return (position) =>
    textStep(position, {
      prompt: l10n.t('Base URL of the OpenAI-compatible API'),
      placeholder: 'https://openrouter.ai/api',
      value: draft.baseUrl,
      validate: judgeBaseUrl,
      accept(value) {
        draft.baseUrl = withoutVersion(value);
        if (draft.providerName === '') draft.providerName = nameFromHost(value);
        return undefined;
      },
    });
}

/** Asks what a custom provider shall be called. */
export function providerNameStep(draft: KeyDraft, providers: readonly ProviderView[]): Step {
  return (position) =>
    textStep(position, {
      prompt: l10n.t('A short name for this provider. It may prefix model names, as in "{0}/model".', 'groq'),
      value: draft.providerName,
      validate: (value) => judgeProviderName(value, providers),
      accept(value) {
        draft.providerName = value;
        return undefined;
      },
    });
}

/** A base URL without the slash or the `/v1` that people copy with it: the router adds the version itself. */
function withoutVersion(url: string): string {
  const bare = url.replace(/\/+$/, '');
  return bare.endsWith('/v1') ? bare.slice(0, -'/v1'.length) : bare;
}

function judgeBaseUrl(value: string): Objection {
  if (!URL.canParse(value)) return l10n.t('Not an address. Example: {0}', 'https://openrouter.ai/api');
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return l10n.t('The address must begin with https:// or http://');
  }
  if (url.username || url.password || url.search || url.hash) {
    return l10n.t('The address must not carry a user, a query or a fragment.');
  }
  if (url.protocol === 'http:' && !isLocal(url.hostname)) {
    return l10n.t('http:// is for this computer only: the key would cross the network in the clear.');
  }
  return undefined;
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

function judgeProviderName(value: string, providers: readonly ProviderView[]): Objection {
  if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(value)) {
    return l10n.t('Small letters, digits and hyphens only, at most 32.');
  }
  if (providers.some((view) => view.id === value)) {
    return l10n.t('There is a provider of this name already.');
  }
  return undefined;
}

/** `https://api.groq.com/openai` gives `groq`; an address of numbers gives `local`. */
function nameFromHost(value: string): string {
  const host = Uri.parse(withoutVersion(value)).authority.replace(/:\d+$/, '').toLowerCase();
  const labels = host.split('.');
  if (labels.length === 1 || /^[\d.[\]:]+$/.test(host)) return 'local';
  return (labels.at(-2) ?? host).replaceAll(/[^a-z0-9-]/g, '-');
}
