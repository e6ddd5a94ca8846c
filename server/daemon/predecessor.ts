import type { EndpointRecord } from '../../shared/endpoint.ts';
import { compareVersions } from '../../shared/version.ts';

const ANSWER_MS = 5_000;

/** Whether a daemon of this version replaces the one that runs. Equals leave it alone. */
export function replaces(running: EndpointRecord, version: string): boolean {
  return compareVersions(version, running.version) > 0;
}

/** Asks an older daemon to hand over: it takes no new connection and ends when its last answer has. */
export async function askToHandOver(running: EndpointRecord): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${running.port}/api/v1/daemon/hand-over`, {
    method: 'POST',
    headers: { 'x-api-key': running.managementToken, connection: 'close' },
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  await response.text();
  if (!response.ok) throw new Error(`the running daemon refused to hand over (HTTP ${response.status})`);
}
