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

/** The real daemon with its data, and the folders that an agent lives and works in. */
export class AgentStage {
  readonly daemon: DaemonProcess;
  readonly token: string;
  readonly #data: TempFolder;
  readonly #home: TempFolder;
  readonly #work: TempFolder;

  private constructor(daemon: DaemonProcess, token: string, folders: readonly TempFolder[]) {
    const [data, home, work] = folders;
    if (!data || !home || !work) throw new RangeError('A stage has three folders.');
    this.daemon = daemon;
    this.token = token;
    this.#data = data;
    this.#home = home;
    this.#work = work;
  }

  /** The policies are written into the database before the daemon opens it. */
  static async start(policies: readonly StoredPolicy[] = []): Promise<AgentStage> {
    const folders = [await createTempFolder(), await createTempFolder(), await createTempFolder()];
    const data = folders[0]?.path ?? '';
    if (policies.length > 0) await storePolicies(data, policies);
    const daemon = await DaemonProcess.start(data);
    const issued = await daemon.api<{ token: string }>('POST', '/virtual-keys', { name: 'agent' });
    return new AgentStage(daemon, issued.token, folders);
  }

  /** Adds a provider, which is called as its kind is, and one key of it. */
  async add({ kind, baseUrl, secret, settings }: StagedProvider): Promise<void> {
    const more = settings ? { settings } : {};
    await this.daemon.api('POST', '/providers', { id: kind, kind, name: kind, baseUrl, ...more });
    await this.daemon.api('POST', '/keys', { providerId: kind, name: kind, secret });
  }

  /** A path in the folder that the agent works in. */
  file(name: string): string {
    return this.#work.file(name);
  }

  /** How an agent is run here. */
  run(prompt: string, model: string): AgentOptions {
    const { daemon, token } = this;
    return { baseUrl: daemon.url, token, prompt, model, cwd: this.#work.path, home: this.#home.path };
  }

  async stop(): Promise<void> {
    await this.daemon.stop();
    for (const folder of [this.#data, this.#home, this.#work]) await folder.remove();
  }
}

async function storePolicies(folder: string, policies: readonly StoredPolicy[]): Promise<void> {
  const store = SqliteStore.open({
    file: `${folder}/router.db`,
    instance: { id: 'policies', pid: process.pid },
    clock: new SystemClock(),
    isAlive: () => false,
  });
  await store.savePolicies(policies);
  await store.close();
}
