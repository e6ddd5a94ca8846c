import { parentPort } from 'node:worker_threads';
import { analyse } from '../../policy-language/analyse.ts';
import type { PolicyAnswer, PolicyJob } from './policy-thread.ts';

// The entry of the thread that `PolicyThread` starts; bundled as a file of its own.
parentPort?.on('message', ({ number, text, known }: PolicyJob) => {
  const { diagnostics, file } = analyse(text, known);
  const answer: PolicyAnswer = {
    number,
    diagnostics,
    policies: file?.policies ?? null,
    tests: file?.tests ?? [],
  };
  parentPort?.postMessage(answer);
});
