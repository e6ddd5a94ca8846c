import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Protocol, Trace } from '../../shared/model/trace.ts';
import { NO_USAGE, type TokenUsage } from '../../shared/model/usage.ts';
import { anthropicMessages } from '../support/anthropic-answers.ts';
import { geminiContent, geminiListing } from '../support/google-answers.ts';
import { type Answer, modelListing, openaiChat, openaiResponses } from '../support/openai-answers.ts';
import { anthropicOverloaded, openaiRateLimited } from '../support/provider-errors.ts';
import type { ReceivedRequest } from '../support/received-request.ts';
import { type Script, startingWith } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { AgentStage } from './agent-stage.ts';
import { installAgent } from './install-agent.ts';
import { readTraces } from './read-traces.ts';
import { runClaude } from './run-claude.ts';
import { runCodex } from './run-codex.ts';

const PROMPT = 'Write the word plum into the file fruit.txt.';
const DONE = 'The word is in the file.';
/** Gemini's signature is base64 of bytes, the others are text of that kind too. */
const THOUGHT = { text: 'A fruit.', seal: Buffer.from('what only its provider can open').toString('base64') };
/** An overloaded provider rests a second the first time. */
const RESTED_MS = 1_500;
const USAGE: TokenUsage = { ...NO_USAGE, inputTokens: 1234, cacheReadTokens: 5678, outputTokens: 131 };

/** Headers that only the agent's own provider may see. */
const OF_CLAUDE_CODE = /^(?:anthropic|x-api-key|x-stainless|x-app|x-claude)/;
const OF_CODEX = /^(?:openai|authorization|originator|session|thread|x-client|x-codex|x-openai)/;

/** A provider as it is simulated: how it is added, called, and answers. */
interface Simulated {
  readonly kind: 'openai' | 'openai-compatible' | 'anthropic' | 'google';
  readonly protocol: Protocol;
  readonly model: string;
  readonly path: string;
  readonly secret: string;
  readonly answer: (answer: Answer) => Script;
}

const OPENAI: Simulated = {
  kind: 'openai',
  protocol: 'openai-responses',
  model: 'gpt-5',
  path: '/v1/responses',
  secret: `sk-proj-${'a1B2'.repeat(24)}`,
  answer: openaiResponses,
};
/** Codex knows the models of its time, and gives those it knows a tool that takes text: `apply_patch`. */
const CURRENT: Simulated = { ...OPENAI, model: 'gpt-5.5' };
const COMPATIBLE: Simulated = {
  ...OPENAI,
  kind: 'openai-compatible',
  protocol: 'openai-chat',
  path: '/v1/chat/completions',
  answer: openaiChat,
};
const GOOGLE: Simulated = {
  kind: 'google',
  protocol: 'gemini-generate',
  model: 'gemini-2.5-pro',
  path: '/v1beta/models/gemini-2.5-pro:streamGenerateContent',
  secret: `AIza${'c3D4'.repeat(9)}`,
  answer: geminiContent,
};
const ANTHROPIC: Simulated = {
  kind: 'anthropic',
  protocol: 'anthropic-messages',
  model: 'claude-sonnet-4-5',
  path: '/v1/messages',
  secret: `sk-ant-api03-${'e5F6'.repeat(24)}`,
  answer: anthropicMessages,
};

describe('Coding agents across providers', function () {
  this.timeout(120_000);
  const upstreams: ScriptedUpstream[] = [];
  let stage: AgentStage;

  before(async function () {
    this.timeout(600_000);
    await installAgent('claude-code');
    await installAgent('codex');
  });
  afterEach(async () => {
    await stage.stop();
    for (const upstream of upstreams.splice(0)) await upstream.stop();
  });

  async function simulate(provider: Simulated, ...scripts: readonly Script[]): Promise<ScriptedUpstream> {
    const { kind, model, path, secret, protocol } = provider;
    const upstream = await ScriptedUpstream.start();
    upstreams.push(upstream);
    upstream
      .on({ path: '/v1/models' }, modelListing([model]))
      .on({ path: '/v1beta/models' }, geminiListing([model]))
      .on({ path, key: secret }, ...scripts);
    const settings = kind === 'openai-compatible' ? { settings: { protocols: [protocol] } } : {};
    await stage.add({ kind, baseUrl: upstream.url, secret, ...settings });
    return upstream;
  }

  /** The requests of the conversation: nothing else was asked for but the models, and nothing came along. */
  function conversation(
    upstream: ScriptedUpstream,
    { path, secret }: Simulated,
    foreign?: RegExp,
  ): readonly ReceivedRequest[] {
    const sent = upstream.requests.filter(({ method }) => method === 'POST');
    for (const request of sent) {
      assert.equal(request.path, path);
      assert.equal(request.key, secret);
      assert.ok(!JSON.stringify(request.headers).includes(stage.token));
      assert.ok(!request.body.includes(stage.token));
      const names = Object.keys(request.headers);
      if (foreign)
        assert.deepEqual(
          names.filter((name) => foreign.test(name)),
          [],
        );
    }
    return sent;
  }

  for (const provider of [OPENAI, COMPATIBLE, GOOGLE]) {
    it(`Claude Code writes a file by ${provider.protocol}`, async () => {
      stage = await AgentStage.start();
      const file = stage.file('fruit.txt');
      const tool = { name: 'Write', input: { file_path: file, content: 'plum\n' } };
      const upstream = await simulate(
        provider,
        provider.answer({ text: ['I will', ' write it.'], tool, thought: THOUGHT, usage: USAGE }),
        provider.answer({ text: ['The word', ' is in the file.'], usage: USAGE }),
      );
      const { answer } = await runClaude(stage.run(PROMPT, provider.model));

      assert.equal(answer.result, DONE);
      assert.equal(await readFile(file, 'utf8'), 'plum\n');
      const sent = conversation(upstream, provider, OF_CLAUDE_CODE);
      assert.equal(sent.length, 2);
      assert.match(sent[1]?.body.toString() ?? '', /File created successfully/);
      // What it thought comes back to it as it was, where the protocol has a place for it.
      assert.equal(sent[1]?.body.includes(THOUGHT.seal), provider !== COMPATIBLE);
      assertTranslated(await readTraces(stage.daemon), 'anthropic-messages', provider);
    });
  }

  it('Claude Code has its opus and haiku from two other providers, by the slots of its virtual key', async () => {
    stage = await AgentStage.start();
    await stage.fillSlots({
      'claude-opus-*': `${OPENAI.kind}/${OPENAI.model}`,
      '*haiku*': GOOGLE.model,
    });
    const opus = await simulate(OPENAI, OPENAI.answer({ text: ['large'], usage: USAGE }));
    const haiku = await simulate(GOOGLE, GOOGLE.answer({ text: ['small'], usage: USAGE }));
    const question = 'Say a word.';
    assert.equal((await runClaude(stage.run(question, 'opus'))).answer.result, 'large');
    assert.equal((await runClaude(stage.run(question, 'haiku'))).answer.result, 'small');

    assert.equal(conversation(opus, OPENAI, OF_CLAUDE_CODE).length, 1);
    assert.equal(conversation(haiku, GOOGLE, OF_CLAUDE_CODE).length, 1);
    const traces = await readTraces(stage.daemon);
    assert.deepEqual(
      traces.map(({ model, attempts }) => [
        /opus|haiku/.exec(model)?.[0],
        attempts.map((attempt) => attempt.model),
      ]),
      [
        ['opus', [OPENAI.model]],
        ['haiku', [GOOGLE.model]],
      ],
    );
  });

  it('Codex writes a file by anthropic-messages', async () => {
    stage = await AgentStage.start();
    const tool = { name: 'exec_command', input: { cmd: 'echo plum > fruit.txt && echo written' } };
    const upstream = await simulate(
      ANTHROPIC,
      anthropicMessages({ text: ['I will', ' write it.'], tool, thought: THOUGHT, usage: USAGE }),
      anthropicMessages({ text: ['The word', ' is in the file.'], usage: USAGE }),
    );
    const run = await runCodex(stage.run(PROMPT, ANTHROPIC.model));

    assert.equal(run.answer, DONE, run.stderr);
    assert.equal(await readFile(stage.file('fruit.txt'), 'utf8'), 'plum\n');
    const sent = conversation(upstream, ANTHROPIC, OF_CODEX);
    assert.equal(sent.length, 2);
    assert.match(sent[1]?.body.toString() ?? '', /written/);
    assert.ok(sent[1]?.body.includes(THOUGHT.seal));
    assertTranslated(await readTraces(stage.daemon), 'openai-responses', ANTHROPIC);
  });

  it('Claude Code goes on with another provider in the middle of its session, and comes back', async () => {
    stage = await AgentStage.start([fallBack(ANTHROPIC, OPENAI)]);
    const file = stage.file('fruit.txt');
    const first = await simulate(
      ANTHROPIC,
      anthropicMessages({
        text: ['I will', ' write it.'],
        thought: THOUGHT,
        tool: { name: 'Write', input: { file_path: file, content: 'plumb\n' } },
        usage: USAGE,
      }),
      anthropicOverloaded(),
      anthropicMessages({ text: ['The word', ' is in the file.'], usage: USAGE }),
    );
    const between = openaiResponses({
      text: ['That is', ' not it.'],
      thought: THOUGHT,
      tool: { name: 'Edit', input: { file_path: file, old_string: 'plumb', new_string: 'plum' } },
      usage: USAGE,
    });
    const second = await simulate(OPENAI, startingWith(between, { do: 'wait', ms: RESTED_MS }));
    const { answer } = await runClaude(stage.run(PROMPT, ANTHROPIC.model));

    assert.equal(answer.result, DONE);
    assert.equal(await readFile(file, 'utf8'), 'plum\n');
    const [taken, ...others] = conversation(second, OPENAI, OF_CLAUDE_CODE);
    assert.match(taken?.body.toString() ?? '', /File created successfully/);
    assert.ok(!taken?.body.includes(THOUGHT.seal));
    assert.deepEqual(others, []);
    const back = conversation(first, ANTHROPIC)[2]?.body.toString() ?? '';
    assert.match(back, /has been updated/);
    assert.deepEqual(back.match(/"signature":"[^"]*"/g), [`"signature":"${THOUGHT.seal}"`]);
    assertServed(await readTraces(stage.daemon), 'anthropic-messages', [
      [[200, ANTHROPIC]],
      [
        [529, ANTHROPIC],
        [200, OPENAI],
      ],
      [[200, ANTHROPIC]],
    ]);
  });

  it('Codex goes on with another provider in the middle of its session', async () => {
    stage = await AgentStage.start([fallBack(CURRENT, ANTHROPIC)]);
    const first = await simulate(
      CURRENT,
      openaiResponses({
        text: ['I will', ' write it.'],
        thought: THOUGHT,
        tool: { name: 'exec_command', input: { cmd: 'echo plumb > fruit.txt && echo written' } },
        usage: USAGE,
      }),
      openaiRateLimited({ retryAfterSeconds: 60 }),
    );
    const patch = '*** Begin Patch\n*** Update File: fruit.txt\n@@\n-plumb\n+plum\n*** End Patch';
    const second = await simulate(
      ANTHROPIC,
      anthropicMessages({
        text: ['That is', ' not it.'],
        tool: { name: 'apply_patch', input: { input: patch } },
        usage: USAGE,
      }),
      anthropicMessages({ text: ['The word', ' is in the file.'], usage: USAGE }),
    );
    const run = await runCodex(stage.run(PROMPT, CURRENT.model));

    assert.equal(run.answer, DONE, run.stderr);
    assert.equal(await readFile(stage.file('fruit.txt'), 'utf8'), 'plum\n');
    conversation(first, CURRENT);
    const [taken, last, ...others] = conversation(second, ANTHROPIC, OF_CODEX);
    assert.match(taken?.body.toString() ?? '', /written/);
    assert.deepEqual(others, []);
    assert.ok(!taken?.body.includes(THOUGHT.seal));
    assert.match(last?.body.toString() ?? '', /Success. Updated the following files/);
    assertServed(await readTraces(stage.daemon), 'openai-responses', [
      [[200, CURRENT]],
      [
        [429, CURRENT],
        [200, ANTHROPIC],
      ],
      [[200, ANTHROPIC]],
    ]);
  });

  it('Codex, whose newest models write programs that call its tools, is answered by Claude', async () => {
    const newest = { ...OPENAI, model: 'gpt-6-sol' };
    stage = await AgentStage.start([fallBack(newest, ANTHROPIC)]);
    const program = `text(await tools.exec_command({ cmd: 'echo plum > fruit.txt && echo written' }));`;
    const first = await simulate(newest, openaiRateLimited({ retryAfterSeconds: 60 }));
    const second = await simulate(
      ANTHROPIC,
      anthropicMessages({ tool: { name: 'exec', input: { input: program } }, usage: USAGE }),
      anthropicMessages({ text: ['The word', ' is in the file.'], usage: USAGE }),
    );
    const run = await runCodex(stage.run(PROMPT, newest.model));

    assert.equal(run.answer, DONE, run.stderr);
    assert.equal(await readFile(stage.file('fruit.txt'), 'utf8'), 'plum\n');
    conversation(first, newest);
    assert.match(conversation(second, ANTHROPIC, OF_CODEX)[1]?.body.toString() ?? '', /written/);
    assertServed(await readTraces(stage.daemon), 'openai-responses', [
      [
        [429, newest],
        [200, ANTHROPIC],
      ],
      [[200, ANTHROPIC]],
    ]);
  });
});

function fallBack(from: Simulated, to: Simulated): { name: string; policy: object } {
  const name = 'across providers';
  const rules = [{ action: 'fallback_models', models: [to.model] }];
  return { name, policy: { name, type: 'failure_handling', scope: { model: from.model }, rules } };
}

/** Two turns, each served at once by a provider of another protocol. */
function assertTranslated(traces: readonly Trace[], from: Protocol, { protocol, kind }: Simulated): void {
  assert.equal(traces.length, 2);
  for (const trace of traces) {
    assert.equal(trace.outcome, 'succeeded');
    assert.equal(trace.protocol, from);
    assert.deepEqual(trace.edits, [`translated from ${from} to ${protocol}`]);
    assert.deepEqual(
      trace.attempts.map((a) => [a.outcome, a.status]),
      [['succeeded', 200]],
    );
    assert.deepEqual(trace.usage, USAGE);
    if (kind !== 'openai-compatible') assert.ok(trace.costNano > 0);
  }
  assert.equal(traces[0]?.conversation, traces[1]?.conversation);
}

/** Turns and their attempts, the last of which was answered: in another protocol than the caller's by translation. */
function assertServed(
  traces: readonly Trace[],
  from: Protocol,
  turns: readonly (readonly (readonly [status: number, by: Simulated])[])[],
): void {
  assert.deepEqual(
    traces.map(({ attempts }) => attempts.map(({ status, model }) => [status, model])),
    turns.map((attempts) => attempts.map(([status, by]) => [status, by.model])),
  );
  traces.forEach((trace, index) => {
    const to = turns[index]?.at(-1)?.[1].protocol;
    assert.equal(trace.outcome, 'succeeded');
    assert.deepEqual(trace.edits, to === from ? [] : [`translated from ${from} to ${to}`]);
    assert.deepEqual(trace.usage, USAGE);
    assert.ok(trace.costNano > 0);
  });
}
