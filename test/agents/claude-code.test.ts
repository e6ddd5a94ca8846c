import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { TokenUsage } from '../../shared/model/usage.ts';
import type { Trace } from '../../shared/model/trace.ts';
import { GenaiPriceBook } from '../../server/adapters/prices/genai-price-book.ts';
import { SystemClock } from '../../server/adapters/system/system-clock.ts';
import { Aimock } from '../support/aimock.ts';
import { anthropicCountTokens, anthropicMessages } from '../support/anthropic-answers.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { modelListing } from '../support/openai-answers.ts';
import { anthropicRateLimited } from '../support/provider-errors.ts';
import { withHeaders, type Script } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';
import { installAgent } from './install-agent.ts';
import { readTraces } from './read-traces.ts';
import { runClaude } from './run-claude.ts';

const KEY_A = `sk-ant-api03-${'a1B2'.repeat(24)}`;
const KEY_B = `sk-ant-api03-${'c3D4'.repeat(24)}`;

/** Two turns: Claude asks to read a file, then answers. Every part of the usage that has its own price occurs. */
const READING: TokenUsage = {
  inputTokens: 1234,
  cacheReadTokens: 5678,
  cacheWriteTokens: 910,
  cacheWrite1hTokens: 1112,
  outputTokens: 131,
  reasoningTokens: 0,
};
const ANSWERING: TokenUsage = { ...READING, inputTokens: 7, cacheReadTokens: 8001, outputTokens: 17 };

describe('Claude Code', function () {
  this.timeout(120_000);
  let home: TempFolder;
  let work: TempFolder;

  before(async function () {
    this.timeout(600_000);
    await installAgent('claude-code');
  });
  beforeEach(async () => {
    home = await createTempFolder();
    work = await createTempFolder();
    await writeFile(work.file('note.txt'), 'The word is plum.\n');
  });
  afterEach(async () => {
    await home.remove();
    await work.remove();
  });

  it('runs against a simulated provider', async () => {
    const mock = await Aimock.start({ keys: [KEY_A] });
    try {
      mock.on({}, { content: 'Paris', usage: { input_tokens: 1000, output_tokens: 10 } });
      const { answer } = await runClaude({
        baseUrl: mock.url,
        token: KEY_A,
        prompt: 'What is the capital of France?',
        cwd: work.path,
        home: home.path,
      });
      assert.equal(answer.result, 'Paris');
      assert.ok(answer.total_cost_usd > 0);
      assert.ok(mock.journal().some((line) => line.path.startsWith('/v1/messages')));
    } finally {
      await mock.stop();
    }
  });

  for (const model of ['claude-opus-5-5', 'claude-sonnet-5', 'claude-sonnet-4-5', 'claude-haiku-4-5']) {
    it(`prices ${model} as our price book does`, async () => {
      const upstream = await ScriptedUpstream.start();
      try {
        upstream.on({}, anthropicMessages({ usage: READING }));
        const { answer } = await runClaude({
          baseUrl: upstream.url,
          token: KEY_A,
          prompt: 'Hello',
          model,
          cwd: work.path,
          home: home.path,
        });
        const price = new GenaiPriceBook(new SystemClock()).find('anthropic', upstream.url, model);
        assert.equal(price?.cost(READING), Math.round(answer.total_cost_usd * 1e9));
      } finally {
        await upstream.stop();
      }
    });
  }

  describe('through the daemon', () => {
    let upstream: ScriptedUpstream;
    let daemon: DaemonProcess;
    let data: TempFolder;
    let token: string;

    beforeEach(async () => {
      data = await createTempFolder();
      upstream = await ScriptedUpstream.start();
      upstream
        .on({ path: '/v1/models' }, modelListing(['claude-opus-5-5', 'claude-haiku-4-5']))
        .on({ path: '/v1/messages/count_tokens' }, anthropicCountTokens(42));
      daemon = await DaemonProcess.start(data.path);
      await daemon.api('POST', '/providers', {
        id: 'anthropic',
        kind: 'anthropic',
        name: 'Anthropic',
        baseUrl: upstream.url,
      });
      await daemon.api('POST', '/keys', { providerId: 'anthropic', name: 'first', secret: KEY_A });
      await daemon.api('POST', '/keys', { providerId: 'anthropic', name: 'second', secret: KEY_B });
      const issued = await daemon.api<{ token: string }>('POST', '/virtual-keys', {
        name: 'claude-code',
        tool: 'claude-code',
      });
      token = issued.token;
    });
    afterEach(async () => {
      await daemon.stop();
      await upstream.stop();
      await data.remove();
    });

    it('gets its answer although the first account is throttled, and agrees on the cost', async () => {
      upstream.on(
        { path: '/v1/messages' },
        fromAccounts(anthropicRateLimited(60)),
        fromAccounts(
          anthropicMessages({
            text: ['I will', ' look.'],
            usage: READING,
            tool: { name: 'Read', input: { file_path: work.file('note.txt') } },
          }),
        ),
        fromAccounts(anthropicMessages({ text: ['The word', ' is plum.'], usage: ANSWERING })),
      );
      const { answer } = await runClaude({
        baseUrl: daemon.url,
        token,
        prompt: 'What is the word in note.txt?',
        cwd: work.path,
        home: home.path,
      });

      assert.equal(answer.result, 'The word is plum.');
      const sent = upstream.requests.filter((request) => request.path === '/v1/messages');
      assert.equal(sent.length, 3);
      assert.match(sent[2]?.body.toString() ?? '', /The word is plum\./);
      assert.ok(sent.every((request) => request.key === KEY_A || request.key === KEY_B));
      assert.ok(sent.every((request) => !JSON.stringify(request.headers).includes(token)));

      const traces = await readTraces(daemon);
      const [first, second] = traces;
      assert.equal(traces.length, 2);
      assertFailover(first);
      assert.equal(second?.attempts.length, 1);
      assert.equal(second?.attempts[0]?.keyId, first?.attempts[1]?.keyId);
      assert.equal(first?.conversation, second?.conversation);

      const booked = traces.reduce((sum, trace) => sum + trace.costNano, 0);
      assert.equal(booked, Math.round(answer.total_cost_usd * 1e9));
    });
  });
});

function assertFailover(trace: Trace | undefined): void {
  assert.equal(trace?.outcome, 'succeeded');
  assert.deepEqual(
    trace.attempts.map((attempt) => [attempt.outcome, attempt.status, attempt.failure?.class]),
    [
      ['failed', 429, 'rate_limited'],
      ['succeeded', 200, undefined],
    ],
  );
  assert.notEqual(trace.attempts[0]?.keyId, trace.attempts[1]?.keyId);
  assert.equal(trace.attempts[0]?.costNano, 0);
}

/** Each key belongs to an organisation of its own, and each answer says to which. */
function fromAccounts(script: Script): Script {
  return (request) => {
    const organization = request.key === KEY_A ? 'org-a' : 'org-b';
    const named = withHeaders(script, { 'anthropic-organization-id': organization });
    return typeof named === 'function' ? named(request) : named;
  };
}
