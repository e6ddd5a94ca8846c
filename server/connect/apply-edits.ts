import { RouterError } from '../core/router-error.ts';
import {
  type ConfigFormat,
  type ConfigPath,
  type ConfigValue,
  depthOf,
  isTable,
  pathText,
  sameValue,
  valueAt,
} from './config-format.ts';

/** A value that a tool's configuration shall have. */
export interface Edit {
  readonly path: ConfigPath;
  readonly value: ConfigValue;
  /** Only set where there is such a value already, to switch it off. */
  readonly onlyOver?: true;
}

/** An edit that was made, with all that it takes to undo it. */
export interface MadeEdit {
  readonly path: ConfigPath;
  /** The value that was written. */
  readonly after: ConfigValue;
  /** The text of the value that stood there; `null` if there was none. */
  readonly before: string | null;
  /** How many names of the path existed before. */
  readonly depth: number;
}

/** What became of one value when a connection was undone. */
export interface UndoneText {
  readonly text: string;
  /** Values that somebody changed meanwhile: they were left alone. */
  readonly kept: readonly ConfigPath[];
}

const BYTE_ORDER_MARK = '\uFEFF';

/** Makes edits and nothing else: all other values stay equal, which is checked by reading the result. */
export function applyEdits(
  format: ConfigFormat,
  whole: string,
  edits: readonly Edit[],
): { readonly text: string; readonly made: readonly MadeEdit[]; readonly replaced: readonly ConfigPath[] } {
  const made: MadeEdit[] = [];
  const replaced: ConfigPath[] = [];
  const text = onText(whole, (start) =>
    edits.reduce((before, { path, value, onlyOver }) => {
      const source = format.source(before, path);
      const data = format.parse(before);
      const current = valueAt(data, path);
      if (onlyOver && (current === undefined || sameValue(current, value))) return before;
      const depth = depthOf(data, path);
      made.push({ path, after: value, before: current === undefined ? null : source, depth });
      if (sameValue(current, value)) return before;
      if (current !== undefined) replaced.push(path);
      const changed =
        current === undefined ? format.insert(before, path, value) : format.set(before, path, value);
      if (!sameValue(format.parse(changed), withValue(data, path, value))) {
        throw new RouterError(
          'invalid_request',
          `"${pathText(path)}" can't be set in it without changing more.`,
        );
      }
      return changed;
    }, start),
  );
  return { text, made, replaced };
}

/** Takes edits back, the last first, in a text that may have been changed since. */
export function undoEdits(format: ConfigFormat, whole: string, made: readonly MadeEdit[]): UndoneText {
  const kept: ConfigPath[] = [];
  const text = onText(whole, (start) =>
    made.toReversed().reduce((now, edit) => {
      const current = valueAt(format.parse(now), edit.path);
      if (!sameValue(current, edit.after)) {
        if (current !== undefined || edit.before !== null) kept.push(edit.path);
        return now;
      }
      if (edit.before !== null) return format.replace(now, edit.path, edit.before);
      return withoutEmptyTables(format, format.remove(now, edit.path), edit);
    }, start),
  );
  return { text, kept: kept.toReversed() };
}

/** Whether every value is there as wanted already. */
export function hasAll(format: ConfigFormat, whole: string, edits: readonly Edit[]): boolean {
  const data = format.parse(withoutMark(whole));
  return edits.every(({ path, value, onlyOver }) => {
    const current = valueAt(data, path);
    return (onlyOver && current === undefined) || sameValue(current, value);
  });
}

/** Tables that were written only to lead to a value go with it, unless somebody put more into them. */
function withoutEmptyTables(format: ConfigFormat, text: string, { path, depth }: MadeEdit): string {
  let left = text;
  for (let length = path.length - 1; length > depth; length--) {
    const table = path.slice(0, length);
    const value = valueAt(format.parse(left), table);
    const isEmpty = value === null || (isTable(value) && Object.keys(value).length === 0);
    // Somebody may have written a comment into it.
    if (!isEmpty || /[^{}\s]/.test(format.source(left, table) ?? '')) break;
    left = format.remove(left, table);
  }
  return left;
}

function withValue(data: ConfigValue, path: ConfigPath, value: ConfigValue): ConfigValue {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const table = isTable(data) ? data : {};
  return { ...table, [name]: withValue(table[name] ?? {}, rest, value) };
}

/** A byte order mark is none of the formats' business, and stays where it is. */
function onText(whole: string, change: (text: string) => string): string {
  const text = withoutMark(whole);
  return whole.slice(0, whole.length - text.length) + change(text);
}

function withoutMark(whole: string): string {
  return whole.startsWith(BYTE_ORDER_MARK) ? whole.slice(1) : whole;
}
