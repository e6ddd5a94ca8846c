import type { IncomingMessage, ServerResponse } from 'node:http';
import type { VirtualKeys } from '../core/admin/virtual-keys.ts';
import type { KeyPool } from '../core/key/key-pool.ts';
import type { Codec } from '../core/ports/codec.ts';
import { CODECS } from '../protocol/classify.ts';
import { authenticate } from './authenticate.ts';
import { statusOfCode } from './error-status.ts';
import { sendFailure, sendJson } from './send.ts';

/** `GET /v1/models`: what the usable keys list, in the caller's dialect. */
export function handleModels(
  parts: { readonly virtualKeys: VirtualKeys; readonly pool: KeyPool },
  model: string | null,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const anthropic = request.headers['anthropic-version'] !== undefined;
  const codec: Codec = anthropic ? CODECS['anthropic-messages'] : CODECS['openai-chat'];
  const caller = authenticate(request.headers, parts.virtualKeys);
  if ('code' in caller) {
    const failure = { ...caller, status: statusOfCode(caller.code), final: true };
    sendFailure(response, codec, failure, '');
    return;
  }
  const models = usableModels(parts.pool);
  if (model === null) {
    const data = models.map((entry) => modelObject(entry, anthropic));
    const paging = { has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null };
    sendJson(response, 200, anthropic ? { data, ...paging } : { object: 'list', data });
    return;
  }
  const found = models.find((entry) => entry.id === model);
  if (found) {
    sendJson(response, 200, modelObject(found, anthropic));
    return;
  }
  const message = `No usable key lists the model "${model.slice(0, 128)}". GET /v1/models shows those that are listed.`;
  sendFailure(response, codec, { code: 'no_key_for_model', status: 404, message, final: true }, '');
}

interface ListedModel {
  readonly id: string;
  readonly owner: string;
  readonly since: number;
}

function usableModels(pool: KeyPool): readonly ListedModel[] {
  const models = new Map<string, ListedModel>();
  for (const { record, provider } of pool.all()) {
    if (!record.enabled || record.invalidSince !== null) continue;
    for (const id of record.models ?? []) {
      if (!models.has(id)) models.set(id, { id, owner: provider.id, since: record.createdAt });
    }
  }
  return [...models.values()].sort((a, b) => a.id.localeCompare(b.id, 'en'));
}

function modelObject({ id, owner, since }: ListedModel, anthropic: boolean): Record<string, unknown> {
  return anthropic
    ? { type: 'model', id, display_name: id, created_at: new Date(since).toISOString() }
    : { id, object: 'model', created: Math.floor(since / 1000), owned_by: owner };
}
