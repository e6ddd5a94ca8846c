import assert from 'node:assert/strict';
import { classifyPath, CODECS, endpointPath } from '../../../server/protocol/classify.ts';

describe('the protocol of a path', () => {
  for (const [pathname, protocol] of [
    ['/v1/chat/completions', 'openai-chat'],
    ['/chat/completions', 'openai-chat'],
    ['/v1/v1/chat/completions', 'openai-chat'],
    ['/v1/chat/completions/', 'openai-chat'],
    ['/v1/responses', 'openai-responses'],
    ['/v1/completions', 'openai-completions'],
    ['/v1/embeddings', 'openai-embeddings'],
    ['/v1/messages', 'anthropic-messages'],
    ['/messages', 'anthropic-messages'],
    ['/v1/messages/count_tokens', 'anthropic-count-tokens'],
    ['/v1/v1/messages/count_tokens', 'anthropic-count-tokens'],
    ['/v1/models/gemini-2.5-pro', null],
    ['/v1/models/llama3:8b', null],
    ['/v1beta/models/gemini-2.5-pro', null],
    ['/v1beta/models/m:unknown', null],
    ['/v1beta/models/%zz:generateContent', null],
    ['/v1beta/models/m:constructor', null],
    ['/v1', null],
    ['/', null],
    ['/v1/', null],
    ['/v2/messages', null],
    ['/v1/messages/batches', null],
    ['/v1/Messages', null],
    ['/v1/constructor', null],
    ['/v1/__proto__', null],
  ] as const) {
    it(`is ${protocol ?? 'none'} for ${pathname}`, () => {
      assert.equal(classifyPath(endpointPath(pathname))?.protocol ?? null, protocol);
    });
  }

  for (const [pathname, protocol, model, stream] of [
    ['/v1beta/models/gemini-2.5-pro:generateContent', 'gemini-generate', 'gemini-2.5-pro', false],
    ['/v1/models/gemini-2.5-pro:generateContent', 'gemini-generate', 'gemini-2.5-pro', false],
    ['/v1/v1beta/models/m:streamGenerateContent', 'gemini-generate', 'm', true],
    ['/v1beta/models/qwen3:8b:generateContent', 'gemini-generate', 'qwen3:8b', false],
    ['/v1beta/models/openai%2Fgpt-5:countTokens', 'gemini-count-tokens', 'openai/gpt-5', false],
    ['/v1beta/models/m:embedContent', 'gemini-embed', 'm', false],
    ['/v1beta/models/m:batchEmbedContents', 'gemini-embed', 'm', false],
  ] as const) {
    it(`names the model and the method in ${pathname}`, () => {
      assert.deepEqual(classifyPath(endpointPath(pathname)), { protocol, path: { model, stream } });
    });
  }

  it('has a codec that knows its own name', () => {
    for (const [protocol, codec] of Object.entries(CODECS)) assert.equal(codec.protocol, protocol);
  });

  it('is free only for counting tokens', () => {
    const free = Object.values(CODECS).filter((codec) => !codec.billed);
    assert.deepEqual(
      free.map((codec) => codec.protocol),
      ['anthropic-count-tokens', 'gemini-count-tokens'],
    );
  });
});
