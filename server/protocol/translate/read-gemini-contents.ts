import { asObject, asText, type JsonObject } from '../read-json.ts';
import type { DocumentPart, ImagePart, Part, Signature, TextPart, Turn } from './dialogue.ts';
import { objectsOf, objectText } from './read-fields.ts';
import { openSignature } from './signature-seal.ts';
import { Untranslatable } from './untranslatable.ts';
import type { Warnings } from './warnings.ts';

/** Instructions: a content of which only the texts count. */
export function readSystem(value: unknown): readonly TextPart[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }];
  const texts = objectsOf(asObject(value)?.['parts']).map((part) => asText(part['text']) ?? '');
  return texts.filter((text) => text !== '').map((text) => ({ type: 'text', text }));
}

/** Reads a conversation. Calls may have no ids: they are counted, and results find theirs by name and order. */
export function readContents(contents: readonly JsonObject[], warnings: Warnings): readonly Turn[] {
  const reader = new ContentsReader(warnings);
  return contents.map((content) => reader.turn(content));
}

class ContentsReader {
  readonly #warnings: Warnings;
  /** Calls that no result has answered yet. */
  readonly #unanswered: { readonly id: string; readonly name: string }[] = [];
  #count = 0;

  constructor(warnings: Warnings) {
    this.#warnings = warnings;
  }

  turn(content: JsonObject): Turn {
    const role = content['role'] === 'model' ? 'assistant' : 'user';
    return { role, parts: joinSignatures(objectsOf(content['parts']).flatMap((part) => this.#part(part))) };
  }

  #part(part: JsonObject): readonly Part[] {
    const signature = openSignature(asText(part['thoughtSignature']), 'gemini-generate');
    const text = asText(part['text']);
    if (part['thought'] === true) return [{ type: 'thinking', text: text ?? '', signature }];
    return [...signed(signature), ...this.#content(part, text)];
  }

  #content(part: JsonObject, text: string | null): readonly Part[] {
    if (text !== null) return text === '' ? [] : [{ type: 'text', text }];
    const call = asObject(part['functionCall']);
    if (call) return [this.#call(call)];
    const response = asObject(part['functionResponse']);
    if (response) return [this.#result(response)];
    const inline = asObject(part['inlineData'] ?? part['inline_data']);
    const file = asObject(part['fileData'] ?? part['file_data']);
    if (inline || file) return [readMedia(inline, file)];
    const [name = 'nothing'] = Object.keys(part).filter((key) => key !== 'thoughtSignature');
    this.#warnings.leftOut(`a part with ${name}`);
    return [];
  }

  #call(call: JsonObject): Part {
    const name = asText(call['name']) ?? '';
    const id = asText(call['id']) ?? `call_${this.#count++}`;
    this.#unanswered.push({ id, name });
    return { type: 'tool_call', id, name, arguments: objectText(call['args']) };
  }

  #result(response: JsonObject): Part {
    const name = asText(response['name']) ?? '';
    const given = asText(response['id']);
    const open = this.#unanswered.findIndex((call) =>
      given === null ? call.name === name : call.id === given,
    );
    const found = open === -1 ? undefined : this.#unanswered.splice(open, 1)[0];
    const callId = given ?? found?.id ?? '';
    return { type: 'tool_result', callId, ...readResponse(response) };
  }
}

/** A signature that follows thoughts is theirs. */
function joinSignatures(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    const follows = last?.type === 'thinking' && !last.signature && part.type === 'thinking';
    if (follows && part.text === '') joined[joined.length - 1] = { ...last, signature: part.signature };
    else joined.push(part);
  }
  return joined;
}

function signed(signature: Signature | null): readonly Part[] {
  return signature ? [{ type: 'thinking', text: '', signature }] : [];
}

/** A result is an object: its text is in `output`, or in `error`; anything else is data (FunctionResponse). */
function readResponse(response: JsonObject): {
  readonly parts: readonly (TextPart | ImagePart | DocumentPart)[];
  readonly isError: boolean;
} {
  const value = asObject(response['response']) ?? {};
  const names = Object.keys(value);
  const only = names.length === 1 ? names[0] : undefined;
  const told = only === 'output' || only === 'error' || only === 'result' ? asText(value[only]) : null;
  const text = told ?? (names.length === 0 ? '' : JSON.stringify(value));
  const media = objectsOf(response['parts']).map((part) =>
    readMedia(asObject(part['inlineData']), asObject(part['fileData'])),
  );
  return {
    parts: [...(text === '' ? [] : [{ type: 'text', text } as const]), ...media],
    isError: only === 'error',
  };
}

function readMedia(inline: JsonObject | null, file: JsonObject | null): ImagePart | DocumentPart {
  const mediaType =
    asText(inline?.['mimeType'] ?? inline?.['mime_type'] ?? file?.['mimeType'] ?? file?.['mime_type']) ?? '';
  if (/^(audio|video)\//.test(mediaType)) {
    throw new Untranslatable(
      'Audio and video can only be sent to a provider that speaks the protocol of the request.',
    );
  }
  const title = asText(inline?.['displayName'] ?? file?.['displayName']);
  const source = inline
    ? ({ kind: 'base64', mediaType, data: asText(inline['data']) ?? '' } as const)
    : ({ kind: 'url', url: ownAddress(asText(file?.['fileUri'] ?? file?.['file_uri']) ?? '') } as const);
  return mediaType.startsWith('image/') ? { type: 'image', source } : { type: 'document', title, source };
}

/** Files that were uploaded to Google can only be read by the project that holds them. */
function ownAddress(url: string): string {
  if (/^https?:\/\//.test(url) && !url.startsWith('https://generativelanguage.googleapis.com/')) return url;
  throw new Untranslatable('A file of Google belongs to the project that holds it: send its bytes instead.');
}
