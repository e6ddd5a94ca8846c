import type { BatchResult, RouteRequest, RouteResponse } from './api.ts';

const DEFAULT_CONCURRENCY = 8;

/** Runs requests with a limit on how many at a time; one that fails does not stop the others. */
export async function runBatch(
  requests: readonly RouteRequest[],
  concurrency = DEFAULT_CONCURRENCY,
  route: (request: RouteRequest) => Promise<RouteResponse>,
): Promise<readonly BatchResult[]> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new TypeError('The concurrency of a batch is a whole number from 1.');
  }
  const results: BatchResult[] = [];
  const waiting = requests.entries();
  const work = async (): Promise<void> => {
    for (const [index, request] of waiting) {
      results[index] = await route(request).then(
        (response) => ({ ok: true, response }) as const,
        (error: unknown) =>
          ({ ok: false, error: error instanceof Error ? error : new Error(String(error)) }) as const,
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, requests.length) }, work));
  return results;
}
