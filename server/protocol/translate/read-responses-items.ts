import { asObject, asText, type JsonObject } from '../read-json.ts';
import type {
  DocumentPart,
  ImagePart,
  MediaSource,
  Part,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  Turn,
} from './dialogue.ts';
import { freeformArguments } from './freeform-tool.ts';
import { mediaTypeOf, readMediaUrl } from './media.ts';
import { needText, objectsOf } from './read-fields.ts';
import { toolNameOf } from './read-responses-tools.ts';
import { openSignature } from './signature-seal.ts';
import { Untranslatable } from './untranslatable.ts';
import type { Warnings } from './warnings.ts';

/** Reads the items of a conversation, each of them a turn; turns of one side are joined later. */
export function readItems(items: readonly JsonObject[], warnings: Warnings): readonly Turn[] {
  return items.flatMap((item) => readItem(item, warnings));
}

/** Tools that are not declared beside the conversation but in it: Codex's newer models have theirs there. */
export function toolsWithin(input: unknown): readonly JsonObject[] {
  if (!Array.isArray(input)) return [];
  return objectsOf(input).flatMap(({ type, tools }) =>
    type === 'additional_tools' || type === 'tool_search_output' ? objectsOf(tools) : [],
  );
}

function readItem(item: JsonObject, warnings: Warnings): readonly Turn[] {
  switch (item['type']) {
    case undefined:
    case 'message':
      return [readMessage(item)];
    case 'reasoning':
      return [{ role: 'assistant', parts: [readReasoning(item)] }];
    case 'function_call':
      return [{ role: 'assistant', parts: [readCall(item, asText(item['arguments']) ?? '')] }];
    case 'custom_tool_call': {
      const args = freeformArguments(asText(item['input']) ?? '');
      return [{ role: 'assistant', parts: [readCall(item, args)] }];
    }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return [{ role: 'user', parts: [readOutput(item)] }];
    case 'additional_tools':
      // Read by `toolsWithin`.
      return [];
    case 'item_reference':
      throw new Untranslatable('An item reference belongs to the account that holds the item.');
    case 'compaction':
      throw new Untranslatable('A compacted conversation can only be read by the account that made it.');
    default:
      // Calls of OpenAI's own tools: what they found is in the message that follows them.
      warnings.leftOut(`an item of type ${JSON.stringify(item['type'])}`);
      return [];
  }
}

function readMessage({ role, content }: JsonObject): Turn {
  const parts = readContent(content);
  if (role === 'system' || role === 'developer') return { role: 'system', parts };
  if (role === 'user' || role === 'assistant') return { role, parts };
  throw new Untranslatable(`A message has the role ${JSON.stringify(role)}.`);
}

function readContent(content: unknown): readonly (TextPart | ImagePart | DocumentPart)[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return objectsOf(content).map(readPart);
}

function readPart(part: JsonObject): TextPart | ImagePart | DocumentPart {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: asText(part['text']) ?? '' };
    case 'refusal':
      return { type: 'text', text: asText(part['refusal']) ?? '' };
    case 'input_image': {
      const detail = asText(part['detail']);
      const source = readMediaUrl(needAddress(part['image_url']));
      return { type: 'image', source, ...(detail === null ? {} : { detail }) };
    }
    case 'input_file':
      return readFile(part);
    default:
      throw new Untranslatable(`A part of type ${JSON.stringify(part['type'])} can't be translated.`);
  }
}

function needAddress(value: unknown): string {
  const url = asText(value);
  if (url !== null) return url;
  throw new Untranslatable('A file id belongs to the account that holds the file: send its bytes instead.');
}

function readFile(part: JsonObject): DocumentPart {
  const title = asText(part['filename']);
  const data = asText(part['file_data']);
  if (data === null)
    return { type: 'document', title, source: { kind: 'url', url: needAddress(part['file_url']) } };
  const source: MediaSource = readMediaUrl(data);
  if (source.kind === 'base64') return { type: 'document', title, source };
  const mediaType = mediaTypeOf(title ?? '', 'application/pdf');
  return { type: 'document', title, source: { kind: 'base64', mediaType, data } };
}

function readReasoning(item: JsonObject): ThinkingPart {
  const shown = [...objectsOf(item['summary']), ...objectsOf(item['content'])];
  const text = shown.map((part) => asText(part['text']) ?? '').join('\n\n');
  const signature = openSignature(asText(item['encrypted_content']), 'openai-responses');
  return { type: 'thinking', text, signature };
}

function readCall(item: JsonObject, args: string): ToolCallPart {
  const name = toolNameOf(asText(item['namespace']), needText(item['name'], 'name of a tool call'));
  return { type: 'tool_call', id: asText(item['call_id']) ?? '', name, arguments: args };
}

function readOutput(item: JsonObject): Part {
  const { output } = item;
  // Codex's older form: the output is an object with the text inside.
  const parts = readContent(asObject(output)?.['content'] ?? output);
  return { type: 'tool_result', callId: asText(item['call_id']) ?? '', parts, isError: false };
}
