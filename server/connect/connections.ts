import { realpathSync } from 'node:fs';
import path from 'node:path';
import { RouterError } from '../core/router-error.ts';
import type { ConfigPath } from './config-format.ts';
import {
  type PreparedFile,
  prepareFile,
  stillStands,
  type UndoneFile,
  undoFile,
  unwritePrepared,
  writePrepared,
} from './connect-files.ts';
import { realFile } from './config-file.ts';
import type { ChangedFile, ConnectionRecord } from './connection-record.ts';
import type { ConnectionRecords } from './connection-records.ts';
import type { Place, Step, Tool, Wiring } from './tool.ts';

/** A connection that could be worked out: nothing is written yet. */
export interface PreparedConnection {
  readonly tool: Tool;
  readonly project: string | null;
  readonly wiring: Wiring;
  readonly files: readonly PreparedFile[];
  readonly before: ConnectionRecord | null;
  /** Of an earlier connection and no longer needed. */
  readonly leftover: readonly ChangedFile[];
  readonly steps: readonly Step[];
  readonly notes: readonly string[];
}

/** What was there and was replaced; it comes back when the tool is disconnected. */
export interface Replaced {
  readonly file: string;
  readonly path: ConfigPath;
}

/** Works out what connecting a tool changes. Throws `RouterError` where that is not possible, with what to do. */
export function prepareConnection(
  tool: Tool,
  place: Place,
  wiring: Wiring,
  before: ConnectionRecord | null,
): PreparedConnection {
  refuseProject(tool, place.project);
  const plan = tool.plan(place, wiring);
  const files = plan.files.map((entry) => {
    const file = realFile(entry.file);
    refuseOutside(place.project, file);
    return prepareFile(
      entry,
      before?.files.find((changed) => changed.file === file),
      wiring.token,
    );
  });
  const shadows = tool.shadowedBy
    .filter((name) => (place.env[name] ?? '') !== '' && plan.files.length > 0)
    .map((name) => `${name} is set in this shell, and wins over what was written.`);
  return {
    tool,
    project: place.project,
    wiring,
    files,
    before,
    leftover: (before?.files ?? []).filter(
      (changed) => !files.some((entry) => entry.changed.file === changed.file),
    ),
    steps: plan.steps,
    notes: [...plan.notes, ...files.flatMap((entry) => entry.notes), ...shadows],
  };
}

/** Throws `RouterError` for a tool that can't have a key of its own for a project. */
export function refuseProject(tool: Tool, project: string | null): void {
  if (project === null || tool.whyNoProject === null) return;
  throw new RouterError(
    'invalid_request',
    `${tool.name} can't be connected for one project only. ${tool.whyNoProject}`,
  );
}

/** A repository may be anybody's: a link in it must not lead the key to somewhere else. */
function refuseOutside(project: string | null, file: string): void {
  if (project === null || file.startsWith(path.join(realpathSync(project), path.sep))) return;
  throw new RouterError(
    'invalid_request',
    `A link in the project leads to ${file}, outside of it. Nothing was changed. Remove the link, or connect without --project.`,
  );
}

export function isUnchanged({ files, leftover }: PreparedConnection): boolean {
  return leftover.length === 0 && files.every((entry) => entry.isThere);
}

export function replacedBy({ files }: PreparedConnection): readonly Replaced[] {
  return files.flatMap(({ changed, replaced }) => replaced.map((path) => ({ file: changed.file, path })));
}

/**
 * Writes a connection: first the record of how to undo it, so that a crash between leaves nothing that can't be undone.
 * Where a file can't be written, all is as it was before.
 */
export function writeConnection(
  { tool, project, wiring, files, before, leftover }: PreparedConnection,
  records: ConnectionRecords,
  { virtualKeyId, now }: { readonly virtualKeyId: string; readonly now: number },
): ConnectionRecord {
  const record: ConnectionRecord = {
    version: 1,
    tool: tool.id,
    project,
    virtualKeyId,
    token: files.some((entry) => entry.bytes.includes(wiring.token)) ? wiring.token : null,
    url: wiring.url,
    model: wiring.model,
    connectedAt: now,
    files: files.map((entry) => entry.changed),
  };
  for (const changed of leftover) undoFile(changed);
  records.save(record);
  const written: (readonly [PreparedFile, ChangedFile])[] = [];
  try {
    for (const entry of files) written.push([entry, entry.isThere ? entry.changed : writePrepared(entry)]);
  } catch (error) {
    for (const [entry, changed] of written) unwritePrepared(entry, changed);
    if (before) records.save(before);
    else records.remove(record);
    throw error;
  }
  const complete = { ...record, files: written.map(([, changed]) => changed) };
  records.save(complete);
  return complete;
}

/** Takes a connection back, file by file; its record stays until the virtual key is revoked too. */
export function undoConnection({ files }: ConnectionRecord): readonly UndoneFile[] {
  return files.map(undoFile);
}

/** Whether a tool's files still say what was written: `changed` if somebody changed a value or removed a file. */
export function stateOf({ files }: ConnectionRecord): 'connected' | 'changed' {
  return files.every(stillStands) ? 'connected' : 'changed';
}
