import { durationText } from '../../../shared/model/duration-text.ts';
import type { SkipReason } from '../../../shared/model/reasons.ts';
import type { Protocol, SkippedKey } from '../../../shared/model/trace.ts';
import type { RouterFailure } from '../ports/codec.ts';
import type { KeyPool } from '../key/key-pool.ts';
import type { Resolution } from '../model-names/resolution.ts';
import type { CallerModels } from '../model-names/caller-names.ts';
import type { RequestRun } from './request-run.ts';

/** More of them in one sentence nobody reads. */
const MAX_NAMED = 20;

/** The caller's virtual key does not allow what is asked for: says what it does allow. */
export function modelNotAllowed(
  { models = {}, allowModels = [] }: CallerModels,
  model: string,
): RouterFailure {
  const allowed = [...Object.keys(models), ...allowModels];
  const list = allowed.slice(0, MAX_NAMED).join(', ') || 'no model at all';
  const more = allowed.length > MAX_NAMED ? ` and ${allowed.length - MAX_NAMED} more` : '';
  const what = model === '' ? 'what names no model' : `the model "${model}"`;
  const message = `This virtual key may not use ${what}. It may use ${list}${more}: choose one of these, or have the key changed.`;
  return { code: 'model_not_allowed', status: 403, message, final: true };
}

/** No key serves the model at all: says which of the possible causes it is. */
export function modelUnknown(
  pool: KeyPool,
  { model, stages, standsFor }: Resolution,
  protocol: Protocol,
  pinned: string | null,
): RouterFailure {
  const failure = { code: 'no_key_for_model', status: 404, final: true } as const;
  if (pool.forRequests().length === 0) {
    return {
      ...failure,
      message:
        'The router has no provider key yet. Add one with "apikeyrouter keys add" or in the VS Code sidebar.',
    };
  }
  if (pinned !== null && !pool.provider(pinned)) {
    const known = pool.providers().map((provider) => provider.id);
    return { ...failure, message: `There is no provider "${pinned}". Known providers: ${known.join(', ')}.` };
  }
  if (model === '') {
    return {
      ...failure,
      message:
        'No key of a provider with this API. Add one, or point the tool at the API of a provider that has a key (an anthropic-version header means Anthropic, x-goog-api-key Google, else OpenAI).',
    };
  }
  if (pool.lists(model)) {
    return {
      ...failure,
      message: `No key serves ${model} over ${protocol}: its provider speaks another protocol. Point the tool at that protocol's endpoint, or choose another model.`,
    };
  }
  if (stages.length === 0) {
    return { ...failure, message: `"${model}" is a name that stands for no model. Give it a target.` };
  }
  if (standsFor.length > 0) {
    const models = standsFor.slice(0, MAX_NAMED).join(', ');
    return {
      ...failure,
      message: `No key serves what "${model}" stands for (${models}). Add a key of a provider of one of them, or change the name's targets.`,
    };
  }
  return {
    ...failure,
    message: `No key serves the model "${model}". GET /v1/models lists the models that are available; add a key of its provider to use this one.`,
  };
}

/** Keys serve the model, but none of them now: when will one? */
export function noneEligible(
  model: string,
  skipped: readonly SkippedKey[],
  now: number,
  nameOf: (keyId: string) => string,
): RouterFailure {
  const soonest = soonestEnd(skipped);
  const wait = soonest === null ? {} : { retryAfterMs: Math.max(0, soonest - now) };
  const list = skipped.map((entry) => `${nameOf(entry.keyId)}: ${describe(entry, now)}`).join('; ');
  const reasons = new Set(skipped.map((entry) => entry.reason));
  const failure = { ...wait, final: false } as const;
  if (reasons.has('throttled') || reasons.has('probe_in_flight') || reasons.has('provider_unavailable')) {
    const status = reasons.has('throttled') ? 429 : 503;
    return {
      ...failure,
      code: 'all_keys_throttled',
      status,
      message: `Every key for ${model} is waiting. ${list}.`,
    };
  }
  if (reasons.has('exhausted')) {
    const message = `Every key for ${model} has used up its quota or credit. ${list}. Add credit or another key.`;
    return { ...failure, code: 'all_keys_exhausted', status: 429, message, final: true };
  }
  if (reasons.has('invalid')) {
    const message = `Every key for ${model} was refused by its provider. ${list}. Replace the key.`;
    return { code: 'all_keys_invalid', status: 503, message, final: true };
  }
  if (reasons.has('disabled')) {
    const message = `Every key for ${model} is disabled. ${list}. Enable one in the sidebar or with "apikeyrouter keys enable".`;
    return { code: 'all_keys_disabled', status: 503, message, final: true };
  }
  if (reasons.has('quota')) {
    const message = `No key for ${model} has enough of its quota left. ${list}. Wait for the next window, or raise the quota.`;
    return { ...failure, code: 'quota_exceeded', status: 429, message, final: true };
  }
  if ([...reasons].some((reason) => reason !== 'not_pinned')) {
    const message = `Policies and the keys' own settings leave no key for ${model}. ${list}.`;
    return { code: 'policy_forbids', status: 403, message, final: true };
  }
  return {
    code: 'no_key_for_model',
    status: 404,
    message: `No key of the pinned provider serves ${model}. ${list}.`,
    final: true,
  };
}

/** What only takes time, so that the account may be asked later. */
const PASSING: ReadonlySet<SkipReason> = new Set([
  'throttled',
  'probe_in_flight',
  'provider_unavailable',
  'exhausted',
  'quota',
]);

/** The account that made what the request refers to has no key that could serve it; `null`: that is not what is wrong. */
export function accountBound(
  { model, references }: RequestRun,
  skipped: readonly SkippedKey[],
  nameOf: (keyId: string) => string,
): RouterFailure | null {
  const reasons = skipped.map((entry) => entry.reason);
  if (!reasons.includes('other_account') || reasons.some((reason) => PASSING.has(reason))) return null;
  const ids = references.filter((name) => !name.startsWith('sig:')).slice(0, 3);
  const named = ids.length > 0 ? ids.join(', ') : 'the encrypted reasoning in this conversation';
  const list = skipped.map((entry) => `${nameOf(entry.keyId)}: ${entry.reason.replaceAll('_', ' ')}`);
  const message = `Only the account that made ${named} can read it, and no key of that account can serve ${model || 'it'}. ${list.join('; ')}. Add or enable a key of that account, or start a new conversation.`;
  return { code: 'account_bound', status: 404, message, final: true };
}

/** When the first of the skipped keys may be tried again. */
export function soonestEnd(skipped: readonly SkippedKey[]): number | null {
  const ends = skipped.map((entry) => entry.until).filter((until) => until !== undefined);
  return ends.length === 0 ? null : Math.min(...ends);
}

function describe(entry: SkippedKey, now: number): string {
  const reason = entry.reason.replaceAll('_', ' ');
  if (entry.until === undefined) return reason;
  return `${reason}, back in ${durationText(entry.until - now)}`;
}
