import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { DialogueProtocol } from '../../server/protocol/translate/dialogue.ts';

/** Where the golden files of translation are. */
export const GOLDEN = path.join(import.meta.dirname, 'golden', 'translate');

export const DIALOGUE_PROTOCOLS: readonly DialogueProtocol[] = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
];

/** Every two protocols, in both directions. */
export const PAIRS = DIALOGUE_PROTOCOLS.flatMap((from) =>
  DIALOGUE_PROTOCOLS.filter((to) => to !== from).map((to) => [from, to] as const),
);

/** A model of each provider's, whose traits the translation knows. */
export const MODELS: Readonly<Record<DialogueProtocol, string>> = {
  'openai-chat': 'gpt-5',
  'openai-responses': 'gpt-5',
  'anthropic-messages': 'claude-sonnet-4-5',
  'gemini-generate': 'gemini-2.5-pro',
};

/** The cases of a protocol: files that are no translations. */
export function casesOf(kind: 'requests' | 'answers', protocol: DialogueProtocol): readonly string[] {
  return readdirSync(path.join(GOLDEN, kind, protocol))
    .filter((file) => file.endsWith('.json') && !file.includes('.to-'))
    .map((file) => file.replace(/\.json$/, ''));
}
