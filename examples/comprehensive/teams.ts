import { counts } from '../support/print.ts';
import { ask, askOften, type Tour } from './tour.ts';

/** 13. The policies of part 4 at work: the team that asks decides where its requests go. */
export async function showTeams(tour: Tour): Promise<void> {
  for (const team of ['development', 'production']) {
    console.log(`   Team ${team}: ${counts(await askOften(tour, 4, { team }))}`);
  }
  const metadata = await ask(tour, { team: 'europe', model: 'claude-haiku-4-5' });
  if (metadata) console.log(`   Team europe: ${metadata.keyName}. ${metadata.routingExplanation}`);
  console.log('   Team europe asks for a model that only keys elsewhere serve:');
  await ask(tour, { team: 'europe' });
}
