import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ProviderAdapter } from '../../../server/core/ports/provider.ts';
import { anthropicAdapter } from '../../../server/providers/anthropic.ts';
import { openaiAdapter, openaiCompatibleAdapter } from '../../../server/providers/openai.ts';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const URL_SAFE = `${ALPHANUMERIC}-_`;
const HEX = '0123456789abcdef';

/** Keys as the providers make them: what stands before the random part, its characters and their number. */
const SHAPES: readonly (readonly [
  adapter: ProviderAdapter,
  prefix: string,
  characters: string,
  length: number,
])[] = [
  [openaiAdapter, 'sk-', ALPHANUMERIC, 48],
  [openaiAdapter, 'sk-proj-', URL_SAFE, 156],
  [openaiAdapter, 'sk-svcacct-', URL_SAFE, 156],
  [anthropicAdapter, 'sk-ant-api03-', URL_SAFE, 95],
  [openaiCompatibleAdapter, 'gsk_', ALPHANUMERIC, 52],
  [openaiCompatibleAdapter, 'sk-or-v1-', HEX, 64],
  [openaiCompatibleAdapter, 'sk-', HEX, 32],
  [openaiCompatibleAdapter, 'xai-', ALPHANUMERIC, 80],
  [openaiCompatibleAdapter, 'csk-', ALPHANUMERIC, 48],
  [openaiCompatibleAdapter, 'pplx-', ALPHANUMERIC, 48],
  [openaiCompatibleAdapter, 'fw_', ALPHANUMERIC, 24],
  [openaiCompatibleAdapter, 'hf_', ALPHANUMERIC, 34],
  [openaiCompatibleAdapter, 'nvapi-', URL_SAFE, 64],
  [openaiCompatibleAdapter, 'AIza', URL_SAFE, 35],
  [openaiCompatibleAdapter, '', ALPHANUMERIC, 32],
  [openaiCompatibleAdapter, '', HEX, 64],
];

describe('a real key', () => {
  for (const [adapter, prefix, characters, length] of SHAPES) {
    it(`is accepted: ${prefix} with ${length} characters, whatever they spell`, () => {
      const random = fc.string({
        unit: fc.constantFrom(...characters.split('')),
        minLength: length,
        maxLength: length,
      });
      // Random letters may begin with a word now and then.
      const spelling = fc
        .tuple(fc.constantFrom('my', 'the', 'test', 'your', 'key', 'xxx', 'todo', 'fake'), random)
        .map(([word, rest]) => `${word}${rest}`.slice(0, length));
      fc.assert(
        fc.property(fc.oneof(random, spelling), (part) => {
          fc.pre(!/^(.)\1+$/.test(part));
          assert.equal(adapter.refuseSecret(prefix + part), null);
        }),
      );
    });
  }

  for (const key of [
    'ollama',
    'lm-studio',
    'EMPTY',
    'none',
    'dummy',
    'not-needed',
    'sk-1234',
    'sk-no-key-required',
    'token-abc123',
    'my-secret-token',
    'test-key-of-the-team',
    'x',
  ]) {
    it(`of a local server may be anything: ${key}`, () => {
      assert.equal(openaiCompatibleAdapter.refuseSecret(key), null);
    });
  }
});

/** What stands in `.env.example` files and in documentation. */
const PLACEHOLDERS = [
  'sk-your-key-here',
  'sk-your_api_key',
  'your_api_key',
  'YOUR_API_KEY',
  'your-openai-api-key',
  'yourkeyhere',
  'YOUR_OPENAI_KEY_HERE',
  'sk-proj-your-key-here',
  'sk-ant-your-key-here',
  'sk-ant-api03-your-key-here',
  'replace_with_your_openai_api_key_please',
  '<your key>',
  '<OPENAI_API_KEY>',
  '{{OPENAI_API_KEY}}',
  '$OPENAI_API_KEY',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what people paste.
  '${OPENAI_API_KEY}',
  'sk-xxxxxxxxxxxxxxxxxxxxxxxx',
  'xxxxxxxxxxxxxxxx',
  'XXXXXXXX',
  'sk-proj-xxxxxxxxxxxx',
  'sk-ant-api03-xxxxxxxxxx',
  'sk-...',
  'sk-proj-...',
  'sk-ant-...',
  '********',
  '................',
];
const VENDORS_ONLY = [
  'changeme',
  'change-me-please',
  'replace-me',
  'insert-key-here',
  'dummy-key-value',
  'fake-key-123',
  'placeholder',
  'todo-add-key',
  'example-key',
  'sk-test',
  'sk-test-placeholder',
  'sk-example-1',
  'my-api-key',
  'my_openai_key',
  'api_key_here',
  'OPENAI_API_KEY',
  'sk-',
  'short',
  'ollama',
];

describe('a placeholder', () => {
  for (const secret of PLACEHOLDERS) {
    it(`is refused by every provider: ${secret}`, () => {
      for (const adapter of [openaiAdapter, anthropicAdapter, openaiCompatibleAdapter]) {
        const refusal = adapter.refuseSecret(secret);
        assert.equal(refusal?.code, 'key_placeholder', adapter.kind);
        assert.match(refusal.message, /Copy the real key/);
      }
    });
  }

  for (const secret of VENDORS_ONLY) {
    it(`is refused by those that make keys themselves: ${secret}`, () => {
      for (const adapter of [openaiAdapter, anthropicAdapter]) {
        assert.equal(adapter.refuseSecret(secret)?.code, 'key_placeholder', adapter.kind);
      }
    });
  }
});

describe('a subscription login', () => {
  for (const secret of [
    'sk-ant-oat01-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789',
    'sk-ant-ort01-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789',
    'sk-ant-sid01-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789',
  ]) {
    it(`of Claude is refused: ${secret.slice(0, 12)}`, () => {
      const refusal = anthropicAdapter.refuseSecret(secret);
      assert.equal(refusal?.code, 'subscription_login');
      assert.match(refusal.message, /API key/);
    });
  }

  it('of ChatGPT, a JSON web token, is refused', () => {
    const refusal = openaiAdapter.refuseSecret('eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2ln');
    assert.equal(refusal?.code, 'subscription_login');
    assert.match(refusal.message, /API key/);
  });
});
