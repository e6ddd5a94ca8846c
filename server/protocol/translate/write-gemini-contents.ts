import type { JsonObject } from '../read-json.ts';
import type {
  Dialogue,
  DocumentPart,
  ImagePart,
  MediaSource,
  Part,
  Signature,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from './dialogue.ts';
import { mediaTypeOf } from './media.ts';
import { objectOf } from './read-fields.ts';
import { mergeTurns, resultsFirst } from './split-system.ts';
import type { Warnings } from './warnings.ts';
import { callIdFor, toolNameFor } from './wire-names.ts';

/**
 * Gemini 3 refuses calls of functions that it did not sign, but for those that say so: this is Google's own way for
 * calls of another model (ai.google.dev/gemini-api/docs/thought-signatures, "FAQs").
 */
export const NOT_SIGNED = 'skip_thought_signature_validator';

/** Writes the conversation. */
export function writeContents({ turns }: Dialogue, warnings: Warnings): readonly JsonObject[] {
  const names = new Map<string, string>();
  for (const { parts } of turns) {
    for (const part of parts) if (part.type === 'tool_call') names.set(part.id, part.name);
  }
  return mergeTurns(turns.map((turn) => asSide(turn, warnings)))
    .map(({ role, parts }) =>
      role === 'assistant'
        ? { role: 'model', parts: writeAnswer(parts, warnings) }
        : {
            role: 'user',
            parts: resultsFirst(parts).flatMap((part) => writeUserPart(part, names, warnings)),
          },
    )
    .filter(({ parts }) => parts.length > 0);
}

function asSide(turn: Turn, warnings: Warnings): Turn {
  if (turn.role !== 'system') return turn;
  warnings.say('instructions in the middle of the conversation became part of a user message');
  return { role: 'user', parts: turn.parts };
}

/** Signatures stand apart from what they sign in the neutral form: each goes to the part after it. */
function writeAnswer(parts: readonly Part[], warnings: Warnings): readonly JsonObject[] {
  const written: JsonObject[] = [];
  let pending: Signature | null = null;
  let called = false;
  const sign = (unsigned: JsonObject): JsonObject => {
    const value = pending?.value;
    pending = null;
    return value === undefined ? unsigned : { ...unsigned, thoughtSignature: value };
  };
  for (const part of parts) {
    switch (part.type) {
      case 'thinking':
        if (own(part, warnings)) pending = part.signature;
        break;
      case 'text':
        if (part.text !== '') written.push(sign({ text: part.text }));
        break;
      case 'tool_call': {
        // Of calls made at once only the first is signed.
        const fallback = called || pending ? {} : { thoughtSignature: NOT_SIGNED };
        called = true;
        written.push(sign({ functionCall: writeCall(part, warnings), ...fallback }));
        break;
      }
      case 'image':
      case 'document':
        written.push(writeMedia(part));
        break;
      case 'tool_result':
        break;
    }
  }
  return pending ? [...written, sign({ text: '' })] : written;
}

function own({ signature }: ThinkingPart, warnings: Warnings): boolean {
  if (signature?.origin === 'gemini-generate') return signature.value !== '';
  warnings.say('thinking that Gemini did not sign was left out');
  return false;
}

function writeCall({ id, name, arguments: args }: ToolCallPart, warnings: Warnings): JsonObject {
  const value = objectOf(args);
  if (!value) warnings.say('the arguments of a tool call were no JSON object: they follow as text');
  return {
    id: callIdFor('gemini-generate', id),
    name: toolNameFor('gemini-generate', name),
    args: value ?? { text: args },
  };
}

function writeUserPart(
  part: Part,
  names: ReadonlyMap<string, string>,
  warnings: Warnings,
): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ text: part.text }];
    case 'image':
    case 'document':
      return [writeMedia(part)];
    case 'tool_result':
      return writeResult(part, names.get(part.callId) ?? part.callId, warnings);
    case 'thinking':
    case 'tool_call':
      return [];
  }
}

/** Only newer models take media inside of a result: they follow it, which all do. */
function writeResult(part: ToolResultPart, name: string, warnings: Warnings): readonly JsonObject[] {
  const texts = part.parts.filter((entry) => entry.type === 'text');
  const media = part.parts.filter((entry) => entry.type !== 'text');
  if (media.length > 0) warnings.say('images and files of a tool result follow it in the same message');
  const text = texts.map((entry: TextPart) => entry.text).join('\n\n');
  const response = part.isError ? { error: text } : { output: text };
  const functionResponse = {
    id: callIdFor('gemini-generate', part.callId),
    name: toolNameFor('gemini-generate', name),
    response,
  };
  return [{ functionResponse }, ...media.map(writeMedia)];
}

function writeMedia(part: ImagePart | DocumentPart): JsonObject {
  const { source } = part;
  if (source.kind === 'text') return { text: source.text };
  return writeSource(source, part.type === 'image' ? 'image/jpeg' : 'application/pdf');
}

function writeSource(source: MediaSource, fallback: string): JsonObject {
  if (source.kind === 'base64') return { inlineData: { mimeType: source.mediaType, data: source.data } };
  return { fileData: { mimeType: mediaTypeOf(source.url, fallback), fileUri: source.url } };
}
