import type { SignedReasoning } from '../core/ports/codec.ts';
import { asObject, asText, type JsonObject } from './read-json.ts';
import type { DialogueProtocol } from './translate/dialogue.ts';
import { isSealed, openSignature } from './translate/signature-seal.ts';

/** Of a request: the newest count. */
const MAX_NAMES = 2_048;
/** They end in what their provider signs or encrypts them with, which differs from one to the next. */
const NAME_CHARACTERS = 32;
const NOTHING: readonly unknown[] = [];

export const NOTHING_SIGNED: SignedReasoning = { bound: [], needed: [], sealed: false };

/**
 * Protocols whose providers take back only reasoning that they made for the same account: OpenAI compares the
 * organisation (github.com/openai/codex/issues/13724), Google refuses the signature
 * (github.com/Wei-Shaw/sub2api/pull/393). Anthropic's signatures are good on every platform that serves Claude
 * (docs.anthropic.com, "Extended thinking").
 */
export function isBound(origin: DialogueProtocol): boolean {
  return origin === 'openai-responses' || origin === 'gemini-generate';
}

/** A short name of a signature or of encrypted reasoning, the same wherever it comes by. */
export function signatureName(value: string): string {
  return `sig:${value.length}:${value.slice(-NAME_CHARACTERS)}`;
}

/** What a conversation holds of reasoning that only its maker can read. Every request is looked through: it is quick. */
export function signedReasoning(protocol: DialogueProtocol, body: JsonObject): SignedReasoning {
  const found = new Found(protocol);
  switch (protocol) {
    case 'openai-chat':
      // It has no place for signatures.
      return NOTHING_SIGNED;
    case 'openai-responses':
      for (const item of listOf(body['input'])) found.item(asObject(item));
      break;
    case 'anthropic-messages':
      for (const message of listOf(body['messages'])) {
        for (const block of listOf(asObject(message)?.['content'])) found.block(asObject(block));
      }
      break;
    case 'gemini-generate':
      for (const content of listOf(body['contents'])) {
        for (const part of listOf(asObject(content)?.['parts'])) {
          found.signature(asObject(part)?.['thoughtSignature']);
        }
      }
      break;
  }
  return found.reasoning();
}

/** Names of the reasoning in an answer's items. */
export function boundInItems(items: unknown): readonly string[] {
  return listOf(items).flatMap((item) => nameIn(asObject(item), 'encrypted_content'));
}

/** Names of the thoughts in an answer of Gemini, or in a piece of one. */
export function boundInParts(parts: readonly (JsonObject | null)[]): readonly string[] {
  return parts.flatMap((part) => nameIn(part, 'thoughtSignature'));
}

class Found {
  readonly #protocol: DialogueProtocol;
  readonly #bound: string[] = [];
  readonly #needed: string[] = [];
  #sealed = false;

  constructor(protocol: DialogueProtocol) {
    this.#protocol = protocol;
  }

  item(item: JsonObject | null): void {
    const content = item?.['encrypted_content'];
    if (content === undefined) return;
    // It stands for all that was said before (OpenAI, "Compaction").
    if (item?.['type'] === 'compaction') this.#needed.push(...nameIn(item, 'encrypted_content'));
    else this.signature(content);
  }

  block(block: JsonObject | null): void {
    this.signature(block?.['type'] === 'redacted_thinking' ? block['data'] : block?.['signature']);
  }

  signature(value: unknown): void {
    const text = asText(value);
    if (text === null || text === '') return;
    if (!isSealed(text)) {
      if (isBound(this.#protocol)) this.#bound.push(signatureName(text));
      return;
    }
    this.#sealed = true;
    const opened = openSignature(text, this.#protocol);
    if (opened && isBound(opened.origin)) this.#bound.push(signatureName(opened.value));
  }

  reasoning(): SignedReasoning {
    if (this.#bound.length === 0 && this.#needed.length === 0 && !this.#sealed) return NOTHING_SIGNED;
    return { bound: this.#bound.slice(-MAX_NAMES), needed: this.#needed, sealed: this.#sealed };
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NOTHING;
}

function nameIn(object: JsonObject | null, member: string): readonly string[] {
  const text = asText(object?.[member]);
  return text === null || text === '' ? [] : [signatureName(text)];
}
