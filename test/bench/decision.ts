import { randomBytes } from 'node:crypto';
import { EnvelopeVault } from '../../server/adapters/envelope/envelope-vault.ts';
import { MemoryStore } from '../../server/adapters/memory/memory-store.ts';
import { GenaiPriceBook } from '../../server/adapters/prices/genai-price-book.ts';
import { NodeTokens } from '../../server/adapters/system/node-tokens.ts';
import { type Core, openCore } from '../../server/core/open-core.ts';
import type { RoutedRequest } from '../../server/core/router/routed-request.ts';
import { openaiChat } from '../../server/protocol/openai-chat.ts';
import { openaiAdapter } from '../../server/providers/openai.ts';
import { dialogueTranslator } from '../../server/protocol/translate/translator.ts';
import { PRESETS } from '../../server/providers/presets.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SimulatedUpstream } from '../support/simulated-upstream.ts';

const MODEL = 'gpt-5.4';
const POLICIES = 20;
const ROUNDS = 5;
const DECISIONS = 20_000;
const nothing = (): void => undefined;

/** A core with so many keys, of which so many serve the model, and twenty policies that apply to the request. */
async function prepare(keys: number, candidates: number): Promise<Core> {
  const clock = new ManualClock();
  const core = await openCore({
    store: new MemoryStore(),
    vault: new EnvelopeVault({ key: randomBytes(32), sealing: 'memory' }),
    upstream: new SimulatedUpstream(clock, () => ({})),
    prices: new GenaiPriceBook(clock),
    clock,
    random: new SeededRandom(),
    translator: dialogueTranslator,
    tokens: new NodeTokens(),
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    metrics: { attemptEnded: nothing, requestEnded: nothing },
    adapters: { openai: openaiAdapter },
    presets: PRESETS,
    version: '0.0.0',
    headTimeoutMs: 1000,
    idleTimeoutMs: 1000,
  });
  for (let index = 0; index < keys; index++) {
    core.pool.set({
      id: `key_${index}`,
      providerId: 'openai',
      name: `key ${index}`,
      hint: '0000',
      enabled: true,
      invalidSince: null,
      invalidReason: null,
      models: [index < candidates ? MODEL : `other-${index % 50}`],
      quotaGroup: null,
      metadata: { tier: 'standard', region: 'us-east-1' },
      createdAt: 0,
      checkedAt: null,
    });
  }
  const policies = Array.from({ length: POLICIES }, (_, index) => ({
    name: `policy ${index}`,
    type: 'key_selection',
    scope: { global: true },
    rules: [{ action: 'deny_keys', keys: [`nobody ${index}`] }],
  }));
  await core.admin.policies.set(policies, 'benchmark');
  return core;
}

function request(): RoutedRequest {
  const body = { model: MODEL, max_tokens: 500, messages: [{ role: 'user', content: 'x'.repeat(1500) }] };
  const read = openaiChat.readFacts(body, {});
  if (!read.ok) throw new Error(read.message);
  return {
    codec: openaiChat,
    facts: read.facts,
    raw: new TextEncoder().encode(JSON.stringify(body)),
    id: 'req_1',
    receivedAt: 0,
    virtualKey: {
      id: 'vk_1',
      name: 'bench',
      digest: '',
      hint: '',
      team: null,
      project: null,
      tool: null,
      tags: [],
      limitNano: null,
      limitWindow: 'day',
      objective: null,
      createdAt: 0,
      expiresAt: null,
      revokedAt: null,
    },
    headers: {},
    query: '',
    pinnedProvider: null,
    objective: { primary: 'cost', secondary: 'reliability' },
    tags: [],
    deadlineMs: null,
  };
}

/** Microseconds for one decision: the quickest of a few rounds. */
function measure(core: Core): number {
  const asked = request();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    for (let index = 0; index < DECISIONS; index++) core.router.preview(asked);
    best = Math.min(best, ((performance.now() - started) * 1000) / DECISIONS);
  }
  return best;
}

console.log(`One decision with ${POLICIES} policies, quickest of ${ROUNDS} rounds of ${DECISIONS}`);
console.log('    keys  candidates   µs');
for (const [keys, candidates] of [
  [10, 1],
  [10, 10],
  [100, 10],
  [1000, 10],
  [10_000, 10],
  [10_000, 20],
  [10_000, 100],
] as const) {
  const core = await prepare(keys, candidates);
  console.log(
    `${String(keys).padStart(8)}  ${String(candidates).padStart(10)}  ${measure(core).toFixed(1).padStart(5)}`,
  );
  core.dispose();
}
