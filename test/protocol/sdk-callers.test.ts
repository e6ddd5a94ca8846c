import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DialogueProtocol } from '../../server/protocol/translate/dialogue.ts';
import { CALLER_SDKS } from './caller-sdk.ts';
import { SDK_CASES } from './sdk-cases.ts';
import { GOLDEN, PAIRS } from './translated-pairs.ts';
import { TranslatingServer } from './translating-server.ts';

const FINISH: Readonly<Record<DialogueProtocol, Readonly<Record<'stop' | 'tools' | 'length', string>>>> = {
  'openai-chat': { stop: 'stop', tools: 'tool_calls', length: 'length' },
  'openai-responses': { stop: 'completed', tools: 'completed', length: 'max_output_tokens' },
  'anthropic-messages': { stop: 'end_turn', tools: 'tool_use', length: 'max_tokens' },
  'gemini-generate': { stop: 'STOP', tools: 'STOP', length: 'MAX_TOKENS' },
};

/** An error instead of an answer, as each provider puts it into a stream (its documentation, "Errors"). */
const ERRORS: Readonly<Record<DialogueProtocol, string>> = {
  'openai-chat': 'data: {"error":{"message":"Too busy.","type":"server_error","param":null,"code":null}}\n\n',
  'openai-responses':
    'event: error\ndata: {"type":"error","code":"server_error","message":"Too busy.","param":null}\n\n',
  'anthropic-messages':
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Too busy."}}\n\n',
  'gemini-generate': 'data: {"error":{"code":503,"message":"Too busy.","status":"UNAVAILABLE"}}\r\n\r\n',
};

function recorded(provider: DialogueProtocol, name: string, stream: boolean): Uint8Array {
  return readFileSync(path.join(GOLDEN, 'answers', provider, `${name}.${stream ? 'sse' : 'json'}`));
}

for (const [caller, provider] of PAIRS) {
  describe(`the SDK of ${caller}, answered by ${provider}`, () => {
    const server = new TranslatingServer();
    let baseUrl = '';
    before(async () => (baseUrl = await server.listen()));
    after(() => server.close());

    for (const [name, { text = '', thinking = '', calls = [], finish, usage }] of Object.entries(SDK_CASES)) {
      for (const stream of ['stream', 'whole'] as const) {
        it(`reads the answer: ${name}, ${stream}`, async () => {
          server.answerWith({ protocol: provider, answer: (streams) => recorded(provider, name, streams) });
          const [inputTokens, cachedTokens, outputTokens] = usage;
          const { cachedTokens: cached, ...read } = await CALLER_SDKS[caller](baseUrl, stream);
          const wanted = { text, thinking, calls, finish: FINISH[caller][finish] };
          assert.deepEqual(read, { ...wanted, inputTokens, outputTokens });
          assert.equal(cached ?? 0, cachedTokens);
        });
      }
    }

    it('fails where the stream breaks off', async () => {
      const answer = (): Uint8Array => {
        const bytes = recorded(provider, 'tools', true);
        return bytes.subarray(0, bytes.length * 0.6);
      };
      server.answerWith({ protocol: provider, answer });
      await assert.rejects(CALLER_SDKS[caller](baseUrl, 'stream'), /broke off/);
    });

    it("fails with the provider's error", async () => {
      const answer = (): Uint8Array => new TextEncoder().encode(ERRORS[provider]);
      server.answerWith({ protocol: provider, answer });
      await assert.rejects(CALLER_SDKS[caller](baseUrl, 'stream'), /Too busy/);
    });

    it('fails where the answer is no answer', async () => {
      server.answerWith({ protocol: provider, answer: () => new TextEncoder().encode('<html>') });
      await assert.rejects(CALLER_SDKS[caller](baseUrl, 'stream'), /broke off/);
    });
  });
}
