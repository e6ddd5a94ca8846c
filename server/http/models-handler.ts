import { NANO_PER_USD } from '../../shared/model/money.ts';
import { NO_USAGE, type TokenUsage } from '../../shared/model/usage.ts';
import type { VirtualKeys } from '../core/admin/virtual-keys.ts';
import type { KeyPool } from '../core/key/key-pool.ts';
import type { Codec } from '../core/ports/codec.ts';
import type { ModelPrice, PriceBook } from '../core/ports/prices.ts';
import { priceOf } from '../core/pricing/key-price.ts';
import { CODECS } from '../protocol/classify.ts';
import { authenticate } from './authenticate.ts';
import { statusOfCode } from './error-status.ts';
import { type HttpCall, shownId } from './request-identity.ts';
import { sendFailure, sendJson } from './send.ts';

export interface ModelsParts {
  readonly virtualKeys: VirtualKeys;
  readonly pool: KeyPool;
  readonly prices: PriceBook;
}

/** `GET /v1/models`: what the usable keys list, in the caller's dialect, with context lengths and prices where known. */
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
  const models = usableModels(parts);
  if (model === null) {
    if (google) {
      sendJson(response, 200, { models: models.map(googleModel) });
      return;
    }
    const data = models.map((entry) => modelObject(entry, anthropic));
    const paging = { has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null };
    sendJson(response, 200, anthropic ? { data, ...paging } : { object: 'list', data });
    return;
  }
  const found = models.find((entry) => entry.id === model);
  if (found) {
    sendJson(response, 200, google ? googleModel(found) : modelObject(found, anthropic));
    return;
  }
  const message = `No usable key lists the model "${model.slice(0, 128)}". GET /v1/models shows those that are listed.`;
  sendFailure(response, codec, { code: 'no_key_for_model', status: 404, message, final: true }, requestId);
}

interface ListedModel {
  readonly id: string;
  readonly owner: string;
  readonly since: number;
  /** `null`: not in the price book. */
  readonly price: ModelPrice | null;
}

function usableModels({ pool, prices }: ModelsParts): readonly ListedModel[] {
  const models = new Map<string, ListedModel>();
  for (const key of pool.all()) {
    const { record, provider } = key;
    if (!record.enabled || record.invalidSince !== null) continue;
    for (const id of record.models ?? []) {
      if (models.has(id)) continue;
      const price = priceOf(prices, key, id);
      models.set(id, { id, owner: provider.id, since: record.createdAt, price });
    }
  }
  return [...models.values()].sort((a, b) => a.id.localeCompare(b.id, 'en'));
}

function modelObject({ id, owner, since, price }: ListedModel, anthropic: boolean): Record<string, unknown> {
  const more = price ? { ...contextOf(price), pricing: pricingOf(price) } : {};
  return anthropic
    ? { type: 'model', id, display_name: id, created_at: new Date(since).toISOString(), ...more }
    : { id, object: 'model', created: Math.floor(since / 1000), owned_by: owner, ...more };
}

/** https://ai.google.dev/api/models#Model */
function googleModel({ id, price }: ListedModel): Record<string, unknown> {
  const { contextWindow } = price ?? {};
  return {
    name: `models/${id}`,
    displayName: id,
    supportedGenerationMethods: ['generateContent', 'streamGenerateContent', 'countTokens'],
    ...(contextWindow ? { inputTokenLimit: contextWindow } : {}),
  };
}

function contextOf({ contextWindow }: ModelPrice): Record<string, number> {
  return contextWindow === null ? {} : { context_length: contextWindow };
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
