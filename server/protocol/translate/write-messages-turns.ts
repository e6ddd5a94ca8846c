import type { JsonObject } from '../read-json.ts';
import type {
  CacheHint,
  DocumentPart,
  ImagePart,
  MediaSource,
  Part,
  TextPart,
  ThinkingPart,
  Turn,
} from './dialogue.ts';
import { objectOf } from './read-fields.ts';
import { mergeTurns, resultsFirst } from './split-system.ts';
import type { Warnings } from './warnings.ts';
import { callIdFor, toolNameFor } from './wire-names.ts';

/** The system prompt, with what the translation has to ask for in words. */
export function writeSystem(system: readonly TextPart[], instruction: string | null): JsonObject {
  const added: readonly TextPart[] = instruction === null ? [] : [{ type: 'text', text: instruction }];
  const parts = [...system, ...added].filter(hasWords);
  return parts.length === 0 ? {} : { system: parts.map(writeMedia) };
}

/** The conversation in turns that alternate, results of tools first. */
export function writeMessages(turns: readonly Turn[], warnings: Warnings): readonly JsonObject[] {
  const sided = mergeTurns(turns.map((turn) => asSide(turn, warnings)));
  const messages = sided.map(({ role, parts }) => ({ role, content: writeBlocks(parts, warnings) }));
  const written = messages.filter(({ content }) => content.length > 0);
  if (written[0]?.role !== 'assistant') return written;
  warnings.say('Anthropic wants the user to begin: a turn was put first');
  return [{ role: 'user', content: [{ type: 'text', text: 'Continue.' }] }, ...written];
}

/** Not every model takes instructions between the turns: they become the user's. */
function asSide(turn: Turn, warnings: Warnings): Turn {
  if (turn.role !== 'system') return turn;
  warnings.say('instructions in the middle of the conversation became part of a user message');
  return { role: 'user', parts: turn.parts };
}

function writeBlocks(parts: readonly Part[], warnings: Warnings): readonly JsonObject[] {
  return resultsFirst(parts).flatMap((part) => writeBlock(part, warnings));
}

function writeBlock(part: Part, warnings: Warnings): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return hasWords(part) ? [writeMedia(part)] : [];
    case 'image':
    case 'document':
      return [writeMedia(part)];
    case 'thinking':
      return writeThinking(part, warnings);
    case 'tool_call': {
      const input = objectOf(part.arguments);
      if (!input) warnings.say('the arguments of a tool call were no JSON object: they follow as text');
      const { id, name } = part;
      return [
        {
          type: 'tool_use',
          id: callIdFor('anthropic-messages', id),
          name: toolNameFor('anthropic-messages', name),
          input: input ?? { text: part.arguments },
          ...mark(part.cache),
        },
      ];
    }
    case 'tool_result': {
      const content = part.parts.filter((entry) => entry.type !== 'text' || hasWords(entry)).map(writeMedia);
      return [
        {
          type: 'tool_result',
          tool_use_id: callIdFor('anthropic-messages', part.callId),
          ...(content.length === 0 ? {} : { content }),
          ...(part.isError ? { is_error: true } : {}),
          ...mark(part.cache),
        },
      ];
    }
  }
}

function writeThinking({ text, signature }: ThinkingPart, warnings: Warnings): readonly JsonObject[] {
  if (signature?.origin !== 'anthropic-messages' || signature.value === '') {
    warnings.say('thinking that Anthropic did not sign was left out');
    return [];
  }
  if (signature.redacted) return [{ type: 'redacted_thinking', data: signature.value }];
  return [{ type: 'thinking', thinking: text, signature: signature.value }];
}

/** Anthropic refuses texts of white space alone. */
function hasWords({ text }: TextPart): boolean {
  return text.trim() !== '';
}

function writeMedia(part: TextPart | ImagePart | DocumentPart): JsonObject {
  if (part.type === 'text') return { type: 'text', text: part.text, ...mark(part.cache) };
  if (part.type === 'image') return { type: 'image', source: writeSource(part.source), ...mark(part.cache) };
  const title = part.title === null ? {} : { title: part.title };
  return { type: 'document', source: documentSource(part.source), ...title, ...mark(part.cache) };
}

function documentSource(source: DocumentPart['source']): JsonObject {
  if (source.kind === 'text') return { type: 'text', media_type: 'text/plain', data: source.text };
  if (source.kind === 'base64' && source.mediaType.startsWith('text/')) {
    return { type: 'text', media_type: 'text/plain', data: decodeText(source.data) };
  }
  return writeSource(source);
}

function decodeText(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}

function writeSource(source: MediaSource): JsonObject {
  if (source.kind === 'url') return { type: 'url', url: source.url };
  return { type: 'base64', media_type: source.mediaType, data: source.data };
}

function mark(cache: CacheHint | undefined): JsonObject {
  return cache ? { cache_control: { type: 'ephemeral', ttl: cache.ttl } } : {};
}
