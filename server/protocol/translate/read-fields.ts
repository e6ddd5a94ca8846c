import { asObject, asText, type JsonObject } from '../read-json.ts';
import type { CacheHint } from './dialogue.ts';
import type { Warnings } from './warnings.ts';
import { Untranslatable } from './untranslatable.ts';

/** The objects of an array; anything else in it is left out, no array is an empty one. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(asObject).filter((entry) => entry !== null) : [];
}

export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** A text that the request has to have. */
export function needText(value: unknown, where: string): string {
  const text = asText(value);
  if (text === null) throw new Untranslatable(`The request's ${where} must be a text.`);
  return text;
}

/** JSON text of a value that should be an object; that of an empty one where it is none. */
export function objectText(value: unknown): string {
  return JSON.stringify(asObject(value) ?? {});
}

/** JSON text as the object that it should be; a tool's arguments need not be valid. */
export function objectOf(text: string): JsonObject | null {
  if (text.trim() === '') return {};
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Anthropic's `cache_control` as a member to add to a part. */
export function cacheHint(value: JsonObject): { readonly cache?: CacheHint } {
  const control = asObject(value['cache_control']);
  return control ? { cache: { ttl: control['ttl'] === '1h' ? '1h' : '5m' } } : {};
}

/** Members of an object that `known` doesn't name and that say something. */
export function unknownMembers(value: JsonObject, known: ReadonlySet<string>): readonly string[] {
  return Object.keys(value).filter((name) => !known.has(name) && saysSomething(value[name]));
}

/** Warns of what a part of the request says beyond what is read of it. `where`: the part's name with its dot. */
export function warnOfUnknown(
  value: JsonObject | null,
  known: ReadonlySet<string>,
  where: string,
  warnings: Warnings,
): void {
  for (const name of unknownMembers(value ?? {}, known)) warnings.leftOut(`${where}${name}`);
}

function saysSomething(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
