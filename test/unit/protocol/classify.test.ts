import assert from 'node:assert/strict';
import { classifyPath, CODECS, endpointPath } from '../../../server/protocol/classify.ts';

describe('the protocol of a path', () => {
  for (const [pathname, protocol] of [
    ['/v1/chat/completions', 'openai-chat'],
    ['/chat/completions', 'openai-chat'],
    ['/v1/v1/chat/completions', 'openai-chat'],
    ['/v1/chat/completions/', 'openai-chat'],
    ['/v1/responses', 'openai-responses'],
    ['/v1/embeddings', 'openai-embeddings'],
    ['/v1/messages', 'anthropic-messages'],
    ['/messages', 'anthropic-messages'],
    ['/v1/messages/count_tokens', 'anthropic-count-tokens'],
    ['/v1/v1/messages/count_tokens', 'anthropic-count-tokens'],
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
      assert.equal(classifyPath(endpointPath(pathname)), protocol);
    });
  }

  it('has a codec that knows its own name', () => {
    for (const [protocol, codec] of Object.entries(CODECS)) assert.equal(codec.protocol, protocol);
  });

  it('is free only for counting tokens', () => {
    const free = Object.values(CODECS).filter((codec) => !codec.billed);
    assert.deepEqual(
      free.map((codec) => codec.protocol),
      ['anthropic-count-tokens'],
    );
  });
});
