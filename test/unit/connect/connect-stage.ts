import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { ConnectionRecords } from '../../../server/connect/connection-records.ts';
import type { ConnectionRecord } from '../../../server/connect/connection-record.ts';
import {
  isUnchanged,
  type PreparedConnection,
  prepareConnection,
  undoConnection,
  writeConnection,
} from '../../../server/connect/connections.ts';
import type { UndoneFile } from '../../../server/connect/connect-files.ts';
import type { Place, Tool, Wiring } from '../../../server/connect/tool.ts';
import { createTempFolder, type TempFolder } from '../../support/temp-folder.ts';

const FIXTURES = path.join(import.meta.dirname, '..', '..', 'fixtures', 'tool-configs');

export const WIRING: Wiring = {
  url: 'http://127.0.0.1:8484',
  token: 'akr-R9YkJOv9sbOYH6Tkb8QaDsm1EwD_RCzbCE1d9i9lLbo',
  model: 'gpt-5',
  models: [{ id: 'gpt-5', contextLength: 400_000 }],
};

/** What a person has, from the files of fixtures. */
export function sample(name: string): string {
  return readFileSync(path.join(FIXTURES, name), 'utf8');
}

/** A home with tools' files in it, and the records of what was connected there. */
export class ConnectStage {
  readonly folder: TempFolder;
  readonly records: ConnectionRecords;

  private constructor(folder: TempFolder) {
    this.folder = folder;
    this.records = new ConnectionRecords(folder.file('data'));
  }

  static async create(): Promise<ConnectStage> {
    return new ConnectStage(await createTempFolder());
  }

  get home(): string {
    return this.folder.file('home');
  }

  place(project: string | null = null, env: Place['env'] = {}): Place {
    return { platform: 'linux', home: this.home, env, project, exists: existsSync };
  }

  /** Writes a file with the folders that lead to it. */
  write(file: string, content: string | Buffer): void {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  prepare(tool: Tool, wiring: Partial<Wiring> = {}, project: string | null = null): PreparedConnection {
    const before = this.records.find(tool.id, project);
    return prepareConnection(tool, this.place(project), { ...WIRING, ...wiring }, before);
  }

  /** Connects a tool as the command does. */
  connect(
    tool: Tool,
    wiring: Partial<Wiring> = {},
    project: string | null = null,
  ): 'unchanged' | ConnectionRecord {
    const prepared = this.prepare(tool, wiring, project);
    if (isUnchanged(prepared)) return 'unchanged';
    return writeConnection(prepared, this.records, { virtualKeyId: 'vk_1', now: 0 });
  }

  disconnect(tool: Tool, project: string | null = null): readonly UndoneFile[] {
    const record = this.records.find(tool.id, project);
    if (!record) throw new Error(`${tool.id} is not connected`);
    const undone = undoConnection(record);
    this.records.remove(record);
    return undone;
  }
}
