import assert from 'node:assert/strict';
import { CODECS } from '../../../server/protocol/classify.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

describe('an edit of a request of gemini-generate', () => {
  const edit = (body: string, maxOutputTokens = 9): string =>
    decoder.decode(CODECS['gemini-generate'].edit(encoder.encode(body), { maxOutputTokens }));

  for (const [name, body, edited] of [
    ['adds the limit', '{"contents": []}', '{"generationConfig":{"maxOutputTokens":9},"contents": []}'],
    ['adds it to nothing', '{}', '{"generationConfig":{"maxOutputTokens":9}}'],
    [
      'adds it to what is there',
      '{ "generationConfig" : { "topK": 4 }, "contents":[]}',
      '{ "generationConfig" : {"maxOutputTokens":9, "topK": 4 }, "contents":[]}',
    ],
    [
      'changes it where it is',
      '{"generation_config":{"max_output_tokens": 500}}',
      '{"generation_config":{"max_output_tokens": 9}}',
    ],
  ] as const) {
    it(name, () => assert.equal(edit(body), edited));
  }

  it('leaves the model to the path', () => {
    const raw = encoder.encode('{"contents":[]}');
    assert.equal(CODECS['gemini-generate'].edit(raw, { model: 'other' }), raw);
  });
});

describe('the facts of gemini-generate', () => {
  it('are in the path where it says them', () => {
    const body = {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      tools: [{ functionDeclarations: [] }],
    };
    const read = CODECS['gemini-generate'].readFacts(body, {}, { model: 'gemini-2.5-pro', stream: true });
    assert.ok(read.ok);
    const { conversation, ...facts } = read.facts;
    assert.match(conversation ?? '', /^prefix-/);
    assert.deepEqual(facts, {
      model: 'gemini-2.5-pro',
      stream: true,
      maxOutputTokens: null,
      answers: 1,
      hasTools: true,
      lacksUsageChunk: false,
      signed: { bound: [], needed: [], sealed: false },
    });
  });
});

describe('an error of the router in the dialect of Gemini', () => {
  for (const [status, name] of [
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [402, 'RESOURCE_EXHAUSTED'],
    [404, 'NOT_FOUND'],
    [429, 'RESOURCE_EXHAUSTED'],
    [502, 'INTERNAL'],
    [503, 'UNAVAILABLE'],
    [504, 'DEADLINE_EXCEEDED'],
  ] as const) {
    it(`is ${name} for ${status}`, () => {
      const failure = { code: 'all_attempts_failed', status, message: 'No key.', final: true } as const;
      const body = JSON.parse(CODECS['gemini-generate'].errorBody(failure, 'req_1')) as { error: object };
      assert.deepEqual(body.error, {
        code: status,
        message: 'No key.',
        status: name,
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'all_attempts_failed',
            domain: 'apikeyrouter',
            metadata: { request_id: 'req_1' },
          },
        ],
      });
    });
  }
});
