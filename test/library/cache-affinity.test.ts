import assert from 'node:assert/strict';
import { ApiKeyRouter } from '../../server/library/api-key-router.ts';
import { NO_USAGE, type TokenUsage } from '../../shared/model/usage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { type SentRequest, SimulatedUpstream } from '../support/simulated-upstream.ts';

const TURNS = 30;
const CACHE_MS = 5 * 60_000;
const MIN_CACHED = 1024;
const STEP = 128;
/** Input tokens of an agent's first turn (instructions, tools, files), and what a turn adds to them. */
const FIRST_TURN_TOKENS = 18_000;
const TURN_TOKENS = 1_400;
const OUTPUT_TOKENS = 350;

/**
 * An account that caches by OpenAI's published rules: prefixes of at least 1024 tokens, in steps of 128, for five
 * minutes after they were last used (platform.openai.com/docs/guides/prompt-caching).
 */
class CachingAccount {
  #cached = 0;
  #until = 0;

  answer(input: number, at: number): TokenUsage {
    const hit = at < this.#until ? Math.min(this.#cached, input) : 0;
    const cacheReadTokens = hit >= MIN_CACHED ? Math.floor(hit / STEP) * STEP : 0;
    this.#cached = input;
    this.#until = at + CACHE_MS;
    return {
      ...NO_USAGE,
      inputTokens: input - cacheReadTokens,
      cacheReadTokens,
      outputTokens: OUTPUT_TOKENS,
    };
  }
}

/** A conversation of an agent, half a minute a turn; its cost in dollars. */
async function conversation(accounts: number, affinity: 'sticky' | 'free'): Promise<number> {
  const clock = new ManualClock();
  const caches = new Map<string, CachingAccount>();
  let turn = 0;
  const upstream = new SimulatedUpstream(clock, ({ secret, at }: SentRequest) => {
    const cache = caches.get(secret) ?? new CachingAccount();
    caches.set(secret, cache);
    return { usage: cache.answer(FIRST_TURN_TOKENS + turn * TURN_TOKENS, at) };
  });
  const router = new ApiKeyRouter({ clock, random: new SeededRandom(), upstream });
  for (let index = 0; index < accounts; index++) {
    await router.registerKey({
      provider: 'openai',
      name: `account ${index}`,
      secret: `sk-simulated-cache-${index}-0123456789`,
      account: `org-${index}`,
    });
  }
  await router.configurePolicy({
    name: 'affinity',
    type: 'routing',
    scope: { global: true },
    rules: [{ action: 'sticky', enabled: affinity === 'sticky' }],
  });
  let cost = 0;
  let explained = '';
  for (turn = 0; turn < TURNS; turn++) {
    const prompt = 'x'.repeat((FIRST_TURN_TOKENS + turn * TURN_TOKENS) * 4);
    const request = { model: 'gpt-5.4', prompt, maxTokens: 1000, conversation: 'agent-1' };
    const { metadata } = await router.route(request);
    cost += metadata.costActual;
    explained = metadata.routingExplanation;
    clock.advance(30_000);
  }
  if (affinity === 'sticky')
    assert.match(explained, /expected to have \d+ tokens of this conversation cached/);
  await router.close();
  return cost;
}

describe('prompt-cache affinity', () => {
  it('costs a 30-turn conversation over two accounts what it costs on one', async () => {
    const single = await conversation(1, 'sticky');
    const kept = await conversation(2, 'sticky');
    const spread = await conversation(2, 'free');
    console.log(
      `      one account $${single.toFixed(4)}, two with affinity $${kept.toFixed(4)}, two without $${spread.toFixed(4)}`,
    );
    assert.ok(kept <= single * 1.05);
    assert.ok(spread > kept);
  });
});
