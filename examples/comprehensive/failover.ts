import { counts } from '../support/print.ts';
import { askOften, type Tour } from './tour.ts';

/** 6. A key is throttled on purpose, and restored. */
export async function showFailover(tour: Tour): Promise<void> {
  const { router } = tour;
  const [key] = (await router.getStateSummary()).keys;
  if (!key) return;
  const stop = router.on('stateChange', ({ keys, from, to, trigger }) => {
    console.log(`   ${keys.join(' and ')} went from ${from} to ${to}, by a ${trigger}.`);
  });
  const until = new Date(Date.now() + 60_000);
  await router.updateKeyState(key.id, 'throttled', { until });
  console.log(`   Meanwhile: ${counts(await askOften(tour, 4))}`);
  await router.updateKeyState(key.id, 'available');
  console.log(`   Afterwards: ${counts(await askOften(tour, 4, { objective: 'fairness' }))}`);
  stop();
}
