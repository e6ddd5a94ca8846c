import assert from 'node:assert/strict';
import type { RouterFailure } from '../../../server/core/ports/codec.ts';
import { CODECS } from '../../../server/protocol/classify.ts';

function failure(status: number, code: RouterFailure['code'] = 'all_attempts_failed'): RouterFailure {
  return { code, status, message: 'No "key" could answer.\nTry again.', final: true };
}

describe("an error in OpenAI's dialect", () => {
  for (const [status, type] of [
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'insufficient_quota'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'server_error'],
    [502, 'server_error'],
    [503, 'server_error'],
  ] as const) {
    it(`is a ${type} for status ${status}`, () => {
      const found: unknown = JSON.parse(CODECS['openai-chat'].errorBody(failure(status), 'req_1'));
      assert.deepEqual(found, {
        error: {
          message: 'No "key" could answer.\nTry again.',
          type,
          param: null,
          code: 'all_attempts_failed',
        },
        request_id: 'req_1',
      });
    });
  }

  it('names the parameter that is missing', () => {
    const body = CODECS['openai-responses'].errorBody(failure(400, 'missing_model'), 'req_1');
    assert.equal((JSON.parse(body) as { error: { param: string } }).error.param, 'model');
  });
});

describe("an error in Anthropic's dialect", () => {
  for (const [status, type] of [
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [502, 'api_error'],
    [503, 'overloaded_error'],
    [529, 'overloaded_error'],
  ] as const) {
    it(`is a ${type} for status ${status}`, () => {
      const found: unknown = JSON.parse(CODECS['anthropic-messages'].errorBody(failure(status), 'req_1'));
      assert.deepEqual(found, {
        type: 'error',
        error: { type, message: 'No "key" could answer.\nTry again.', code: 'all_attempts_failed' },
        request_id: 'req_1',
      });
    });
  }
});

describe('an error that ends a stream', () => {
  for (const [protocol, type] of [
    ['openai-chat', 'upstream_cut'],
    ['openai-responses', 'upstream_cut'],
    ['anthropic-messages', 'api_error'],
  ] as const) {
    it(`is one event of ${protocol} that its own meter reads as an error`, () => {
      const bytes = CODECS[protocol].errorEvent(failure(502, 'upstream_cut'), 'req_1');
      assert.match(new TextDecoder().decode(bytes), /^(?:event: error\n)?data: [^\n]+\n\n$/);
      const meter = CODECS[protocol].meter({ stream: true, stripUsageChunk: true, answers: 1 });
      assert.deepEqual(meter.push(bytes), [bytes]);
      assert.deepEqual(meter.error, { message: 'No "key" could answer.\nTry again.', type });
      assert.equal(meter.complete, false);
    });
  }

  it('is the body itself where nothing is ever streamed', () => {
    const codec = CODECS['openai-embeddings'];
    const event = codec.errorEvent(failure(502), 'req_1');
    assert.equal(new TextDecoder().decode(event), codec.errorBody(failure(502), 'req_1'));
  });
});
