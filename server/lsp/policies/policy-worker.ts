import { parentPort } from 'node:worker_threads';
import { analyse } from '../../policy-language/analyse.ts';
import type { PolicyAnswer, PolicyJob } from './policy-thread.ts';

// The entry of the thread that `PolicyThread` starts; bundled as a file of its own.
parentPort?.on('message', ({ number, text, known }: PolicyJob) => {
  const { diagnostics, file, source } = analyse(text, known);
  const tests = (file?.tests ?? []).map((test, at) => ({
    test,
    range: source.rangeOf(['tests', at, 'name']),
  }));
  const answer: PolicyAnswer = { number, diagnostics, policies: file?.policies ?? null, tests };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
  parentPort?.postMessage(answer);
});
