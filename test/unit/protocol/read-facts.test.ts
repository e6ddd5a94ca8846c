import assert from 'node:assert/strict';
import type { BodyFacts } from '../../../server/core/ports/codec.ts';
import type { HeaderMap } from '../../../server/core/ports/upstream.ts';
import { CODECS } from '../../../server/protocol/classify.ts';
import type { Protocol } from '../../../shared/model/trace.ts';

const NOTHING: BodyFacts = {
  model: 'm',
  stream: false,
  maxOutputTokens: null,
  hasTools: false,
  answers: 1,
  conversation: null,
  lacksUsageChunk: false,
  signed: { bound: [], needed: [], sealed: false },
};

interface Case {
  readonly name: string;
  readonly body: object;
  readonly headers?: HeaderMap;
  readonly is: Partial<BodyFacts>;
}

const SESSIONS: readonly Case[] = [
  {
    name: 'the session that a header names',
    body: {},
    headers: { 'x-session-id': 's' },
    is: { conversation: 's' },
  },
  {
    name: "Claude Code's session",
    body: {},
    headers: { 'x-claude-code-session-id': 'c' },
    is: { conversation: 'c' },
  },
  { name: "Codex's session", body: {}, headers: { 'session-id': 'x' }, is: { conversation: 'x' } },
  {
    name: 'the explicit session before that of a tool',
    body: {},
    headers: { session_id: 'x', 'x-claude-code-session-id': 'c', 'x-session-id': 's' },
    is: { conversation: 's' },
  },
  {
    name: 'no more than 128 characters of a session',
    body: {},
    headers: { 'x-session-id': 'a'.repeat(500) },
    is: { conversation: 'a'.repeat(128) },
  },
  { name: 'no session of an empty header', body: {}, headers: { 'x-session-id': '' }, is: {} },
];

const LIMITS = (name: string): readonly Case[] => [
  { name: `the limit ${name}`, body: { [name]: 512 }, is: { maxOutputTokens: 512 } },
  ...[0, -5, 1.5, '512', null, 2 ** 60].map(
    (value): Case => ({
      name: `no limit ${name} of ${JSON.stringify(value)}`,
      body: { [name]: value },
      is: {},
    }),
  ),
];

const CACHE_KEY: readonly Case[] = [
  { name: 'the cache key as the conversation', body: { prompt_cache_key: 'k' }, is: { conversation: 'k' } },
  {
    name: 'a session before the cache key',
    body: { prompt_cache_key: 'k' },
    headers: { 'session-id': 's' },
    is: { conversation: 's' },
  },
  { name: 'no cache key that is no text', body: { prompt_cache_key: 5 }, is: {} },
];

const CASES: Readonly<Partial<Record<Protocol, readonly Case[]>>> = {
  'openai-chat': [
    { name: 'a request without a limit', body: {}, is: {} },
    ...LIMITS('max_completion_tokens'),
    ...LIMITS('max_tokens'),
    {
      name: 'the newer of two limits',
      body: { max_tokens: 5, max_completion_tokens: 9 },
      is: { maxOutputTokens: 9 },
    },
    { name: 'the number of answers', body: { n: 3 }, is: { answers: 3 } },
    ...[0, -1, 1.5, '3', null].map(
      (n): Case => ({ name: `one answer for n of ${JSON.stringify(n)}`, body: { n }, is: {} }),
    ),
    {
      name: 'a stream that was not asked for its usage',
      body: { stream: true },
      is: { stream: true, lacksUsageChunk: true },
    },
    {
      name: 'a stream that was asked for other options only',
      body: { stream: true, stream_options: { include_obfuscation: false } },
      is: { stream: true, lacksUsageChunk: true },
    },
    {
      name: 'a stream that was asked for its usage',
      body: { stream: true, stream_options: { include_usage: true } },
      is: { stream: true },
    },
    { name: 'no stream of anything but true', body: { stream: 'true' }, is: {} },
    ...SESSIONS,
    ...CACHE_KEY,
  ],
  'openai-responses': [
    { name: 'a request without a limit', body: {}, is: {} },
    ...LIMITS('max_output_tokens'),
    { name: 'a stream, which always tells its usage', body: { stream: true }, is: { stream: true } },
    ...SESSIONS,
    ...CACHE_KEY,
  ],
  'openai-embeddings': [
    { name: 'no output at all, which is a bound', body: {}, is: { maxOutputTokens: 0 } },
    { name: 'no stream', body: { stream: true, n: 3 }, is: { maxOutputTokens: 0 } },
    ...SESSIONS.map((entry) => ({ ...entry, is: { maxOutputTokens: 0, ...entry.is } })),
  ],
  'anthropic-messages': [
    ...LIMITS('max_tokens'),
    { name: 'a stream, which always tells its usage', body: { stream: true }, is: { stream: true } },
    ...SESSIONS,
  ],
  'anthropic-count-tokens': [
    { name: 'no output, whatever the limit', body: { max_tokens: 512 }, is: { maxOutputTokens: 0 } },
    ...SESSIONS.map((entry) => ({ ...entry, is: { maxOutputTokens: 0, ...entry.is } })),
  ],
  'openai-completions': [
    ...LIMITS('max_tokens'),
    { name: 'as many answers as are made', body: { n: 2, best_of: 5 }, is: { answers: 5 } },
    {
      name: 'a stream that was not asked for its usage',
      body: { stream: true },
      is: { stream: true, lacksUsageChunk: true },
    },
    ...SESSIONS,
  ],
  'gemini-generate': [
    {
      name: 'the limit in generationConfig',
      body: { generationConfig: { maxOutputTokens: 512 } },
      is: { maxOutputTokens: 512 },
    },
    {
      name: 'the limit in the other spelling',
      body: { generation_config: { max_output_tokens: 512 } },
      is: { maxOutputTokens: 512 },
    },
    {
      name: 'the number of candidates',
      body: { generationConfig: { candidateCount: 3 } },
      is: { answers: 3 },
    },
    { name: 'no stream by a member', body: { stream: true }, is: {} },
    ...SESSIONS,
  ],
  'gemini-count-tokens': [
    { name: 'no output', body: { generationConfig: { maxOutputTokens: 5 } }, is: { maxOutputTokens: 0 } },
    ...SESSIONS.map((entry) => ({ ...entry, is: { maxOutputTokens: 0, ...entry.is } })),
  ],
  'gemini-embed': [
    { name: 'no output at all, which is a bound', body: {}, is: { maxOutputTokens: 0 } },
    ...SESSIONS.map((entry) => ({ ...entry, is: { maxOutputTokens: 0, ...entry.is } })),
  ],
};

for (const [protocol, cases] of Object.entries(CASES)) {
  const codec = CODECS[protocol as Protocol];

  describe(`the facts of ${protocol}`, () => {
    for (const { name, body, headers, is } of cases) {
      it(`are ${name}`, () => {
        const read = codec.readFacts({ model: 'm', ...body }, headers ?? {});
        assert.deepEqual(read, { ok: true, facts: { ...NOTHING, ...is } });
      });
    }

    it('have the name of the model as it is, without space around it', () => {
      const read = codec.readFacts({ model: ' openai/gpt-4o ' }, {});
      assert.equal(read.ok && read.facts.model, 'openai/gpt-4o');
    });

    for (const model of [undefined, null, 5, '', '  ', ['m']]) {
      it(`are missing without a model: ${JSON.stringify(model) ?? 'none'}`, () => {
        const read = codec.readFacts({ model }, {});
        assert.ok(!read.ok);
        assert.equal(read.code, 'missing_model');
        assert.match(read.message, /GET \/v1\/models/);
      });
    }

    for (const body of [null, [], 'x', 5, true]) {
      it(`are missing in ${JSON.stringify(body)}`, () => {
        const read = codec.readFacts(body, {});
        assert.ok(!read.ok);
        assert.equal(read.code, 'invalid_request');
      });
    }
  });
}
