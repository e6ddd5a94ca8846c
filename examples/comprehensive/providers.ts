import { ask, type Tour } from './tour.ts';

const MODELS: Readonly<Record<string, string>> = {
  openai: 'gpt-5.4-mini',
  anthropic: 'claude-haiku-4-5',
};

/** 11. The same call, whichever protocol the provider speaks; whole, or in pieces. */
export async function showProviders(tour: Tour): Promise<void> {
  const { router, accounts } = tour;
  for (const provider of new Set(accounts.keys.map((key) => key.provider))) {
    const model = MODELS[provider] ?? accounts.cheapModel;
    const metadata = await ask(tour, { model, provider });
    if (!metadata) continue;
    console.log(
      `   ${metadata.modelUsed} of ${metadata.providerUsed}: ${metadata.tokensUsed.output} tokens of output.`,
    );

    const stream = router.routeStream({ model, provider, prompt: 'Tell a story.', maxTokens: 60 });
    let pieces = 0;
    let text = '';
    for await (const piece of stream) {
      pieces++;
      text += piece;
    }
    const { content } = await stream.response;
    console.log(`   Streamed in ${pieces} pieces; together they are the whole answer: ${text === content}.`);
  }
}
