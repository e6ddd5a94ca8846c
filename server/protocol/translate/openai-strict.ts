import type { JsonObject } from '../read-json.ts';
import { isStrict } from './json-schema.ts';
import type { Warnings } from './warnings.ts';

/** OpenAI refuses to be strict about schemas that leave something open; others are strict about them too. */
export function strictFor(schema: JsonObject, strict: boolean, warnings: Warnings): boolean {
  if (!strict || isStrict(schema)) return strict;
  warnings.say(
    'OpenAI is strict only where every member is required and no other allowed: "strict" was left out',
  );
  return false;
}
