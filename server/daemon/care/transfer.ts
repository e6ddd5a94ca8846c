import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { EnvelopeVault } from '../../adapters/envelope/envelope-vault.ts';
import { openDataKey } from '../../adapters/envelope/open-data-key.ts';
import { makePrivateFolder } from '../../adapters/files/private-file.ts';
import { KeyringKeychain } from '../../adapters/keychain/keyring-keychain.ts';
import { replaceDatabase } from '../../adapters/sqlite/replace-database.ts';
import { SqliteStore } from '../../adapters/sqlite/sqlite-store.ts';
import type { AuditEntry } from '../../core/ports/store.ts';
import { RouterError } from '../../core/router-error.ts';
import type { BesideBundle } from '../beside-bundle.ts';
import { databaseFile } from '../database-file.ts';
import { isProcessAlive } from '../process-alive.ts';
import { acquireLock } from '../single-instance.ts';
import type { Transfer } from './transfer-format.ts';

export interface TransferPlace {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly beside: BesideBundle;
  /** ms since the epoch. */
  readonly now: number;
}

/** What came with an export. */
export interface Imported {
  readonly keys: number;
  readonly virtualKeys: number;
  readonly policies: number;
  readonly budgets: number;
  /** Where the former database is now; `null` if there was none, or nothing was done. */
  readonly replaced: string | null;
}

/**
 * Everything that is configured in a folder, with its secrets; a daemon may run on it. Throws `RouterError('not_found')` where
 * nothing is configured.
 */
export async function readTransfer(place: TransferPlace): Promise<Transfer> {
  const file = databaseFile(place.folder);
  if (!existsSync(file)) throw new RouterError('not_found', `Nothing is configured in ${place.folder} yet.`);
  const store = openStore(place, file);
  try {
    const { cells: _, alerts: __, ...registry } = await store.loadRegistry();
    const vault = await openVault(place, 'refuse');
    const secrets: Record<string, string> = {};
    for (const { id } of registry.keys) {
      const sealed = await store.loadSealed(id);
      if (sealed) secrets[id] = vault.open(id, sealed);
    }
    for (const { id } of registry.webhooks) {
      const sealed = await store.loadWebhookSecret(id);
      if (sealed) secrets[id] = vault.open(id, sealed);
    }
    await store.recordAudit(audited(place, 'configuration.export', countsOf({ registry, secrets })));
    return { registry, secrets };
  } finally {
    await store.close();
  }
}

/**
 * Makes an export the configuration of a folder on which no daemon runs: all of it or nothing, since it is written into a
 * database of its own, which then takes the former one's place. Throws `RouterError('conflict')` while a daemon runs, and where
 * something is configured already, unless that is to be replaced.
 */
export async function writeTransfer(
  place: TransferPlace,
  transfer: Transfer,
  { replace, check }: { readonly replace: boolean; readonly check: boolean },
): Promise<Imported> {
  const { folder, beside, now } = place;
  const binding = beside.nativeBinding === undefined ? {} : { nativeBinding: beside.nativeBinding };
  makePrivateFolder(folder);
  const lock = acquireLock(folder, binding);
  if (!lock) {
    throw new RouterError(
      'conflict',
      'The daemon is running. Stop it with "apikeyrouter stop", import, and start it again.',
    );
  }
  const draft = `${databaseFile(folder)}.importing`;
  try {
    if (!replace) await refuseConfigured(place);
    const counts = countsOf(transfer);
    if (check) return { ...counts, replaced: null };
    await fill(place, draft, transfer);
    const { replaced } = replaceDatabase({ file: databaseFile(folder), backup: draft, now, ...binding });
    return { ...counts, replaced };
  } finally {
    for (const rest of ['', '-wal', '-shm']) rmSync(`${draft}${rest}`, { force: true });
    lock.release();
  }
}

async function refuseConfigured(place: TransferPlace): Promise<void> {
  const file = databaseFile(place.folder);
  if (!existsSync(file)) return;
  const store = openStore(place, file);
  try {
    const { keys, virtualKeys, budgets, policies } = await store.loadRegistry();
    if (keys.length + virtualKeys.length + budgets.length + policies.length === 0) return;
  } finally {
    await store.close();
  }
  throw new RouterError(
    'conflict',
    `Something is configured in ${place.folder} already. With --replace it makes room; its database is kept beside.`,
  );
}

async function fill(place: TransferPlace, file: string, { registry, secrets }: Transfer): Promise<void> {
  const vault = await openVault(place, 'create');
  const sealed = (id: string): Uint8Array | undefined => {
    const secret = secrets[id];
    return secret === undefined ? undefined : vault.seal(id, secret);
  };
  const store = openStore(place, file);
  try {
    for (const provider of registry.providers) await store.saveProvider(provider);
    for (const key of registry.keys) await store.saveKey(key, sealed(key.id));
    for (const key of registry.virtualKeys) await store.saveVirtualKey(key);
    for (const token of registry.managementTokens) await store.saveManagementToken(token);
    for (const name of registry.modelNames) await store.saveModelName(name);
    for (const budget of registry.budgets) await store.saveBudget(budget);
    for (const quota of registry.quotas) await store.saveQuota(quota);
    for (const webhook of registry.webhooks) {
      const secret = sealed(webhook.id);
      if (secret) await store.saveWebhook(webhook, secret);
    }
    await store.savePolicies(registry.policies);
    await store.recordAudit(audited(place, 'configuration.import', countsOf({ registry, secrets })));
  } finally {
    await store.close();
  }
}

function audited({ now }: TransferPlace, action: string, counts: object): AuditEntry {
  return { at: now, actor: 'local', action, target: 'configuration', before: null, after: counts };
}

function countsOf({ registry }: Transfer): Omit<Imported, 'replaced'> {
  const { keys, virtualKeys, policies, budgets } = registry;
  return {
    keys: keys.length,
    virtualKeys: virtualKeys.length,
    policies: policies.length,
    budgets: budgets.length,
  };
}

function openStore({ beside, now }: TransferPlace, file: string): SqliteStore {
  return SqliteStore.open({
    file,
    instance: { id: randomBytes(12).toString('hex'), pid: process.pid },
    clock: { now: () => now },
    isAlive: isProcessAlive,
    ...(beside.nativeBinding === undefined ? {} : { nativeBinding: beside.nativeBinding }),
  });
}

async function openVault(
  { folder, env, beside }: TransferPlace,
  firstRun: 'create' | 'refuse',
): Promise<EnvelopeVault> {
  const keychain = new KeyringKeychain({ addon: beside.keychainAddon, env });
  return new EnvelopeVault(await openDataKey({ folder, env, keychain, firstRun }));
}
