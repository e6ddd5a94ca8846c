import assert from 'node:assert/strict';
import { GenaiPriceBook } from '../../server/adapters/prices/genai-price-book.ts';
import { SystemClock } from '../../server/adapters/system/system-clock.ts';
import { NO_USAGE, type TokenUsage } from '../../shared/model/usage.ts';
import { Aimock } from '../support/aimock.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { modelListing, openaiResponses } from '../support/openai-answers.ts';
import { openaiRateLimited } from '../support/provider-errors.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';
import { installAgent } from './install-agent.ts';
import { readTraces } from './read-traces.ts';
import { runCodex } from './run-codex.ts';

const KEY_A = `sk-proj-${'a1B2'.repeat(24)}`;
const KEY_B = `sk-proj-${'c3D4'.repeat(24)}`;

const USAGE: TokenUsage = {
  ...NO_USAGE,
  inputTokens: 1234,
  cacheReadTokens: 5678,
  outputTokens: 131,
  reasoningTokens: 50,
};

describe('Codex', function () {
  this.timeout(120_000);
  let home: TempFolder;
  let work: TempFolder;

  before(async function () {
    this.timeout(600_000);
    await installAgent('codex');
  });
  beforeEach(async () => {
    home = await createTempFolder();
    work = await createTempFolder();
  });
  afterEach(async () => {
    await home.remove();
    await work.remove();
  });

  it('runs against a simulated provider', async () => {
    const mock = await Aimock.start({ keys: [KEY_A] });
    try {
      mock.on({}, { content: 'Paris' });
      const run = await runCodex({
        baseUrl: mock.url,
        token: KEY_A,
        prompt: 'What is the capital of France?',
        cwd: work.path,
        home: home.path,
      });
      assert.equal(run.answer, 'Paris', run.stderr);
      assert.ok(mock.journal().some((line) => line.path.startsWith('/v1/responses')));
    } finally {
      await mock.stop();
    }
  });

  describe('through the daemon', () => {
    let upstream: ScriptedUpstream;
    let daemon: DaemonProcess;
    let data: TempFolder;
    let token: string;

    beforeEach(async () => {
      data = await createTempFolder();
      upstream = await ScriptedUpstream.start();
      upstream.on({ path: '/v1/models' }, modelListing(['gpt-5', 'gpt-4o']));
      daemon = await DaemonProcess.start(data.path);
      await daemon.api('POST', '/providers', {
        id: 'openai',
        kind: 'openai',
        name: 'OpenAI',
        baseUrl: upstream.url,
      });
      await daemon.api('POST', '/keys', { providerId: 'openai', name: 'first', secret: KEY_A });
      await daemon.api('POST', '/keys', { providerId: 'openai', name: 'second', secret: KEY_B });
      const issued = await daemon.api<{ token: string }>('POST', '/virtual-keys', {
        name: 'codex',
        tool: 'codex',
      });
      token = issued.token;
    });
    afterEach(async () => {
      await daemon.stop();
      await upstream.stop();
      await data.remove();
    });

    it('gets its answer although the first account is throttled', async () => {
      upstream.on(
        { path: '/v1/responses' },
        openaiRateLimited({ retryAfterSeconds: 60 }),
        openaiResponses({ text: ['Par', 'is'], usage: USAGE }),
      );
      const run = await runCodex({
        baseUrl: daemon.url,
        token,
        prompt: 'What is the capital of France?',
        cwd: work.path,
        home: home.path,
      });

      assert.equal(run.answer, 'Paris', run.stderr);
      assert.equal(run.usage?.cached_input_tokens, USAGE.cacheReadTokens);
      const sent = upstream.requests.filter((request) => request.path === '/v1/responses');
      assert.deepEqual(new Set(sent.map((request) => request.key)), new Set([KEY_A, KEY_B]));
      assert.ok(sent.every((request) => !JSON.stringify(request.headers).includes(token)));

      const [trace, ...others] = await readTraces(daemon);
      assert.deepEqual(others, []);
      assert.equal(trace?.protocol, 'openai-responses');
      assert.deepEqual(
        trace.attempts.map((attempt) => [attempt.outcome, attempt.status, attempt.failure?.class]),
        [
          ['failed', 429, 'rate_limited'],
          ['succeeded', 200, undefined],
        ],
      );
      assert.deepEqual(trace.usage, USAGE);
      const price = new GenaiPriceBook(new SystemClock()).find('openai', upstream.url, 'gpt-5');
      assert.equal(trace.costNano, price?.cost(USAGE));
      assert.equal(trace.conversation, sent[0]?.json?.['prompt_cache_key']);
    });
  });
});
