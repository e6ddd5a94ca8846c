import assert from 'node:assert/strict';
import {
  readCount,
  translateCountRequest,
  writeCount,
} from '../../../../server/protocol/translate/translate-count.ts';

function translated(from: 'anthropic-count-tokens' | 'gemini-count-tokens', body: object): unknown {
  const result = translateCountRequest(from, body, 'the-model');
  assert.ok(result.ok);
  return JSON.parse(new TextDecoder().decode(result.body));
}

describe('a request to count tokens', () => {
  it('goes to Gemini as a whole request, so that tools and instructions are counted', () => {
    const body = {
      model: 'claude-sonnet-4-5',
      system: 'Be brief.',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
    };
    assert.deepEqual(translated('anthropic-count-tokens', body), {
      generateContentRequest: {
        model: 'models/the-model',
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: { type: 'object' } }] }],
      },
    });
  });

  it('goes to Anthropic without what it does not count', () => {
    const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }];
    const wanted = { model: 'the-model', messages };
    assert.deepEqual(translated('gemini-count-tokens', { contents }), wanted);
    assert.deepEqual(translated('gemini-count-tokens', { generateContentRequest: { contents } }), wanted);
  });

  it('is refused where it can not be read', () => {
    const result = translateCountRequest('anthropic-count-tokens', { messages: [] }, 'm');
    assert.ok(!result.ok);
    assert.equal(result.code, 'untranslatable');
  });

  it('is answered in the dialect of the caller', () => {
    const counted = readCount('gemini-count-tokens', writeCount('gemini-count-tokens', 31));
    assert.equal(counted, 31);
    assert.equal(new TextDecoder().decode(writeCount('anthropic-count-tokens', 31)), '{"input_tokens":31}');
    assert.equal(readCount('anthropic-count-tokens', new TextEncoder().encode('<html>')), null);
  });
});
