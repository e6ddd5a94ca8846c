import assert from 'node:assert/strict';
import { discoverKeys, withoutKeys } from '../../../shared/key-discovery.ts';

describe('discovered keys', () => {
  it('are found by the usual names of variables, in the order of these', () => {
    const found = discoverKeys({
      OPENAI_KEY_2: 'sk-b',
      ANTHROPIC_API_KEY: 'sk-ant-a',
      OPENAI_API_KEY: 'sk-a',
      OPENAI_KEY: 'sk-c',
      ANTHROPIC_KEY_1: 'sk-ant-b',
      OPENAI_API_KEY_10: 'sk-d',
    });
    assert.deepEqual(
      found.map(({ variable, providerId, secret }) => [variable, providerId, secret]),
      [
        ['ANTHROPIC_API_KEY', 'anthropic', 'sk-ant-a'],
        ['ANTHROPIC_KEY_1', 'anthropic', 'sk-ant-b'],
        ['OPENAI_API_KEY', 'openai', 'sk-a'],
        ['OPENAI_API_KEY_10', 'openai', 'sk-d'],
        ['OPENAI_KEY', 'openai', 'sk-c'],
        ['OPENAI_KEY_2', 'openai', 'sk-b'],
      ],
    );
  });

  it('are not found under names that only look alike', () => {
    const found = discoverKeys({
      MY_OPENAI_API_KEY: 'sk-a',
      OPENAI_API_KEY_PATH: '/etc/key',
      OPENAI_API_KEY_: 'sk-b',
      openai_api_key: 'sk-c',
      OPENAI_ORG_ID: 'org',
      ANTHROPIC_AUTH_TOKEN: 'token',
      AZURE_OPENAI_API_KEY: 'az',
      OPENAI_BASE_URL: 'https://api.openai.com/v1',
    });
    assert.deepEqual(found, []);
  });

  it('are trimmed, and empty ones left out', () => {
    const found = discoverKeys({ OPENAI_API_KEY: '  sk-a\n', OPENAI_KEY: ' ', ANTHROPIC_API_KEY: undefined });
    assert.deepEqual(found, [{ variable: 'OPENAI_API_KEY', providerId: 'openai', secret: 'sk-a' }]);
  });

  it('are named once, by the first of their variables', () => {
    const found = discoverKeys({ OPENAI_KEY: 'sk-a', OPENAI_API_KEY: 'sk-a ' });
    assert.deepEqual(
      found.map(({ variable }) => variable),
      ['OPENAI_API_KEY'],
    );
  });

  it("are never the router's own virtual keys", () => {
    assert.deepEqual(discoverKeys({ OPENAI_API_KEY: 'akr-abc', ANTHROPIC_API_KEY: 'akr-abc' }), []);
  });
});

describe('an environment without keys', () => {
  it("has no key of any service, and no provider's key under another name", () => {
    const env = {
      PATH: '/bin',
      OPENAI_API_KEY: 'sk-a',
      ANTHROPIC_KEY_2: 'sk-b',
      MISTRAL_API_KEY: 'm',
      ANTHROPIC_AUTH_TOKEN: 't',
      groq_api_key: 'g',
      COPY: ' sk-a ',
      EMPTY: '',
    };
    assert.deepEqual(withoutKeys(env), { PATH: '/bin', EMPTY: '' });
  });

  it("keeps the router's own variables, and names that only look alike", () => {
    const env = { APIKEYROUTER_MASTER_KEY: 'sk-a', OPENAI_API_KEY: 'akr-a', KEYBOARD: 'de', KEY: 'x' };
    const { OPENAI_API_KEY: virtual, ...kept } = env;
    assert.ok(virtual);
    assert.deepEqual(withoutKeys(env), kept);
  });
});
