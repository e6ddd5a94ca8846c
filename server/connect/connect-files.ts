import { RouterError } from '../core/router-error.ts';
import { applyEdits, hasAll, undoEdits } from './apply-edits.ts';
import {
  hashOf,
  isOpenToOthers,
  readConfigFile,
  realFile,
  removeConfigFile,
  textOf,
  writeConfigFile,
} from './config-file.ts';
import { type ConfigPath, pathText } from './config-format.ts';
import type { ChangedFile } from './connection-record.ts';
import { FORMATS } from './formats.ts';
import { trackingOf } from './git-tracking.ts';
import type { FilePlan } from './tool.ts';

/** A file whose new bytes are known, and not written yet. */
export interface PreparedFile {
  readonly changed: ChangedFile;
  readonly bytes: Buffer;
  /** Those that are there now. */
  readonly current: Buffer | null;
  /** Nothing is to be written: all is there already. */
  readonly isThere: boolean;
  /** Values that were there and were replaced. */
  readonly replaced: readonly ConfigPath[];
  readonly notes: readonly string[];
}

/** What became of a file when its connection was undone. */
export interface UndoneFile {
  readonly file: string;
  /**
   * `restored`: its first bytes are back. `removed`: it had been made for the connection. `undone`: it was changed since,
   * so that only what was written was taken back. `gone`: somebody removed it.
   */
  readonly result: 'restored' | 'removed' | 'undone' | 'gone';
  /** Values that somebody changed since, as text; they stay. */
  readonly kept: readonly string[];
}

/**
 * Works out a file's new bytes. `before` is what an earlier connection did to it: it is taken back first, so that the
 * original stays the user's own. Throws `RouterError` where the file can't be changed, or must not be.
 */
export function prepareFile(plan: FilePlan, before: ChangedFile | undefined, token: string): PreparedFile {
  const file = realFile(plan.file);
  const bytes = readConfigFile(file);
  const text = textOf(file, bytes);
  const format = FORMATS[plan.format];
  return inFile(file, () => {
    if (before && bytes && hasAll(format, text, plan.edits) && covers(before, plan)) {
      return { changed: before, bytes, current: bytes, isThere: true, replaced: [], notes: [] };
    }
    const notes = holdsToken(plan, token) ? keepKeySafe(file) : keepOutOfCommits(file);
    const original = before ? originalOf(before, bytes, text) : bytes;
    const { text: after, made, replaced } = applyEdits(format, textOf(file, original), plan.edits);
    const written = Buffer.from(after);
    return {
      changed: {
        file,
        format: plan.format,
        original: original?.toString('base64') ?? null,
        hashBefore: hashOf(original),
        hashAfter: hashOf(written) ?? '',
        folders: before?.folders ?? [],
        edits: made,
      },
      bytes: written,
      current: bytes,
      isThere: false,
      replaced,
      notes,
    };
  });
}

/** Writes it, and returns its record with the folders that were made. */
export function writePrepared({ changed, bytes }: PreparedFile): ChangedFile {
  const folders = writeConfigFile(changed.file, bytes);
  return { ...changed, folders: [...changed.folders, ...folders] };
}

/** Puts back what was there before it was written. */
export function unwritePrepared({ changed, current }: PreparedFile, { folders }: ChangedFile): void {
  if (current) writeConfigFile(changed.file, current);
  else removeConfigFile(changed.file, folders);
}

/** Takes back what a connection did to a file. */
export function undoFile(changed: ChangedFile): UndoneFile {
  const { file, format, original, hashBefore, hashAfter, folders, edits } = changed;
  const bytes = readConfigFile(file);
  const hash = hashOf(bytes);
  if (bytes === null && original !== null) return { file, result: 'gone', kept: [] };
  if (hash === hashAfter || hash === hashBefore) {
    if (original === null) {
      removeConfigFile(file, folders);
      return { file, result: 'removed', kept: [] };
    }
    if (hash === hashAfter) writeConfigFile(file, Buffer.from(original, 'base64'));
    return { file, result: 'restored', kept: [] };
  }
  return inFile(file, () => {
    const { text, kept } = undoEdits(FORMATS[format], textOf(file, bytes), edits);
    writeConfigFile(file, Buffer.from(text));
    return { file, result: 'undone', kept: kept.map(pathText) };
  });
}

/** Whether a file still has all that was written. */
export function stillStands({ file, format, edits }: ChangedFile): boolean {
  const bytes = readConfigFile(file);
  if (bytes === null) return false;
  const wanted = edits.map(({ path, after }) => ({ path, value: after }));
  try {
    return hasAll(FORMATS[format], textOf(file, bytes), wanted);
  } catch {
    return false;
  }
}

/** The user's own bytes, without what an earlier connection wrote. */
function originalOf(before: ChangedFile, bytes: Buffer | null, text: string): Buffer | null {
  const hash = hashOf(bytes);
  if (hash === before.hashAfter || hash === before.hashBefore) {
    return before.original === null ? null : Buffer.from(before.original, 'base64');
  }
  return bytes === null ? null : Buffer.from(undoEdits(FORMATS[before.format], text, before.edits).text);
}

/** Whether what was written includes all that is wanted: else there is more to be undone later. */
function covers(before: ChangedFile, plan: FilePlan): boolean {
  const written = new Set(before.edits.map(({ path }) => pathText(path)));
  const wanted = plan.edits.filter(({ onlyOver }) => !onlyOver);
  return wanted.length <= written.size && wanted.every(({ path }) => written.has(pathText(path)));
}

function holdsToken({ edits }: FilePlan, token: string): boolean {
  return edits.some(({ value }) => JSON.stringify(value).includes(token));
}

/** Refuses a file that git tracks; says what else would show the key to others. */
function keepKeySafe(file: string): readonly string[] {
  const tracking = trackingOf(file);
  if (tracking === 'tracked') {
    throw new RouterError(
      'conflict',
      `git tracks ${file}, and a key must not get into a repository. Nothing was changed. Untrack it (git rm --cached), or connect for all projects, without --project.`,
    );
  }
  const notes: string[] = [];
  if (tracking === 'untracked') {
    notes.push(
      `git does not ignore ${file}, which holds the key: add it to .gitignore or .git/info/exclude.`,
    );
  }
  if (isOpenToOthers(file)) {
    notes.push(`Other users of this machine can read ${file}, which holds the key: chmod 600 changes that.`);
  }
  return notes;
}

function keepOutOfCommits(file: string): readonly string[] {
  return trackingOf(file) === 'tracked' ? [`git tracks ${file}: don't commit the change.`] : [];
}

/** Errors of the formats say what is wrong; which file it is, only we know. */
function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RouterError) || error.message.includes(file)) throw error;
    throw new RouterError(error.code, `${file} was left as it was. ${error.message}`, { cause: error });
  }
}
