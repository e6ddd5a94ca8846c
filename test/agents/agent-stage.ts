import type { StoredPolicy } from '../../server/core/ports/store.ts';
import { SqliteStore } from '../../server/adapters/sqlite/sqlite-store.ts';
import { SystemClock } from '../../server/adapters/system/system-clock.ts';
import type { ProviderKind, ProviderSettings } from '../../shared/model/records.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';
import type { AgentOptions } from './run-agent.ts';

/** A provider that the daemon is told of. */
export interface StagedProvider {
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly secret: string;
  readonly settings?: ProviderSettings;
}

interface IssuedKey {
  readonly token: string;
  readonly virtualKey: { readonly id: string };
}

interface Folders {
  readonly data: TempFolder;
  readonly home: TempFolder;
  readonly work: TempFolder;
}

/** The real daemon with its data, and the folders that an agent lives and works in. */
export class AgentStage {
  readonly daemon: DaemonProcess;
  readonly token: string;
  readonly #virtualKeyId: string;
  readonly #folders: Folders;

  private constructor(daemon: DaemonProcess, issued: IssuedKey, folders: Folders) {
    this.daemon = daemon;
    this.token = issued.token;
    this.#virtualKeyId = issued.virtualKey.id;
    this.#folders = folders;
  }

  /** The policies are written into the database before the daemon opens it. */
  static async start(policies: readonly StoredPolicy[] = []): Promise<AgentStage> {
    const folders: Folders = {
      data: await createTempFolder(),
      home: await createTempFolder(),
      work: await createTempFolder(),
    };
    if (policies.length > 0) await storePolicies(folders.data, policies);
    const daemon = await DaemonProcess.start(folders.data.path);
    const issued = await daemon.api<IssuedKey>('POST', '/virtual-keys', { name: 'agent' });
    return new AgentStage(daemon, issued, folders);
  }

  /** Adds a provider, which is called as its kind is, and one key of it. */
  async add({ kind, baseUrl, secret, settings }: StagedProvider): Promise<void> {
    const more = settings ? { settings } : {};
    await this.daemon.api('POST', '/providers', { id: kind, kind, name: kind, baseUrl, ...more });
    await this.daemon.api('POST', '/keys', { providerId: kind, name: kind, secret });
  }

  /** What the agent is given instead of the models that it asks for. */
  async fillSlots(models: Readonly<Record<string, string>>): Promise<void> {
    await this.daemon.api('PATCH', `/virtual-keys/${this.#virtualKeyId}`, { models });
  }

  /** A path in the folder that the agent works in. */
  file(name: string): string {
    return this.#folders.work.file(name);
  }

  /** How an agent is run here. */
  run(prompt: string, model: string): AgentOptions {
    const { daemon, token } = this;
    const { home, work } = this.#folders;
    return { baseUrl: daemon.url, token, prompt, model, cwd: work.path, home: home.path };
  }

  async stop(): Promise<void> {
    await this.daemon.stop();
    for (const folder of Object.values(this.#folders)) await folder.remove();
  }
}

async function storePolicies(folder: TempFolder, policies: readonly StoredPolicy[]): Promise<void> {
  const store = SqliteStore.open({
    file: folder.file('router.db'),
    instance: { id: 'policies', pid: process.pid },
    clock: new SystemClock(),
    isAlive: () => false,
  });
  await store.savePolicies(policies);
  await store.close();
}
