import type { ConnectionRecord } from '../../connect/connection-record.ts';
import type { ConnectionRecords } from '../../connect/connection-records.ts';
import type { UndoneFile } from '../../connect/connect-files.ts';
import { undoConnection } from '../../connect/connections.ts';
import { toolById } from '../../connect/tools.ts';
import { daemon } from '../launch-daemon.ts';
import { revokeKey } from './tool-key.ts';

/** Puts the configuration of a tool back, and revokes its key. Returns what became of each file. */
export async function disconnectTool(
  records: ConnectionRecords,
  record: ConnectionRecord,
): Promise<readonly UndoneFile[]> {
  const files = undoConnection(record);
  // The files come first: they are put right even where no daemon can be started any more.
  await revokeKey(await daemon(), record.virtualKeyId);
  records.remove(record);
  return files;
}

/** What was done, and what is left to do, in lines. */
export function disconnectedLines(
  { tool, project, token }: ConnectionRecord,
  files: readonly UndoneFile[],
): readonly string[] {
  const { name } = toolById(tool);
  const where = project === null ? '' : ` in ${project}`;
  const lines = [`${name} is disconnected${where}, and its key is revoked.`, ...files.flatMap(undoneLines)];
  if (token === null) lines.push(`Remove the key and the address from ${name} too: only you can.`);
  return lines;
}

function undoneLines({ file, result, kept }: UndoneFile): readonly string[] {
  const said = {
    restored: `  ${file} is as it was, byte for byte`,
    removed: `  ${file} was made for the connection and is removed`,
    undone: `  ${file} had been changed since: only what "connect" wrote was taken back`,
    gone: `  ${file} is gone, and was left so`,
  } as const;
  return [said[result], ...kept.map((value) => `    ${value} was changed since, and stays`)];
}
