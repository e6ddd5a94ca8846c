import type { MadeEdit } from './apply-edits.ts';
import type { FormatName } from './tool.ts';

/** A file as it was before a connection, and what was done to it. */
export interface ChangedFile {
  /** The file itself, links followed. */
  readonly file: string;
  readonly format: FormatName;
  /** Its bytes before, in base64; `null` if there was none. */
  readonly original: string | null;
  readonly hashBefore: string | null;
  readonly hashAfter: string;
  /** Folders that were made for it, the outermost first. */
  readonly folders: readonly string[];
  readonly edits: readonly MadeEdit[];
}

/** A tool's connection: all that it takes to undo it. Holds secrets, as the files do that it describes. */
export interface ConnectionRecord {
  readonly version: 1;
  readonly tool: string;
  readonly project: string | null;
  readonly virtualKeyId: string;
  /** The token as it stands in the files; `null` where a person pasted it somewhere else. */
  readonly token: string | null;
  readonly url: string;
  /** The model that was asked for. */
  readonly model: string | null;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly files: readonly ChangedFile[];
}

/** Reads a record's text; `null` if it is none of this version. */
export function parseRecord(text: string): ConnectionRecord | null {
  try {
    const value = JSON.parse(text) as ConnectionRecord | null;
    return value?.version === 1 && typeof value.tool === 'string' && Array.isArray(value.files)
      ? value
      : null;
  } catch {
    return null;
  }
}
