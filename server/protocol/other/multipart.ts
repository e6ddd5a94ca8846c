const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;

/** Of one form: more parts, or a longer head, is no form of an API's. */
const MAX_PARTS = 1_000;
const MAX_HEAD_BYTES = 8 * 1024;
/** Values that are looked at: names, numbers and ids; a prompt is not needed. */
const MAX_VALUE_BYTES = 1024;
/** A search may compare so many bytes for each byte of the form; one made to be slow compares more. */
const MAX_WORK = 4;

/** A field of a form, with its value where it is short, and where the value stands. */
export interface FormField {
  readonly name: string;
  readonly isFile: boolean;
  /** `null`: a file, or too long to be of interest. */
  readonly value: string | null;
  readonly start: number;
  readonly end: number;
}

/** The boundary that a content type names (RFC 2046, 5.1.1); `null`: it is no form, or names none. */
export function formBoundary(contentType: string): string | null {
  if (!/^\s*multipart\/form-data\s*(?:;|$)/i.test(contentType)) return null;
  const found = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return found?.[1] ?? found?.[2] ?? null;
}

/**
 * Reads the fields of a form (RFC 7578) without copying or altering it. `null`: it is none, it ends before its end, or
 * it is built so that reading would take long.
 */
export function readForm(bytes: Uint8Array, boundary: string): readonly FormField[] | null {
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  const search = new Search(bytes, delimiter);
  const fields: FormField[] = [];
  // The first delimiter may stand at the very beginning, without a line end before it.
  let at = startsWith(bytes, delimiter.subarray(2)) ? delimiter.length - 2 : search.after(0);
  for (;;) {
    if (at === null) return null;
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return fields;
    const line = lineEnd(bytes, at);
    if (line === null || fields.length >= MAX_PARTS) return null;
    const head = readHead(bytes, line);
    // An empty part has its delimiter right behind its head.
    const next = head && search.after(head.end - 2);
    if (!head || !next) return null;
    const end = Math.max(head.end, next - delimiter.length);
    const short = !head.isFile && end - head.end <= MAX_VALUE_BYTES;
    const value = short ? new TextDecoder().decode(bytes.subarray(head.end, end)) : null;
    fields.push({ name: head.name, isFile: head.isFile, value, start: head.end, end });
    at = next;
  }
}

interface PartHead {
  readonly name: string;
  readonly isFile: boolean;
  /** Where the value begins. */
  readonly end: number;
}

/** A part without a name is none of a form's. */
function readHead(bytes: Uint8Array, start: number): PartHead | null {
  const limit = Math.min(bytes.length, start + MAX_HEAD_BYTES);
  let end = start;
  while (end < limit) {
    const next = bytes.indexOf(CR, end);
    if (next === -1 || next >= limit || bytes[next + 1] !== LF) return null;
    if (next === end) break;
    end = next + 2;
  }
  if (end >= limit) return null;
  const text = new TextDecoder().decode(bytes.subarray(start, end));
  // Some readers end a line there.
  if (text.replaceAll('\r\n', '').includes('\n')) return null;
  const dispositions = text.split('\r\n').filter((line) => /^content-disposition\s*:/i.test(line));
  const [disposition] = dispositions;
  if (disposition === undefined || dispositions.length > 1) return null;
  const names = parameters(disposition, 'name');
  const [name] = names;
  // Readers disagree on which of two names counts.
  if (name === undefined || names.length > 1 || /;\s*name\*/i.test(disposition)) return null;
  const isFile = parameters(disposition, 'filename').length > 0 || /;\s*filename\*/i.test(disposition);
  return { name, isFile, end: end + 2 };
}

/** Values of a parameter, quoted or not; what is inside of other quotes does not count. */
function parameters(header: string, wanted: string): readonly string[] {
  const found: string[] = [];
  for (const [, name, quoted, plain] of header.matchAll(
    /;\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g,
  )) {
    if (name?.toLowerCase() === wanted) found.push(quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '');
  }
  return found;
}

/** Where the line after a delimiter ends: nothing but white space may stand there. */
function lineEnd(bytes: Uint8Array, from: number): number | null {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : null;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

/** Horspool's search: files are skipped by the length of the delimiter. */
class Search {
  readonly #bytes: Uint8Array;
  readonly #needle: Uint8Array;
  readonly #skips: Uint8Array;
  #work: number;

  constructor(bytes: Uint8Array, needle: Uint8Array) {
    this.#bytes = bytes;
    this.#needle = needle;
    this.#work = bytes.length * MAX_WORK + 4096;
    this.#skips = new Uint8Array(256).fill(needle.length);
    for (let at = 0; at < needle.length - 1; at++) this.#skips[needle[at] ?? 0] = needle.length - 1 - at;
  }

  /** One past the first occurrence that begins at `from` or later; `null`: none, or it takes too long to say. */
  after(from: number): number | null {
    const bytes = this.#bytes;
    const needle = this.#needle;
    const last = needle.length - 1;
    let at = from;
    while (at + last < bytes.length) {
      let place = last;
      while (place >= 0 && bytes[at + place] === needle[place]) place--;
      if (place < 0) return at + needle.length;
      this.#work -= last - place + 1;
      if (this.#work < 0) return null;
      at += this.#skips[bytes[at + last] ?? 0] ?? 1;
    }
    return null;
  }
}
