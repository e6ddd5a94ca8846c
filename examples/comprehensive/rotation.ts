import { ask, type Tour } from './tour.ts';

/** 9. A secret is replaced while requests run; another key is removed for good. */
export async function rotateAndRevoke(tour: Tour): Promise<void> {
  const { router, accounts } = tour;
  const [key] = (await router.getStateSummary()).keys;
  if (key && accounts.spareSecret !== null) {
    const running = Array.from({ length: 6 }, () => ask(tour, { provider: key.provider }));
    const rotated = await router.rotateKey(key.id, accounts.spareSecret);
    const answers = (await Promise.all(running)).filter((metadata) => metadata !== null);
    console.log(`   Rotated ${rotated.name}: its secret ended in ${key.hint} and now in ${rotated.hint}.`);
    console.log(
      `   It is the same key: ${rotated.id === key.id}. Requests answered meanwhile: ${answers.length} of 6.`,
    );
  } else {
    console.log('   To rotate one of your own keys, pass its new secret to rotateKey.');
  }

  const { id } = await router.registerKey({
    provider: 'local',
    name: 'intern',
    secret: 'local-0123456789',
    models: ['qwen3-coder'],
  });
  await router.revokeKey(id);
  const left = (await router.getStateSummary()).keys.map(({ name }) => name);
  console.log(`   Revoked intern. Left: ${left.join(', ')}.`);
}
