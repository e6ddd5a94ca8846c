import type { ConnectionRecord } from '../../connect/connection-record.ts';
import { ConnectionRecords } from '../../connect/connection-records.ts';
import {
  isUnchanged,
  type PreparedConnection,
  prepareConnection,
  refuseProject,
  writeConnection,
} from '../../connect/connections.ts';
import { listModels } from '../../connect/test-call.ts';
import type { Place, Tool, Wiring } from '../../connect/tool.ts';
import type { ManagementClient } from '../management-client.ts';
import { chosenFolder } from '../management-client.ts';
import { createKey, revokeKey, type ToolKey, toolKey } from './tool-key.ts';

/** What connecting a tool did. */
export interface Connected {
  readonly record: ConnectionRecord;
  /** `unchanged`: all was there already. */
  readonly result: 'connected' | 'unchanged';
  readonly prepared: PreparedConnection | null;
  /** Known while it is new, or where it stands in a file. */
  readonly token: string | null;
}

/** Connects a tool, with the key that it has or a new one; a new one is revoked again where that fails. */
export async function connectTool(
  client: ManagementClient,
  tool: Tool,
  place: Place,
  model: string | null,
): Promise<Connected> {
  refuseProject(tool, place.project);
  const records = new ConnectionRecords(chosenFolder());
  const before = records.find(tool.id, place.project);
  const purpose = { name: tool.id, tool: tool.id, project: place.project };
  const url = `http://127.0.0.1:${client.endpoint.port}`;
  let key = await toolKey(client, before, purpose);
  if (before && key.token === null) {
    const isSame = before.url === url && (model === null || model === before.model);
    if (isSame) return { record: before, result: 'unchanged', prepared: null, token: null };
    key = await createKey(client, purpose);
  }
  try {
    const connected = await write({ client, tool, place, model, url, before, records, key });
    if (before && before.virtualKeyId !== key.id) await revokeKey(client, before.virtualKeyId);
    return connected;
  } catch (error) {
    if (key.isNew) await revokeKey(client, key.id);
    throw error;
  }
}

async function write(parts: {
  readonly client: ManagementClient;
  readonly tool: Tool;
  readonly place: Place;
  readonly model: string | null;
  readonly url: string;
  readonly before: ConnectionRecord | null;
  readonly records: ConnectionRecords;
  readonly key: ToolKey;
}): Promise<Connected> {
  const { tool, place, model, url, before, records, key } = parts;
  const token = key.token ?? '';
  const wiring: Wiring = { url, token, model, models: await listModels(url, token) };
  const prepared = prepareConnection(tool, place, wiring, before);
  if (before && !key.isNew && isUnchanged(prepared)) {
    return { record: before, result: 'unchanged', prepared, token };
  }
  const record = writeConnection(prepared, records, { virtualKeyId: key.id, now: Date.now() });
  return { record, result: 'connected', prepared, token };
}
