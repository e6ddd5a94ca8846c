/** One member of a JSON object's top level, as byte offsets into the document. */
export interface JsonMember {
  readonly key: string;
  /** First byte of the value. */
  readonly start: number;
  /** One past the last byte of the value. */
  readonly end: number;
}

export interface JsonMembers {
  readonly members: readonly JsonMember[];
  /** One past the opening brace: where a new first member may be inserted. */
  readonly open: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const decoder = new TextDecoder();

/**
 * Finds the top-level members of a JSON object without parsing it: structure bytes are ASCII, so that this is
 * safe on UTF-8, and strings are skipped with the runtime's own byte search. The document must have passed
 * `JSON.parse`; `null` if it is not an object.
 */
export function topLevelMembers(bytes: Uint8Array): JsonMembers | null {
  let at = skipSpace(bytes, startsWithMark(bytes) ? 3 : 0);
  if (bytes[at] !== 0x7b) return null;
  const open = ++at;
  const members: JsonMember[] = [];
  for (;;) {
    at = skipSpace(bytes, at);
    if (bytes[at] === 0x2c) at = skipSpace(bytes, at + 1);
    if (bytes[at] !== QUOTE) return { members, open };
    const keyEnd = stringEnd(bytes, at);
    const key = readKey(bytes, at, keyEnd);
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== 0x3a) return { members, open };
    const start = skipSpace(bytes, at + 1);
    const end = valueEnd(bytes, start);
    if (end <= start) return { members, open };
    members.push({ key, start, end });
    at = end;
  }
}

/** A key with escapes (`"mod\u0065l"`) means the same as without: it is decoded, or an edit could be dodged. */
function readKey(bytes: Uint8Array, start: number, end: number): string {
  const text = decoder.decode(bytes.subarray(start, end));
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}

/** The byte order mark, which decoding takes away before `JSON.parse` sees it (RFC 8259, 8.1). */
function startsWithMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

/** One past the closing quote of the string that opens at `start`. */
function stringEnd(bytes: Uint8Array, start: number): number {
  let from = start + 1;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote === -1) return bytes.length;
    let slashes = 0;
    while (bytes[quote - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

function valueEnd(bytes: Uint8Array, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return stringEnd(bytes, start);
  if (first !== 0x7b && first !== 0x5b) return scalarEnd(bytes, start);
  let depth = 0;
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = stringEnd(bytes, at);
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      depth--;
      if (depth === 0) return at + 1;
    }
    at++;
  }
  return bytes.length;
}

function scalarEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x2c || byte === 0x7d || byte === 0x5d || byte <= 0x20) return at;
    at++;
  }
  return at;
}
