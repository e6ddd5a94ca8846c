import assert from 'node:assert/strict';
import { KeyPool } from '../../../../server/core/key/key-pool.ts';
import { ModelNames } from '../../../../server/core/model-names/model-names.ts';
import { modelUnknown } from '../../../../server/core/router/no-candidate.ts';
import { anthropicAdapter } from '../../../../server/providers/anthropic.ts';
import { googleAdapter } from '../../../../server/providers/google.ts';
import { openaiCompatibleAdapter } from '../../../../server/providers/openai.ts';
import * as sample from '../../../contract/store-samples.ts';

/** A key whose listing could not be read, of a provider at an address. */
function unlisted(kind: string, baseUrl: string): KeyPool {
  const pool = new KeyPool({
    anthropic: anthropicAdapter,
    google: googleAdapter,
    'openai-compatible': openaiCompatibleAdapter,
  });
  pool.setProvider({ id: kind, kind, name: kind, baseUrl, createdAt: 0 });
  pool.set(sample.key('key_1', { providerId: kind, models: null }));
  return pool;
}

const serves = (pool: KeyPool, model: string, pinned: string | null = null): boolean =>
  pool.serving(model, ['anthropic-messages', 'gemini-generate', 'openai-chat'], pinned).length > 0;

const unknown = (pool: KeyPool, model: string): string =>
  modelUnknown(pool, new ModelNames(pool).resolve(model), 'anthropic-messages', null).message;

describe('a key without a listing', () => {
  for (const [kind, baseUrl, own, other] of [
    ['anthropic', 'https://api.anthropic.com', 'claude-sonnet-4-5', 'gemini-2.5-pro'],
    ['google', 'https://generativelanguage.googleapis.com', 'gemini-2.5-pro', 'claude-sonnet-4-5'],
  ] as const) {
    it(`of ${kind} itself serves ${own}, and not ${other}`, () => {
      const pool = unlisted(kind, baseUrl);
      assert.equal(serves(pool, own), true);
      assert.equal(serves(pool, other), false);
      assert.match(unknown(pool, other), /No key serves the model/);
    });

    it(`of ${kind} itself serves what the caller insists on`, () => {
      assert.equal(serves(unlisted(kind, baseUrl), other, kind), true);
    });
  }

  it('serves any name at a gateway that only speaks as Anthropic does', () => {
    assert.equal(serves(unlisted('anthropic', 'https://api.deepseek.com/anthropic'), 'deepseek-chat'), true);
  });

  it('serves any name at a server that is compatible with OpenAI', () => {
    assert.equal(serves(unlisted('openai-compatible', 'http://127.0.0.1:8000'), 'qwen3'), true);
  });
});
