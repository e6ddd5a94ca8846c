import type { ErrorCode } from '../../../shared/model/reasons.ts';
import type { PathFacts } from '../../core/ports/codec.ts';
import type { Protocol } from '../../../shared/model/trace.ts';
import { asObject, type JsonObject } from '../read-json.ts';
import { type AnswerFacts, answerFacts } from './answer-facts.ts';
import type { Dialogue, DialogueProtocol } from './dialogue.ts';
import { warnOfOpenaiOptions } from './openai-options.ts';
import { readChatRequest } from './read-chat-request.ts';
import { readGeminiRequest } from './read-gemini-request.ts';
import { readMessagesRequest } from './read-messages-request.ts';
import { readResponsesRequest } from './read-responses-request.ts';
import { withoutForeign } from './remove-foreign.ts';
import { Untranslatable } from './untranslatable.ts';
import { Warnings } from './warnings.ts';
import { type ChatServer, writeChatRequest } from './write-chat-request.ts';
import { writeGeminiRequest } from './write-gemini-request.ts';
import { writeMessagesRequest } from './write-messages-request.ts';
import { writeResponsesRequest } from './write-responses-request.ts';

/** What a translation needs to know besides the body. */
export interface TranslationOptions {
  /** The model that is to answer, by the provider's name for it; it decides which options are written. */
  readonly model: string;
  /** The limit on output for a provider that insists on one, where the caller sets none; tokens. */
  readonly defaultMaxTokens: number;
  /** The most that the model can put out, tokens: providers refuse a request for more. */
  readonly largestOutput?: number;
  /** Names of the reasoning in it that only other accounts than the one that is to answer can read. */
  readonly foreign?: ReadonlySet<string>;
  /** A caller of Gemini says these in its path. */
  readonly path?: PathFacts;
  /** How a provider of Chat Completions differs from OpenAI. */
  readonly chat?: Partial<ChatServer>;
}

export type Translation =
  | {
      readonly ok: true;
      readonly body: Uint8Array;
      /** What could not be carried over: short, stable sentences. */
      readonly warnings: readonly string[];
      /** For the translation of the answer. */
      readonly facts: AnswerFacts;
    }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

const NONE: ReadonlySet<string> = new Set();
const OPENAI: ChatServer = { limitMember: 'max_completion_tokens', takesReasoning: false };
const encoder = new TextEncoder();

/** Whether requests of one protocol can be answered by a provider of another. */
export function isTranslatable(from: Protocol, to: Protocol): boolean {
  return from !== to && isDialogue(from) && isDialogue(to);
}

/** Writes a request of one protocol in another. `body`: its parsed JSON. Never throws on any body. */
export function translateRequest(
  from: Protocol,
  to: Protocol,
  body: unknown,
  options: TranslationOptions,
): Translation {
  const value = asObject(body);
  if (!isDialogue(from) || !isDialogue(to) || !value) {
    return refused(`A request of ${from} can't be translated to ${to}.`);
  }
  const warnings = new Warnings(to);
  try {
    const read = readRequest(from, value, options, warnings);
    const dialogue = {
      ...read,
      model: options.model,
      turns: withoutForeign(read.turns, options.foreign ?? NONE, warnings),
      toolChoice: possibleChoice(read, warnings),
      maxOutputTokens: possibleOutput(read, options, warnings),
    };
    warnOfOpenaiOptions(read.openaiOptions, to, warnings);
    const written = writeRequest(to, dialogue, options, warnings);
    return {
      ok: true,
      body: encoder.encode(JSON.stringify(written)),
      warnings: warnings.list(),
      facts: answerFacts(read, to, written),
    };
  } catch (error) {
    if (error instanceof Untranslatable) return refused(error.message);
    throw error;
  }
}

/** A tool that was left out can't be called. */
function possibleChoice({ toolChoice, tools }: Dialogue, warnings: Warnings): Dialogue['toolChoice'] {
  const possible =
    toolChoice.mode === 'named'
      ? tools.some(({ name }) => name === toolChoice.name)
      : toolChoice.mode !== 'required' || tools.length > 0;
  if (possible) return toolChoice;
  warnings.leftOut('a tool_choice without its tool');
  return { mode: 'auto' };
}

/** The caller's limit is made for its own model, which may put out more. */
function possibleOutput(
  { maxOutputTokens }: Dialogue,
  { largestOutput = Infinity }: TranslationOptions,
  warnings: Warnings,
): number | null {
  if (maxOutputTokens === null || maxOutputTokens <= largestOutput) return maxOutputTokens;
  warnings.say(`the output limit was lowered to the ${largestOutput} tokens that this model can put out`);
  return largestOutput;
}

function refused(message: string): Translation {
  return { ok: false, code: 'untranslatable', message };
}

/** Whether requests of a protocol are conversations that can be translated. */
export function isDialogue(protocol: Protocol): protocol is DialogueProtocol {
  switch (protocol) {
    case 'openai-chat':
    case 'openai-responses':
    case 'anthropic-messages':
    case 'gemini-generate':
      return true;
    default:
      return false;
  }
}

function readRequest(
  from: DialogueProtocol,
  body: JsonObject,
  options: TranslationOptions,
  warnings: Warnings,
): Dialogue {
  switch (from) {
    case 'openai-chat':
      return readChatRequest(body, warnings);
    case 'openai-responses':
      return readResponsesRequest(body, warnings);
    case 'anthropic-messages':
      return readMessagesRequest(body, warnings);
    case 'gemini-generate':
      return readGeminiRequest(body, options.path ?? { model: options.model, stream: false }, warnings);
  }
}

function writeRequest(
  to: DialogueProtocol,
  dialogue: Dialogue,
  options: TranslationOptions,
  warnings: Warnings,
): JsonObject {
  switch (to) {
    case 'openai-chat':
      return writeChatRequest(dialogue, { ...OPENAI, ...options.chat }, warnings);
    case 'openai-responses':
      return writeResponsesRequest(dialogue, warnings);
    case 'anthropic-messages':
      return writeMessagesRequest(dialogue, { maxTokens: options.defaultMaxTokens }, warnings);
    case 'gemini-generate':
      return writeGeminiRequest(dialogue, warnings);
  }
}
