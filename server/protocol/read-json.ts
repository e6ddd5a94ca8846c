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

/**
 * Where the value of the first member of this name begins in a JSON text, -1 if there is none. A search, not a
 * parse: inside of strings quotes are escaped, so that only members are found. White space may follow the name.
 */
function valueStart(text: string, name: string): number {
  const quoted = `"${name}"`;
  for (let found = text.indexOf(quoted); found !== -1; found = text.indexOf(quoted, found + 1)) {
    const colon = skipSpace(text, found + quoted.length);
    if (text[colon] === ':') return skipSpace(text, colon + 1);
  }
  return -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at++;
  return at;
}

/** Whether a member of this name has a value that begins like this: `"` for text, `{` for an object. */
export function hasMember(text: string, name: string, first: '"' | '{'): boolean {
  const at = valueStart(text, name);
  return at !== -1 && text[at] === first;
}

/** UTF-8 bytes of the text that is the value of the first member of this name, escapes counted as written. */
export function textBytes(text: string, name: string): number {
  const at = valueStart(text, name);
  if (at === -1 || text[at] !== '"') return 0;
  let bytes = 0;
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 0x22) break;
    if (code === 0x5c) {
      bytes++;
      end++;
    }
    // Half of a surrogate pair stands for two of its four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return bytes;
}
