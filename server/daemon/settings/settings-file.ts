import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { RouterError } from '../../core/router-error.ts';

export const CONFIG_VARIABLE = 'APIKEYROUTER_CONFIG';

/** A file of settings, read but not understood. */
export interface SettingsFile {
  readonly path: string;
  readonly members: ReadonlyMap<string, { readonly text: string; readonly line: number }>;
}

/**
 * The file that is named, else `config.yaml` of the data folder if there is one. Throws `RouterError('invalid_request')` for
 * one that can't be read.
 */
export function findSettingsFile(folder: string, named: string | undefined): SettingsFile | null {
  const file = named ?? path.join(folder, 'config.yaml');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && named === undefined) return null;
    throw new RouterError('invalid_request', `The settings file ${file} can't be read (${message}).`, {
      cause: error,
    });
  }
  return parseSettings(file, text);
}

/** Members with one value each, or a list of them. */
export function parseSettings(file: string, text: string): SettingsFile {
  const lineCounter = new LineCounter();
  const { contents, errors } = parseDocument(text, { lineCounter, uniqueKeys: true });
  const [fault] = errors;
  if (fault) throw new RouterError('invalid_request', `${file}: ${fault.message.trimEnd()}`);
  const members = new Map<string, { text: string; line: number }>();
  if (contents === null) return { path: file, members };
  if (!isMap(contents))
    throw new RouterError('invalid_request', `${file}: it is no list of settings, such as "port: 8484".`);
  for (const { key, value } of contents.items) {
    if (!isScalar(key)) continue;
    const { line } = lineCounter.linePos(key.range?.[0] ?? 0);
    const found = textOf(value);
    if (found === null) {
      throw new RouterError(
        'invalid_request',
        `${file}, line ${line}: ${String(key.value)} takes a value, or a list of them.`,
      );
    }
    members.set(String(key.value), { text: found, line });
  }
  return { path: file, members };
}

/** As it is written, so that `010` stays what it was. */
function textOf(node: unknown): string | null {
  if (isScalar(node)) return node.value === null ? '' : (node.source ?? null);
  if (!isSeq(node)) return null;
  const parts = node.items.map(textOf);
  return parts.some((part) => part === null) ? null : parts.join(',');
}
