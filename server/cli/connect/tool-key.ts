import path from 'node:path';
import type { VirtualKeyView } from '../../../shared/model/views.ts';
import type { ConnectionRecord } from '../../connect/connection-record.ts';
import { RouterError } from '../../core/router-error.ts';
import type { ManagementClient } from '../management-client.ts';

/** The virtual key of a connection. */
export interface ToolKey {
  readonly id: string;
  /** `null`: a person pasted it, and nobody else knows it. */
  readonly token: string | null;
  readonly isNew: boolean;
}

/** What a new key is for. */
export interface KeyPurpose {
  readonly name: string;
  readonly tool: string;
  readonly project: string | null;
}

/** The key that a connection has, if it is still good, else a new one. */
export async function toolKey(
  client: ManagementClient,
  before: ConnectionRecord | null,
  { name, tool, project }: KeyPurpose,
): Promise<ToolKey> {
  if (before && (await isGood(client, before))) {
    return { id: before.virtualKeyId, token: before.token, isNew: false };
  }
  return createKey(client, { name, tool, project });
}

export async function createKey(
  client: ManagementClient,
  { name, tool, project }: KeyPurpose,
): Promise<ToolKey> {
  const folder = project === null ? null : path.basename(project);
  const { virtualKey, token } = await client.call<{ virtualKey: VirtualKeyView; token: string }>(
    'POST',
    'virtual-keys',
    {
      name: folder === null ? name : `${name} (${folder})`,
      tool,
      ...(folder === null ? {} : { project: folder }),
    },
  );
  return { id: virtualKey.id, token, isNew: true };
}

/** From now on the key is refused; one that is gone already is none to worry about. */
export async function revokeKey(client: ManagementClient, id: string): Promise<void> {
  try {
    await client.call<object>('DELETE', `virtual-keys/${encodeURIComponent(id)}`);
  } catch (error) {
    if (!(error instanceof RouterError && error.code === 'not_found')) throw error;
  }
}

async function isGood(client: ManagementClient, before: ConnectionRecord): Promise<boolean> {
  const { virtualKeys } = await client.call<{ virtualKeys: readonly VirtualKeyView[] }>(
    'GET',
    'virtual-keys',
  );
  const key = virtualKeys.find(({ id }) => id === before.virtualKeyId);
  if (!key || key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= Date.now())) return false;
  return before.token === null || before.token.endsWith(key.hint);
}
