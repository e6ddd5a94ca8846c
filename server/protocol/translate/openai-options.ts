import type { JsonObject } from '../read-json.ts';
import type { DialogueProtocol } from './dialogue.ts';
import { unknownMembers } from './read-fields.ts';
import type { Warnings } from './warnings.ts';

/** Options that Chat Completions and Responses share, values included. */
const SHARED = new Set(['metadata', 'service_tier', 'prompt_cache_retention', 'prompt_cache_options']);

/** Takes the shared options of a request, and warns of members that are neither these nor known. */
export function readOpenaiOptions(
  body: JsonObject,
  known: ReadonlySet<string>,
  warnings: Warnings,
): JsonObject {
  const rest = unknownMembers(body, known);
  for (const name of rest) if (!SHARED.has(name)) warnings.leftOut(name);
  return Object.fromEntries(rest.filter((name) => SHARED.has(name)).map((name) => [name, body[name]]));
}

/** Warns of shared options where the target is not OpenAI's. */
export function warnOfOpenaiOptions(options: JsonObject, to: DialogueProtocol, warnings: Warnings): void {
  if (to === 'openai-chat' || to === 'openai-responses') return;
  for (const name of Object.keys(options)) warnings.leftOut(name);
}
