import type { DialogueProtocol } from './dialogue.ts';

const NAMES: Readonly<Record<DialogueProtocol, string>> = {
  'openai-chat': 'Chat Completions',
  'openai-responses': 'Responses',
  'anthropic-messages': 'Anthropic Messages',
  'gemini-generate': 'Gemini',
};

/** They go into a header and into the trace: bounded in number and length, and plain. */
const MAX_SENTENCES = 32;
const MAX_LENGTH = 200;

/** What a translation could not carry over, each sentence once, in the order in which it was met. */
export class Warnings {
  readonly #to: string;
  readonly #sentences = new Set<string>();

  constructor(to: DialogueProtocol) {
    this.#to = NAMES[to];
  }

  /** Something of the request that the target has no place for. */
  leftOut(what: string): void {
    this.say(`${what} is not known to ${this.#to} and was left out`);
  }

  say(sentence: string): void {
    if (this.#sentences.size >= MAX_SENTENCES) return;
    this.#sentences.add(sentence.replace(/[^ -~]/g, '?').slice(0, MAX_LENGTH));
  }

  list(): readonly string[] {
    return [...this.#sentences];
  }
}
