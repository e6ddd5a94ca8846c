import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makePrivateFolder, writePrivateFile } from '../adapters/files/private-file.ts';
import { type ConnectionRecord, parseRecord } from './connection-record.ts';

/** The connections that were made, a file each (0600) in the data folder. */
export class ConnectionRecords {
  readonly #folder: string;

  /** `folder`: the data folder. */
  constructor(folder: string) {
    this.#folder = path.join(folder, 'connections');
  }

  find(tool: string, project: string | null): ConnectionRecord | null {
    return this.#read(this.#file(tool, project));
  }

  list(): readonly ConnectionRecord[] {
    let names: readonly string[];
    try {
      names = readdirSync(this.#folder).toSorted();
    } catch {
      return [];
    }
    return names
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => this.#read(path.join(this.#folder, name)) ?? []);
  }

  save(record: ConnectionRecord): void {
    makePrivateFolder(this.#folder);
    writePrivateFile(this.#file(record.tool, record.project), JSON.stringify(record));
  }

  remove({ tool, project }: ConnectionRecord): void {
    rmSync(this.#file(tool, project), { force: true });
  }

  #file(tool: string, project: string | null): string {
    const suffix =
      project === null ? '' : `-${createHash('sha256').update(project).digest('hex').slice(0, 16)}`;
    return path.join(this.#folder, `${tool}${suffix}.json`);
  }

  #read(file: string): ConnectionRecord | null {
    try {
      return parseRecord(readFileSync(file, 'utf8'));
    } catch {
      return null;
    }
  }
}
