import assert from 'node:assert/strict';
import type { JsonObject } from '../../../../server/protocol/read-json.ts';
import { AnswerTranslator } from '../../../../server/protocol/translate/answer-translator.ts';
import type { DialogueProtocol } from '../../../../server/protocol/translate/dialogue.ts';
import {
  translateRequest,
  type TranslationOptions,
} from '../../../../server/protocol/translate/translate.ts';
import { concatBytes } from '../../../../shared/model/bytes.ts';

export const MESSAGES_MODEL = 'claude-sonnet-4-5';

const OPTIONS: TranslationOptions = { model: 'the-model', defaultMaxTokens: 8192 };

export type Translated = Extract<ReturnType<typeof translateRequest>, { ok: true }> & {
  readonly json: JsonObject;
};

/** A request that is translated, with its body read. */
export function translated(
  from: DialogueProtocol,
  to: DialogueProtocol,
  body: object,
  options: Partial<TranslationOptions> = {},
): Translated {
  const result = translateRequest(from, to, { model: 'm', ...body }, { ...OPTIONS, ...options });
  assert.ok(result.ok, result.ok ? '' : result.message);
  return { ...result, json: JSON.parse(new TextDecoder().decode(result.body)) as JsonObject };
}

/** Why a request is not translated. */
export function refusal(from: DialogueProtocol, to: DialogueProtocol, body: object): string {
  const result = translateRequest(from, to, { model: 'm', ...body }, OPTIONS);
  assert.ok(!result.ok);
  assert.equal(result.code, 'untranslatable');
  return result.message;
}

/** An answer to such a request, as the caller gets it. */
export function answered(
  { facts }: Translated,
  from: DialogueProtocol,
  to: DialogueProtocol,
  bytes: string,
): { readonly text: string; readonly failure: AnswerTranslator['failure'] } {
  const translator = new AnswerTranslator({ from, to, facts, requestId: 'req_1', createdAt: 1 });
  const out = translator.push(new TextEncoder().encode(bytes));
  const text = new TextDecoder().decode(concatBytes([...out, ...translator.finish()]));
  return { text, failure: translator.failure };
}

/** The stream of a Chat Completions provider: its deltas, and how it ends. */
export function chatStream(deltas: readonly object[], finish: string | null = 'stop'): string {
  const chunk = (delta: object, finish_reason: string | null): string =>
    `data: ${JSON.stringify({ id: 'c', model: 'gpt', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const pieces = deltas.map((delta) => chunk(delta, null)).join('');
  return finish === null ? pieces : `${pieces}${chunk({}, finish)}data: [DONE]\n\n`;
}
