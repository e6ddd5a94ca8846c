import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type EndpointRecord, endpointFile, parseEndpoint } from '../../shared/endpoint.ts';
import { makePrivateFolder, writePrivateFile } from '../adapters/files/private-file.ts';

/** What tells whether the daemon that wrote an endpoint file still runs. */
export interface EndpointProbes {
  readonly isAlive: (pid: number) => boolean;
  /** Whether some daemon holds the folder's lock. */
  readonly isLocked: () => boolean;
}

/** Publishes where this daemon is reached: readers see the former record or this one, never a part. */
export function writeEndpoint(folder: string, record: EndpointRecord): void {
  const file = endpointFile(folder);
  makePrivateFolder(folder);
  makePrivateFolder(path.dirname(file));
  writePrivateFile(file, `${JSON.stringify(record)}\n`);
}

/** The record as published; `null` if there is none or it is of another format. */
export function readEndpoint(folder: string): EndpointRecord | null {
  try {
    return parseEndpoint(readFileSync(endpointFile(folder), 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** Withdraws this daemon's record. That of a successor stays: in a hand-over it is there before we leave. */
export function removeEndpoint(folder: string, instanceId: string): void {
  if (readEndpoint(folder)?.instanceId === instanceId) rmSync(endpointFile(folder), { force: true });
}

/**
 * The record of a daemon that runs; `null` if the file is missing or left over from one that was killed. The
 * process is asked first, and the lock too because its id may belong to another program by now.
 */
export function findRunning(folder: string, probes: EndpointProbes): EndpointRecord | null {
  const record = readEndpoint(folder);
  if (!record || !probes.isAlive(record.pid)) return null;
  return probes.isLocked() ? record : null;
}
