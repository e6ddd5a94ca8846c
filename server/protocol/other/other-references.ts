import type { OtherProtocol } from '../../../shared/model/trace.ts';
import { asObject } from '../read-json.ts';

/** Of one request: more would be none of a person's. */
const MAX_REFERENCES = 64;
/** Values of a body that are looked at. */
const MAX_VALUES = 10_000;

/** `file-abc`, `batch_68a1...`: a kind, and then what no word of a path has. */
const ID = /^(?:[a-z]+-[\w-]{1,128}|(?=.*[\dA-Z])[a-z]+(?:_[a-z]+)*_[\w-]{1,128})$/;
/** Members that hold ids of what an account keeps. */
const HOLDS_ID =
  /^(?!custom_id$|user_id$)(?:(?:.+_)?ids?|(?:training|validation)_file|container|conversation)$/;
const GOOGLE_NAME = /(?:^|\/)((?:files|cachedContents|batches|fileSearchStores|tunedModels)\/[\w.-]{1,128})/;

/** What a path names that only the account that made it can reach. */
export function pathReferences(dialect: OtherProtocol, path: string): readonly string[] {
  if (dialect === 'gemini-other') {
    const name = GOOGLE_NAME.exec(path)?.[1];
    return name === undefined ? [] : [name];
  }
  const segments = path.split('/');
  return segments.filter((segment, at) => ID.test(segment) && segments[at - 1] !== 'models');
}

/** What a JSON body names of that kind, at any depth. */
export function bodyReferences(dialect: OtherProtocol, body: unknown): readonly string[] {
  const found = new Set<string>();
  let left = MAX_VALUES;
  const take = (value: unknown): void => {
    if (typeof value !== 'string' || found.size >= MAX_REFERENCES || value.length > 512) return;
    const name = dialect === 'gemini-other' ? GOOGLE_NAME.exec(value)?.[1] : ID.exec(value)?.[0];
    if (name !== undefined) found.add(name);
  };
  const waiting: unknown[] = [body];
  while (waiting.length > 0 && left-- > 0) {
    const value = waiting.pop();
    if (Array.isArray(value)) {
      for (const entry of value.slice(0, MAX_VALUES)) if (typeof entry === 'object') waiting.push(entry);
      continue;
    }
    for (const [key, member] of Object.entries(asObject(value) ?? {})) {
      if (typeof member === 'object') waiting.push(member);
      if (dialect !== 'gemini-other' && !HOLDS_ID.test(key)) continue;
      for (const entry of Array.isArray(member) ? member.slice(0, MAX_REFERENCES) : [member]) take(entry);
    }
  }
  return [...found];
}
