/** A JSON object as it comes off the wire: every field has to be looked at before it is trusted. */
export type JsonObject = { readonly [key: string]: unknown };

/** The value as an object, or `null`. Arrays are not objects here. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** A whole number of at least zero; anything else counts as `fallback`. */
export function asCount(value: unknown, fallback = 0): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fallback;
}

export function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Parses a JSON object; `null` if the text is not one. */
export function parseObject(text: string): JsonObject | null {
  // A throwing JSON.parse is dear: what can't be an object is not tried.
  if (text.charCodeAt(0) !== 0x7b) return null;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Bytes of a string value that follows `marker` (which ends in its opening quote), escapes counted as written. */
export function quotedLength(text: string, marker: string): number {
  const found = text.indexOf(marker);
  if (found === -1) return 0;
  const start = found + marker.length;
  let end = text.indexOf('"', start);
  while (end !== -1 && text.charCodeAt(end - 1) === 0x5c) end = text.indexOf('"', end + 1);
  return (end === -1 ? text.length : end) - start;
}
