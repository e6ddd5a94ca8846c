import { asObject, type JsonObject, parseObject } from '../read-json.ts';
import { claudeTraits } from './claude-models.ts';
import type { DialogueProtocol } from './dialogue.ts';
import { objectsOf } from './read-fields.ts';
import { isSealed, mayHoldSeals } from './signature-seal.ts';
import { NOT_SIGNED } from './write-gemini-contents.ts';

/** A body without the reasoning that only providers of other protocols can read. */
export interface Unsealed {
  readonly body: Uint8Array;
  readonly warnings: readonly string[];
}

const REMOVED = 'reasoning that a provider of another protocol has signed was left out';
const encoder = new TextEncoder();

/**
 * A conversation that other providers have answered in between holds signatures that the caller's own protocol does
 * not know. `null`: there are none, and the bytes can pass as they are.
 */
export function removeSeals(protocol: DialogueProtocol, raw: Uint8Array): Unsealed | null {
  // Chat Completions have no place for signatures.
  if (protocol === 'openai-chat' || !mayHoldSeals(raw)) return null;
  const body = parseObject(new TextDecoder().decode(raw).trim());
  if (!body) return null;
  switch (protocol) {
    case 'openai-responses':
      return unsealed({ ...body, input: withoutSealed(body['input'], 'encrypted_content') });
    case 'anthropic-messages':
      return unsealMessages(body);
    case 'gemini-generate':
      return unsealed({ ...body, contents: objectsOf(body['contents']).map(unsealContent) });
  }
}

function unsealed(body: JsonObject, ...more: readonly string[]): Unsealed {
  return { body: encoder.encode(JSON.stringify(body)), warnings: [REMOVED, ...more] };
}

/** A list without the objects whose member is sealed; anything else stays as it is. */
function withoutSealed(list: unknown, ...members: readonly string[]): unknown {
  if (!Array.isArray(list)) return list;
  return list.filter((entry) => !members.some((name) => isSealed(asObject(entry)?.[name])));
}

function unsealMessages(body: JsonObject): Unsealed {
  const messages = objectsOf(body['messages']).map((message) => ({
    ...message,
    content: withoutSealed(message['content'], 'signature', 'data'),
  }));
  const kept = messages.filter(({ content }) => !Array.isArray(content) || content.length > 0);
  if (!lacksThinking(body, kept)) return unsealed({ ...body, messages: kept });
  const { thinking: _, ...rest } = body;
  return unsealed(
    { ...rest, messages: kept },
    'Anthropic does not begin to think between a tool call and its result: thinking is off here',
  );
}

/** With a budget, the assistant's turn that tool results answer has to begin with thinking. */
function lacksThinking(body: JsonObject, messages: readonly JsonObject[]): boolean {
  if (asObject(body['thinking'])?.['type'] !== 'enabled') return false;
  if (claudeTraits(String(body['model'])).thinking === 'adaptive') return false;
  const answered = objectsOf(messages.at(-1)?.['content']).some(({ type }) => type === 'tool_result');
  const first = objectsOf(messages.at(-2)?.['content'])[0]?.['type'];
  return answered && first !== 'thinking' && first !== 'redacted_thinking';
}

function unsealContent(content: JsonObject): JsonObject {
  const parts = objectsOf(content['parts']).map((part) => {
    if (!isSealed(part['thoughtSignature'])) return part;
    const { thoughtSignature: _, ...rest } = part;
    return part['functionCall'] === undefined ? rest : { ...rest, thoughtSignature: NOT_SIGNED };
  });
  return { ...content, parts };
}
