import assert from 'node:assert/strict';
import type { HeaderMap } from '../../../server/core/ports/upstream.ts';
import { readOpenaiLimits } from '../../../server/providers/openai-limits.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

const CASES: readonly {
  readonly source: string;
  readonly headers: HeaderMap;
  readonly read: readonly (readonly [
    dimension: string,
    limit: number,
    remaining: number,
    resetIn: number | null,
  ])[];
}[] = [
  {
    source: 'OpenAI, thoughtbot.com/blog/openai-rate-limits: resets are Go durations',
    headers: {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-reset-tokens': '6m0s',
    },
    read: [
      ['requests', 60, 59, 1000],
      ['tokens', 150_000, 149_984, 360_000],
    ],
  },
  {
    source: 'Azure OpenAI: the reset of tokens is in whole seconds',
    headers: {
      'x-ratelimit-limit-tokens': '1000000',
      'x-ratelimit-remaining-tokens': '999000',
      'x-ratelimit-reset-tokens': '37',
    },
    read: [['tokens', 1_000_000, 999_000, 37_000]],
  },
  {
    source: 'Azure OpenAI on Responses, learn.microsoft.com/answers/questions/5625878: -1 says nothing',
    headers: {
      'x-ratelimit-limit-requests': '-1',
      'x-ratelimit-limit-tokens': '-1',
      'x-ratelimit-remaining-requests': '-1',
      'x-ratelimit-remaining-tokens': '-1',
      'x-ratelimit-reset-tokens': '0',
    },
    read: [],
  },
  {
    source: 'Groq, console.groq.com/docs/rate-limits: requests a day, tokens a minute',
    headers: {
      'x-ratelimit-limit-requests': '14400',
      'x-ratelimit-limit-tokens': '18000',
      'x-ratelimit-remaining-requests': '14370',
      'x-ratelimit-remaining-tokens': '17997',
      'x-ratelimit-reset-requests': '2m59.56s',
      'x-ratelimit-reset-tokens': '7.66s',
    },
    read: [
      ['requests', 14_400, 14_370, 179_560],
      ['tokens', 18_000, 17_997, 7_660],
    ],
  },
  {
    source: 'OpenRouter, openrouter.ai/docs/api_reference/limits: one limit, reset in ms since the epoch',
    headers: {
      'x-ratelimit-limit': '20',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(NOW + 30_000),
    },
    read: [['requests', 20, 0, 30_000]],
  },
  {
    source: 'both spellings: the exact one counts',
    headers: {
      'x-ratelimit-limit': '1',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '7',
    },
    read: [['requests', 60, 7, null]],
  },
  {
    source: 'nonsense: neither a limit of zero, nor more left than there is, nor words',
    headers: {
      'x-ratelimit-limit-requests': '0',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-limit-tokens': '100',
      'x-ratelimit-remaining-tokens': '250',
      'x-ratelimit-reset-tokens': 'soon',
    },
    read: [['tokens', 100, 100, null]],
  },
  { source: 'an answer that says nothing of limits', headers: { 'content-type': 'a/b' }, read: [] },
  {
    source: 'a limit without what is left of it',
    headers: { 'x-ratelimit-limit-tokens': '100', 'x-ratelimit-remaining-tokens': '1.5' },
    read: [],
  },
];

describe('the limits of an answer', () => {
  for (const { source, headers, read } of CASES) {
    it(`are read: ${source}`, () => {
      const found = readOpenaiLimits(headers, NOW).map(({ dimension, limit, remaining, resetAt }) => [
        dimension,
        limit,
        remaining,
        resetAt === null ? null : resetAt - NOW,
      ]);
      assert.deepEqual(found, read);
    });
  }
});
