import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { bedrockAdapter } from '../../../server/providers/bedrock.ts';
import { BedrockStream, loadEventStreamCodec } from '../../../server/providers/bedrock-stream.ts';
import { bedrockChunk, CLAUDE_EVENTS, eventStreamMessage } from '../../support/event-stream.ts';
import { providerRequest } from '../../support/provider-request.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const bedrock = bedrockAdapter({ sign: () => Promise.resolve({ authorization: 'signed' }) });

describe('the Bedrock adapter', () => {
  const LISTED = [
    'anthropic.claude-3-haiku-20240307-v1:0',
    'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'eu.anthropic.claude-sonnet-4-20250514-v1:0',
    'eu.anthropic.claude-opus-4-6-v1',
  ];
  for (const [asked, called] of [
    ['claude-sonnet-4-5', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['claude-sonnet-4-5-20250929', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['claude-sonnet-4', 'eu.anthropic.claude-sonnet-4-20250514-v1:0'],
    ['claude-opus-4-6', 'eu.anthropic.claude-opus-4-6-v1'],
    ['claude-3-haiku-20240307', 'anthropic.claude-3-haiku-20240307-v1:0'],
    ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['claude-unknown', 'claude-unknown'],
  ] as const) {
    it(`calls ${called} for ${asked}`, () => assert.equal(bedrock.nameOf?.(asked, LISTED), called));
  }

  it('is asked for its models by the names that Anthropic gives them', () => {
    assert.deepEqual(bedrock.callNames?.('eu.anthropic.claude-sonnet-4-5-20250929-v1:0'), [
      'claude-sonnet-4-5-20250929',
      'claude-sonnet-4-5',
    ]);
    assert.deepEqual(bedrock.callNames?.('eu.amazon.nova-pro-v1:0'), []);
    assert.equal(bedrock.family('eu.anthropic.claude-sonnet-4-5-20250929-v1:0'), 'claude-sonnet-4');
  });

  it('keeps an ARN one segment of the path', () => {
    const model = 'arn:aws:bedrock:us-east-1:1:application-inference-profile/ab';
    const request = providerRequest({ protocol: 'anthropic-messages', model });
    assert.equal(
      bedrock.path(request),
      '/model/arn:aws:bedrock:us-east-1:1:application-inference-profile%2Fab/invoke',
    );
  });

  it('sends others than Claude to the endpoint for Chat Completions', () => {
    assert.deepEqual([...(bedrock.protocolsOf?.('openai.gpt-oss-120b-1:0') ?? [])], ['openai-chat']);
    assert.deepEqual([...(bedrock.protocolsOf?.('us.anthropic.claude-x') ?? [])], ['anthropic-messages']);
    assert.equal(bedrock.path(providerRequest({})), '/openai/v1/chat/completions');
    assert.ok(bedrock.servesByName('openai.gpt-oss-120b-1:0'));
    assert.ok(!bedrock.servesByName('gpt-4.1'));
  });

  it('asks another host for the models', () => {
    const { provider } = providerRequest({ baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com' });
    assert.equal(
      bedrock.modelsUrl(provider),
      'https://bedrock.us-east-1.amazonaws.com/inference-profiles?maxResults=1000',
    );
  });

  /** Messages as docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html and re:Post show them. */
  for (const [status, type, message, is] of [
    [
      429,
      'ThrottlingException',
      'Too many requests, please wait before trying again.',
      ['rate_limited', 'requests'],
    ],
    [
      429,
      'ThrottlingException',
      'Too many tokens, please wait before trying again.',
      ['rate_limited', 'tokens'],
    ],
    [429, 'ThrottlingException', 'Too many tokens per day, please wait.', ['quota_exhausted', 'tokens']],
    [
      403,
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
      ['permission_denied'],
    ],
    [
      403,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      ['key_invalid'],
    ],
    [
      403,
      'InvalidSignatureException',
      'Signature expired: 20261124T0000Z is now earlier',
      ['invalid_request'],
    ],
    [
      403,
      'AccessDeniedException',
      'Authentication failed: Please make sure your API Key is valid.',
      ['key_invalid'],
    ],
    [400, 'ValidationException', 'Input is too long for requested model.', ['context_length']],
    [400, 'ValidationException', 'The provided model identifier is invalid.', ['model_unavailable']],
    [
      400,
      'ValidationException',
      "Invocation of model ID x with on-demand throughput isn't supported.",
      ['model_unavailable'],
    ],
    [400, 'ValidationException', 'messages: at least one message is required', ['invalid_request']],
    [503, 'ServiceUnavailableException', 'The service is currently unavailable.', ['overloaded']],
    [424, 'ModelErrorException', 'The model returned an error.', ['server_error']],
    [408, 'ModelTimeoutException', 'The model timed out.', ['timeout']],
  ] as const) {
    it(`takes ${type} "${message.slice(0, 40)}" for ${is[0]}`, () => {
      const headers = { 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/` };
      const failure = bedrock.classify(status, headers, JSON.stringify({ message }), NOW);
      assert.deepEqual([failure.class, failure.dimension], [is[0], 'length' in is ? is[1] : undefined]);
      assert.equal(failure.code, type);
    });
  }
});

describe("Amazon's event stream", () => {
  let codec: Awaited<ReturnType<typeof loadEventStreamCodec>>;

  before(async () => {
    codec = await loadEventStreamCodec();
  });

  const expected = CLAUDE_EVENTS.map(
    (event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`,
  ).join('');
  const whole = Buffer.concat(CLAUDE_EVENTS.map(bedrockChunk));
  const decode = (pieces: readonly Uint8Array[]): string => {
    const stream = new BedrockStream(codec);
    return pieces.map((piece) => Buffer.from(stream.push(piece)).toString()).join('');
  };

  it("becomes Anthropic's events, however it is cut", () => {
    assert.equal(decode([whole]), expected);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        assert.equal(decode(pieces), expected);
      }),
      { numRuns: 200 },
    );
  });

  it('tells exceptions as errors of Anthropic', () => {
    const exception = (type: string): Uint8Array =>
      eventStreamMessage({ ':message-type': 'exception', ':exception-type': type }, '{"message":"Why."}');
    const said = (type: string): string => decode([exception(type)]);
    assert.equal(
      said('throttlingException'),
      'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"Why."}}\n\n',
    );
    assert.match(said('serviceUnavailableException'), /"overloaded_error"/);
    assert.match(said('modelStreamErrorException'), /"api_error"/);
    const error = eventStreamMessage(
      { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'Broken.' },
      '',
    );
    assert.match(decode([error]), /"api_error","message":"Broken\."/);
  });

  it('says once that it was damaged, and nothing after it', () => {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(40) ^ 1, 40);
    const text = decode([damaged, whole]);
    assert.equal(text.match(/event: error/g)?.length, 1);
    assert.match(text, /damaged on the way\."\}\}\n\n$/);
    const endless = Buffer.from([0xff, 0xff, 0xff, 0xff]);
    assert.match(decode([endless, whole]), /^event: error/);
  });

  it('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void decode([bytes])));
  });
});
