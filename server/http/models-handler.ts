import { NANO_PER_USD } from '../../shared/model/money.ts';
import { NO_USAGE, type TokenUsage } from '../../shared/model/usage.ts';
import type { Admin } from '../core/admin/admin.ts';
import type { CatalogueEntry } from '../core/admin/model-catalogue.ts';
import type { VirtualKeys } from '../core/admin/virtual-keys.ts';
import type { Codec } from '../core/ports/codec.ts';
import type { ModelPrice } from '../core/ports/prices.ts';
import { modelNotAllowed } from '../core/router/no-candidate.ts';
import { CODECS } from '../protocol/classify.ts';
import { authenticate } from './authenticate.ts';
import { statusOfCode } from './error-status.ts';
import { type HttpCall, shownId } from './request-identity.ts';
import { sendFailure, sendJson } from './send.ts';

export interface ModelsParts {
  readonly virtualKeys: VirtualKeys;
  readonly admin: Pick<Admin, 'models'>;
}

/** `GET /v1/models`: what the caller may ask for, in its dialect, with context lengths and prices where known. */
export function handleModels(
  parts: ModelsParts,
  model: string | null,
  { request, response, identity }: HttpCall,
): void {
  const requestId = shownId(identity);
  const anthropic = request.headers['anthropic-version'] !== undefined;
  const google = !anthropic && request.headers['x-goog-api-key'] !== undefined;
  const codec: Codec = CODECS[anthropic ? 'anthropic-messages' : google ? 'gemini-generate' : 'openai-chat'];
  const caller = authenticate(request.headers, parts.virtualKeys);
  if ('code' in caller) {
    const failure = { ...caller, status: statusOfCode(caller.code), final: true };
    sendFailure(response, codec, failure, requestId);
    return;
  }
  const { models } = parts.admin;
  const { virtualKey } = caller;
  if (model === null) {
    const entries = models.list(virtualKey);
    if (google) {
      sendJson(response, 200, { models: entries.map(googleModel) });
      return;
    }
    const data = entries.map((entry) => modelObject(entry, anthropic));
    const ends = { first_id: entries[0]?.id ?? null, last_id: entries.at(-1)?.id ?? null };
    sendJson(response, 200, anthropic ? { data, has_more: false, ...ends } : { object: 'list', data });
    return;
  }
  const found = models.find(model, virtualKey);
  if (found !== null && found !== 'not_allowed') {
    sendJson(response, 200, google ? googleModel(found) : modelObject(found, anthropic));
    return;
  }
  const name = model.slice(0, 128);
  const message = `No usable key lists the model "${name}". GET /v1/models shows those that are listed.`;
  const failure =
    found === 'not_allowed'
      ? modelNotAllowed(virtualKey, name)
      : ({ code: 'no_key_for_model', status: 404, message, final: true } as const);
  sendFailure(response, codec, failure, requestId);
}

function modelObject(entry: CatalogueEntry, anthropic: boolean): Record<string, unknown> {
  const { id, owner, since, contextWindow, price } = entry;
  const more = {
    ...(contextWindow === null ? {} : { context_length: contextWindow }),
    ...(price && { pricing: pricingOf(price) }),
  };
  return anthropic
    ? { type: 'model', id, display_name: id, created_at: new Date(since).toISOString(), ...more }
    : { id, object: 'model', created: Math.floor(since / 1000), owned_by: owner, ...more };
}

/** https://ai.google.dev/api/models#Model */
function googleModel({ id, contextWindow }: CatalogueEntry): Record<string, unknown> {
  return {
    name: `models/${id}`,
    displayName: id,
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
    ...(contextWindow ? { inputTokenLimit: contextWindow } : {}),
  };
}

/** Dollars a token as decimals, in OpenRouter's words (openrouter.ai/docs/api-reference/list-available-models). */
function pricingOf(price: ModelPrice): Record<string, string> {
  // A thousand, since long prompts may cost more.
  const some = 1000;
  const dollars = (usage: Partial<TokenUsage>): string =>
    (price.cost({ ...NO_USAGE, ...usage }) / NANO_PER_USD / some)
      .toFixed(12)
      .replace(/0+$/, '')
      .replace(/\.$/, '');
  return {
    prompt: dollars({ inputTokens: some }),
    completion: dollars({ outputTokens: some }),
    input_cache_read: dollars({ cacheReadTokens: some }),
  };
}
