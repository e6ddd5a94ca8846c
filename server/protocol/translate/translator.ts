import type { Protocol } from '../../../shared/model/trace.ts';
import type { FactsResult, RequestForm } from '../../core/ports/codec.ts';
import type { Answerer, TranslatedRequest, Translator } from '../../core/ports/translator.ts';
import { CODECS } from '../classify.ts';
import { AnswerTranslator } from './answer-translator.ts';
import type { DialogueProtocol } from './dialogue.ts';
import { largestOutput } from './largest-output.ts';
import { removeForeign } from './remove-foreign.ts';
import { isDialogue, translateRequest } from './translate.ts';
import { CountPipe } from './count-pipe.ts';
import { type CountProtocol, translateCountRequest, writeCount } from './translate-count.ts';
import type { GeminiStream } from './write-gemini-answer.ts';

/** The closest first: what has most in common loses least. */
const TARGETS: Readonly<Record<DialogueProtocol, readonly DialogueProtocol[]>> = {
  'openai-chat': ['openai-responses', 'anthropic-messages', 'gemini-generate'],
  'openai-responses': ['openai-chat', 'anthropic-messages', 'gemini-generate'],
  'anthropic-messages': ['openai-responses', 'openai-chat', 'gemini-generate'],
  'gemini-generate': ['anthropic-messages', 'openai-responses', 'openai-chat'],
};
/** What Anthropic is asked for where the caller sets no limit, which its protocol demands; tokens. */
const DEFAULT_MAX_TOKENS = 16_000;

const COUNT_TARGETS: Readonly<Record<CountProtocol, readonly CountProtocol[]>> = {
  'anthropic-count-tokens': ['gemini-count-tokens'],
  'gemini-count-tokens': ['anthropic-count-tokens'],
};

/** Translates between the protocols of conversations, and of counting their tokens; all others only pass through. */
export const dialogueTranslator: Translator = {
  targets: (from) => (isDialogue(from) ? TARGETS[from] : isCount(from) ? COUNT_TARGETS[from] : []),
  countAnswer: (protocol, tokens) => (isCount(protocol) ? writeCount(protocol, tokens) : null),
  translate,
  withoutForeignParts: (form, foreign) => {
    const { protocol } = form.codec;
    const { signed } = form.facts;
    if ((!signed.sealed && foreign.size === 0) || !isDialogue(protocol)) return null;
    const readable = removeForeign(protocol, form.raw, foreign);
    if (!readable) return null;
    const facts = { ...form.facts, signed: readable.signed };
    return { form: { ...form, raw: readable.body, facts }, warnings: readable.warnings };
  },
};

function translate(form: RequestForm, to: Protocol, answerer: Answerer): TranslatedRequest {
  const { model, kind, foreign } = answerer;
  const largest = largestOutput(model);
  const { facts, codec } = form;
  const from = codec.protocol;
  const path = { model, stream: facts.stream };
  const body: unknown = JSON.parse(new TextDecoder().decode(form.raw));
  if (isCount(from) && isCount(to)) return translateCount(form, to, body, model);
  const written = translateRequest(from, to, body, {
    model,
    defaultMaxTokens: Math.min(DEFAULT_MAX_TOKENS, largest),
    largestOutput: largest,
    foreign,
    path,
    ...(kind === 'openai-compatible' ? { chat: { limitMember: 'max_tokens', takesReasoning: true } } : {}),
  });
  if (!written.ok) return written;
  if (!isDialogue(from) || !isDialogue(to)) throw new RangeError('Only dialogues are translated.');
  const target = CODECS[to];
  const read: FactsResult = target.readFacts(JSON.parse(new TextDecoder().decode(written.body)), {}, path);
  if (!read.ok) return read;
  // The caller did not ask for what the translation needs: usage at the end of a stream.
  const { conversation, answers } = facts;
  const translated = { ...read.facts, conversation, answers, lacksUsageChunk: false };
  return {
    ok: true,
    form: { codec: target, raw: written.body, facts: translated },
    warnings: written.warnings,
    answerType: (query) =>
      facts.stream && !(from === 'gemini-generate' && geminiStream(query) === 'json-array')
        ? 'text/event-stream; charset=utf-8'
        : 'application/json',
    openPipe: ({ requestId, now, query }) =>
      new AnswerTranslator({
        from: to,
        to: from,
        facts: written.facts,
        requestId,
        createdAt: Math.floor(now / 1000),
        geminiStream: geminiStream(query),
      }),
  };
}

function translateCount(
  form: RequestForm,
  to: CountProtocol,
  body: unknown,
  model: string,
): TranslatedRequest {
  const from = form.codec.protocol;
  if (!isCount(from)) throw new RangeError('Only counts are translated to counts.');
  const written = translateCountRequest(from, body, model);
  if (!written.ok) return written;
  return {
    ok: true,
    form: { codec: CODECS[to], raw: written.body, facts: { ...form.facts, model } },
    warnings: [],
    answerType: () => 'application/json',
    openPipe: () => new CountPipe(to, from),
  };
}

function isCount(protocol: Protocol): protocol is CountProtocol {
  return Object.hasOwn(COUNT_TARGETS, protocol);
}

function geminiStream(query: string): GeminiStream {
  return /[?&]alt=sse(?:&|$)/.test(query) ? 'sse' : 'json-array';
}
