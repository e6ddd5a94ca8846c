import type { DialogueProtocol } from './dialogue.ts';

/** How a protocol lets names and ids be written. */
interface NameRule {
  readonly allowed: RegExp;
  readonly max: number;
}

const PLAIN = /^[a-zA-Z0-9_-]+$/;
const PRINTABLE = /^[\x21-\x7e]+$/;

/** Names of tools (the pattern that each provider's error names; ai.google.dev/api/caching#FunctionDeclaration). */
const TOOL_NAMES: Readonly<Record<DialogueProtocol, NameRule>> = {
  'openai-chat': { allowed: PLAIN, max: 64 },
  'openai-responses': { allowed: PLAIN, max: 64 },
  'anthropic-messages': { allowed: PLAIN, max: 128 },
  'gemini-generate': { allowed: /^[a-zA-Z_][a-zA-Z0-9_.:-]*$/, max: 64 },
};

/** Ids of tool calls (OpenAI's errors "string too long" name the limits). */
const CALL_IDS: Readonly<Record<DialogueProtocol, NameRule>> = {
  'openai-chat': { allowed: PRINTABLE, max: 40 },
  'openai-responses': { allowed: PRINTABLE, max: 64 },
  'anthropic-messages': { allowed: PLAIN, max: 128 },
  'gemini-generate': { allowed: PRINTABLE, max: 256 },
};

/** A tool's name as the protocol takes it. */
export function toolNameFor(protocol: DialogueProtocol, name: string): string {
  return wireName(name, TOOL_NAMES[protocol]);
}

/** The id of a tool call as the protocol takes it. */
export function callIdFor(protocol: DialogueProtocol, id: string): string {
  return wireName(id, CALL_IDS[protocol]);
}

/**
 * A name that is refused is altered, always in the same way, and ends in a hash of the original, so that two names
 * never become one.
 */
function wireName(name: string, { allowed, max }: NameRule): string {
  if (name.length <= max && allowed.test(name)) return name;
  const hash = fnv(name);
  const plain = name.replace(/[^a-zA-Z0-9_-]/g, '_').replace(/^[^a-zA-Z_]/, '_');
  return `${plain.slice(0, max - hash.length - 1)}_${hash}`;
}

function fnv(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
