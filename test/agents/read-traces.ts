import type { Trace } from '../../shared/model/trace.ts';
import type { RequestView } from '../../shared/model/views.ts';
import type { DaemonProcess } from '../support/daemon-process.ts';

/** The whole history of every request that the daemon knows, oldest first. */
export async function readTraces(daemon: DaemonProcess): Promise<readonly Trace[]> {
  const listed = await daemon.api<{ readonly requests: readonly RequestView[] }>('GET', '/requests');
  const traces = await Promise.all(
    listed.requests.map(({ requestId }) => daemon.api<Trace>('GET', `/requests/${requestId}`)),
  );
  return traces.toSorted((a, b) => a.startedAt - b.startedAt);
}
