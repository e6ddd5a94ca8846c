import assert from 'node:assert/strict';
import { EnvelopeVault } from '../../server/adapters/envelope/envelope-vault.ts';
import { MemoryStore } from '../../server/adapters/memory/memory-store.ts';
import { GenaiPriceBook } from '../../server/adapters/prices/genai-price-book.ts';
import { NodeTokens } from '../../server/adapters/system/node-tokens.ts';
import { type Core, openCore } from '../../server/core/open-core.ts';
import type { RequestMethod } from '../../server/core/ports/upstream.ts';
import { readJsonBody } from '../../server/http/read-json-body.ts';
import { AnswerChannel } from '../../server/library/answer-channel.ts';
import { classifyOther } from '../../server/protocol/other/classify-other.ts';
import { readOther } from '../../server/protocol/other/read-other.ts';
import { dialogueTranslator } from '../../server/protocol/translate/translator.ts';
import { anthropicAdapter } from '../../server/providers/anthropic.ts';
import { openaiAdapter } from '../../server/providers/openai.ts';
import { PRESETS } from '../../server/providers/presets.ts';
import type { Trace } from '../../shared/model/trace.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { type SentRequest, type SimulatedAnswer, SimulatedUpstream } from '../support/simulated-upstream.ts';

const ACTOR = 'test';
const IMAGE = { model: 'gpt-image-1.5', prompt: 'A fox' };
const USAGE = { input_tokens: 10, output_tokens: 100, output_tokens_details: { image_tokens: 100 } };

describe('policies and budgets on what passes through', () => {
  let core: Core;
  let clock: ManualClock;
  let upstream: SimulatedUpstream;
  let answer: (request: SentRequest) => SimulatedAnswer;
  let token: string;

  beforeEach(async () => {
    clock = new ManualClock();
    answer = () => ({ body: { usage: USAGE } });
    upstream = new SimulatedUpstream(clock, (request) => answer(request));
    core = await openCore({
      store: new MemoryStore(),
      vault: new EnvelopeVault({ key: new Uint8Array(32).fill(7), sealing: 'memory' }),
      upstream,
      translator: dialogueTranslator,
      prices: new GenaiPriceBook(clock),
      clock,
      random: new SeededRandom(),
      tokens: new NodeTokens(),
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: () => undefined,
      },
      metrics: { attemptEnded: () => undefined, requestEnded: () => undefined },
      adapters: { openai: openaiAdapter, anthropic: anthropicAdapter },
      presets: PRESETS,
      version: '0',
      headTimeoutMs: 1000,
      idleTimeoutMs: 1000,
    });
    for (const name of ['one', 'two']) await addKey(name, {});
    token = (await core.virtualKeys.create({ name: 'tool' }, ACTOR)).token;
  });

  async function addKey(name: string, metadata: object): Promise<void> {
    const secret = `sk-simulated-${name}-0123456789`;
    await core.admin.keys.add({ providerId: 'openai', name, secret, metadata, verify: 'none' }, ACTOR);
  }

  async function send(method: RequestMethod, pathname: string, body?: object): Promise<Trace> {
    const headers = { 'content-type': 'application/json' };
    const endpoint = classifyOther(method, pathname, '', headers);
    assert.ok(endpoint.ok);
    const raw = body ? Buffer.from(JSON.stringify(body)) : new Uint8Array();
    const read = readOther(endpoint, raw, headers, readJsonBody);
    assert.ok(read.ok);
    const virtualKey = core.virtualKeys.authenticate(token);
    assert.ok(typeof virtualKey === 'object');
    const request = {
      ...read,
      id: `req_${upstream.bills.length}`,
      receivedAt: clock.now(),
      virtualKey,
      target: endpoint.target,
      raw,
      headers,
      query: '',
      pinnedProvider: null,
      objective: null,
      tags: [],
      deadlineMs: null,
    };
    return core.router.handle(request, new AnswerChannel(null));
  }

  const policy = (rule: object, type = 'cost'): Promise<unknown> =>
    core.admin.policies.put('test', { name: 'test', type, scope: { global: true }, rules: [rule] }, ACTOR);

  it('counts what an image costs', async () => {
    const trace = await send('POST', '/v1/images/generations', IMAGE);
    assert.equal(trace.costNano, 10 * 5000 + 100 * 32_000);
  });

  it('holds back the worst case of a picture, and each picture asked for', async () => {
    const one = await send('POST', '/v1/images/generations', IMAGE);
    const four = await send('POST', '/v1/images/generations', { ...IMAGE, n: 4 });
    const [first, second] = [one, four].map(({ attempts }) => attempts[0]?.reservedNano ?? 0);
    assert.ok((first ?? 0) > 32_768 * 32_000);
    assert.ok((second ?? 0) > 4 * 32_768 * 32_000);
  });

  it('refuses what a budget can not hold back', async () => {
    await core.admin.budgets.add(
      { name: 'small', limitUsd: 0.5, window: { kind: 'rolling', ms: 60_000 } },
      ACTOR,
    );
    const trace = await send('POST', '/v1/images/generations', IMAGE);
    assert.equal(trace.errorCode, 'budget_exceeded');
    assert.equal((await send('GET', '/v1/files')).outcome, 'succeeded');
  });

  for (const mode of ['reject', 'inject_limit'] as const) {
    it(`refuses what has no bound where a policy says ${mode}`, async () => {
      await policy({ action: 'on_unbounded', mode });
      for (const [path, body] of [
        ['/v1/images/generations', IMAGE],
        ['/v1/batches', { input_file_id: 'file-a1' }],
      ] as const) {
        const trace = await send('POST', path, body);
        assert.equal(trace.errorCode, 'policy_forbids', path);
        assert.equal(trace.attempts.length, 0);
      }
      assert.equal((await send('GET', '/v1/batches')).outcome, 'succeeded');
      assert.equal((await send('POST', '/v1/moderations', { input: 'x' })).outcome, 'succeeded');
    });
  }

  it('refuses what has no price where a policy says so', async () => {
    await policy({ action: 'on_unknown_price', mode: 'reject' });
    assert.equal((await send('POST', '/v1/batches', {})).errorCode, 'policy_forbids');
    assert.equal((await send('POST', '/v1/images/generations', {})).errorCode, 'policy_forbids');
    assert.equal((await send('POST', '/v1/images/generations', IMAGE)).outcome, 'succeeded');
    assert.equal((await send('POST', '/v1/files', {})).outcome, 'succeeded');
  });

  it('holds batches to the models that are allowed, and looking to none', async () => {
    await policy({ action: 'allow_models', models: ['gpt-4o*'] }, 'routing');
    assert.equal((await send('POST', '/v1/images/generations', IMAGE)).errorCode, 'policy_forbids');
    assert.equal((await send('POST', '/v1/batches', {})).errorCode, 'policy_forbids');
    assert.equal((await send('GET', '/v1/files')).outcome, 'succeeded');
  });

  it('holds a key to its own models in the same way', async () => {
    for (const { id } of await core.admin.keys.list()) await core.admin.keys.remove(id, ACTOR);
    await addKey('narrow', { allowModels: ['gpt-4o*'] });
    assert.equal((await send('POST', '/v1/batches', {})).errorCode, 'policy_forbids');
    assert.equal((await send('DELETE', '/v1/files/file-a1')).outcome, 'succeeded');
  });

  for (const [what, failure] of [
    ['a cut connection', { fails: 'reset' }],
    ['a head that does not come', { fails: 'head_timeout' }],
    ['a status of 500', { status: 500 }],
    ['an answer that breaks off', { breaksOff: true }],
  ] as const) {
    it(`never sends again what may have been done, after ${what}`, async () => {
      answer = () => failure;
      const trace = await send('POST', '/v1/files', {});
      assert.equal(trace.errorCode, 'outcome_unknown');
      assert.equal(upstream.bills.length, 1);
    });

    it(`looks again after ${what}`, async () => {
      answer = () => (upstream.bills.length === 0 ? failure : { body: {} });
      assert.equal((await send('GET', '/v1/files')).outcome, 'succeeded');
      assert.equal(upstream.bills.length, 2);
    });
  }

  for (const [what, failure] of [
    ['a connection that was not made', { fails: 'connect' }],
    ['a rate limit', { status: 429 }],
    ['a refused key', { status: 401 }],
  ] as const) {
    it(`sends again what surely was not done, after ${what}`, async () => {
      answer = () => (upstream.bills.length === 0 ? failure : { body: {} });
      const trace = await send('POST', '/v1/files', {});
      assert.equal(trace.outcome, 'succeeded');
      assert.equal(upstream.bills.length, 2);
    });
  }
});
