import type { SignedReasoning } from '../../core/ports/codec.ts';
import { asObject, asText, type JsonObject, parseObject } from '../read-json.ts';
import { isBound, signatureName, signedReasoning } from '../signed-reasoning.ts';
import { claudeTraits } from './claude-models.ts';
import type { Dialogue, DialogueProtocol, Part, Signature } from './dialogue.ts';
import { objectsOf } from './read-fields.ts';
import { isSealed, openSignature } from './signature-seal.ts';
import type { Warnings } from './warnings.ts';
import { NOT_SIGNED } from './write-gemini-contents.ts';

/** A body without the reasoning that its provider could not read. */
export interface Readable {
  readonly body: Uint8Array;
  /** What is left in it. */
  readonly signed: SignedReasoning;
  readonly warnings: readonly string[];
}

const SEALED = 'reasoning that a provider of another protocol has signed was left out';
const OTHER_ACCOUNT = 'reasoning that only another account can read was left out';
const encoder = new TextEncoder();

/**
 * Takes out of a conversation what other providers have signed while they answered it in between, and what is named
 * `foreign`: another account made it. `null`: the body is no conversation.
 */
export function removeForeign(
  protocol: DialogueProtocol,
  raw: Uint8Array,
  foreign: ReadonlySet<string>,
): Readable | null {
  const body = parseObject(new TextDecoder().decode(raw).trim());
  if (!body) return null;
  const removal = new Removal(protocol, foreign);
  const readable = removal.of(body);
  return {
    body: encoder.encode(JSON.stringify(readable)),
    signed: signedReasoning(protocol, readable),
    warnings: [...removal.warnings],
  };
}

/** A dialogue without the signatures that are named `foreign`; the text of the reasoning stays. */
export function withoutForeign(
  turns: Dialogue['turns'],
  foreign: ReadonlySet<string>,
  warnings: Warnings,
): Dialogue['turns'] {
  if (foreign.size === 0) return turns;
  const unsigned = (part: Part): Part => {
    if (part.type !== 'thinking' || !isForeign(part.signature, foreign)) return part;
    warnings.say(OTHER_ACCOUNT);
    return { ...part, signature: null };
  };
  return turns.map((turn) => ({ ...turn, parts: turn.parts.map(unsigned) }));
}

function isForeign(signature: Signature | null, foreign: ReadonlySet<string>): boolean {
  return signature !== null && isBound(signature.origin) && foreign.has(signatureName(signature.value));
}

class Removal {
  readonly #protocol: DialogueProtocol;
  readonly #foreign: ReadonlySet<string>;
  readonly warnings = new Set<string>();

  constructor(protocol: DialogueProtocol, foreign: ReadonlySet<string>) {
    this.#protocol = protocol;
    this.#foreign = foreign;
  }

  of(body: JsonObject): JsonObject {
    switch (this.#protocol) {
      case 'openai-chat':
        return body;
      case 'openai-responses':
        return { ...body, input: this.#withoutReasoning(body['input']) };
      case 'anthropic-messages':
        return this.#messages(body);
      case 'gemini-generate':
        return { ...body, contents: objectsOf(body['contents']).map((content) => this.#content(content)) };
    }
  }

  /** Whether the provider could not read it; says so. */
  #hides(value: unknown): boolean {
    const text = asText(value);
    if (isSealed(text)) this.warnings.add(SEALED);
    else if (isForeign(openSignature(text, this.#protocol), this.#foreign)) this.warnings.add(OTHER_ACCOUNT);
    else return false;
    return true;
  }

  /**
   * OpenAI looks up items by their ids where it stored them, and then insists on the reasoning before a call: what
   * stays goes without them.
   */
  #withoutReasoning(items: unknown): unknown {
    if (!Array.isArray(items)) return items;
    const kept = items.filter((item) => !this.#hides(asObject(item)?.['encrypted_content']));
    if (kept.length === items.length) return items;
    return kept.map((item: unknown) => {
      const object = asObject(item);
      if (object?.['id'] === undefined || object['type'] === 'item_reference') return item;
      if (object['type'] === 'reasoning') return item;
      const { id: _, ...rest } = object;
      return rest;
    });
  }

  #messages(body: JsonObject): JsonObject {
    const messages = objectsOf(body['messages']).map((message) => {
      const { content } = message;
      if (!Array.isArray(content)) return message;
      const blocks = content.filter((block: unknown) => {
        const { signature, data } = asObject(block) ?? {};
        return !this.#hides(signature) && !this.#hides(data);
      });
      return { ...message, content: blocks };
    });
    const kept = messages.filter(({ content }) => !Array.isArray(content) || content.length > 0);
    if (!lacksThinking(body, kept)) return { ...body, messages: kept };
    this.warnings.add(
      'Anthropic does not begin to think between a tool call and its result: thinking is off here',
    );
    const { thinking: _, ...rest } = body;
    return { ...rest, messages: kept };
  }

  #content(content: JsonObject): JsonObject {
    const parts = objectsOf(content['parts']).map((part) => {
      if (!this.#hides(part['thoughtSignature'])) return part;
      const { thoughtSignature: _, ...rest } = part;
      return part['functionCall'] === undefined ? rest : { ...rest, thoughtSignature: NOT_SIGNED };
    });
    return { ...content, parts };
  }
}

/** With a budget, the assistant's turn that tool results answer has to begin with thinking. */
function lacksThinking(body: JsonObject, messages: readonly JsonObject[]): boolean {
  if (asObject(body['thinking'])?.['type'] !== 'enabled') return false;
  if (claudeTraits(String(body['model'])).thinking === 'adaptive') return false;
  const answered = objectsOf(messages.at(-1)?.['content']).some(({ type }) => type === 'tool_result');
  const first = objectsOf(messages.at(-2)?.['content'])[0]?.['type'];
  return answered && first !== 'thinking' && first !== 'redacted_thinking';
}
