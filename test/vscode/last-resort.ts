/** What must not outlive this process, whichever way it ends. Undone work is dropped by calling the result. */
const cleanups = new Set<() => void>();
let armed = false;

/**
 * Runs a synchronous clean-up when the process ends before the orderly one: on Ctrl+C, a signal or a crash.
 * Returns the function that withdraws it, for the orderly clean-up to call.
 */
export function asLastResort(cleanup: () => void): () => void {
  if (!armed) {
    armed = true;
    process.once('exit', () => {
      for (const pending of [...cleanups].reverse()) pending();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => process.exit(1));
    }
  }
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}
