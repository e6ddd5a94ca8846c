import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { bedrockStream, CLAUDE_EVENTS } from '../support/event-stream.ts';
import { RouterFixture } from '../support/router-fixture.ts';
import { jsonReply, write } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const PROFILE = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const PLACE = '/v1/projects/p/locations/us-east5';
const GEMINI_EVENT = {
  candidates: [
    { content: { role: 'model', parts: [{ text: 'Grüße aus Vertex' }] }, finishReason: 'STOP', index: 0 },
  ],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
};

/** A caller of Chat Completions knows nothing of clouds; what they send and how they stream is the router's business. */
describe('a caller of Chat Completions is answered', () => {
  let router: RouterFixture;
  let cloud: ScriptedUpstream;
  let openai: OpenAI;

  before(async () => {
    router = await RouterFixture.start();
    cloud = await ScriptedUpstream.start();
    openai = new OpenAI({ apiKey: router.token, baseURL: `${router.daemon.url}/v1`, maxRetries: 0 });
  });
  after(async () => {
    await router.stop();
    await cloud.stop();
  });

  async function key(kind: string, secret: string, baseUrl: string): Promise<void> {
    const providerId = `my-${kind}`;
    await router.daemon.api('POST', '/keys', { providerId, kind, name: kind, secret, baseUrl });
  }

  async function ask(model: string): Promise<{ readonly text: string; readonly tokens: number | undefined }> {
    const stream = openai.chat.completions.stream({
      model,
      max_completion_tokens: 9,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hi' },
      ],
    });
    const { choices, usage } = await stream.finalChatCompletion();
    return { text: choices[0]?.message.content ?? '', tokens: usage?.completion_tokens };
  }

  it('by Claude on Bedrock, out of its event stream', async () => {
    const profiles = [{ inferenceProfileId: PROFILE, status: 'ACTIVE' }];
    cloud.on({ path: '/inference-profiles' }, jsonReply(200, { inferenceProfileSummaries: profiles }));
    cloud.on({ path: `/model/${PROFILE}/invoke-with-response-stream` }, bedrockStream(CLAUDE_EVENTS));
    await key('bedrock', 'ABSKsimulated0123456789abcdefghijklmnop', cloud.url);
    assert.deepEqual(await ask('claude-sonnet-4-5'), { text: 'Grüße aus Bedrock', tokens: 7 });
    const body = cloud.requests.at(-1)?.json ?? {};
    assert.equal(body['anthropic_version'], 'bedrock-2023-05-31');
    assert.equal(body['max_tokens'], 9);
    assert.ok(!('model' in body) && !('stream' in body));
    const [trace] = await router.traces(1);
    assert.equal(trace?.attempts[0]?.costBasis, 'reported');
    assert.ok(trace.costNano > 0, 'priced as Bedrock does');
  });

  it('by Gemini on Vertex', async () => {
    cloud.on({ path: '/v1beta1/publishers/google/models' }, jsonReply(200, {}));
    cloud.on(
      { path: `${PLACE}/publishers/google/models/gemini-2.5-pro:streamGenerateContent` },
      {
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        steps: [write(`data: ${JSON.stringify(GEMINI_EVENT)}\r\n\r\n`)],
      },
    );
    await key('vertex', 'ya29.simulated-access-token', cloud.url + PLACE);
    assert.deepEqual(await ask('gemini-2.5-pro'), { text: 'Grüße aus Vertex', tokens: 2 });
    const asked = cloud.requests.at(-1);
    assert.equal(asked?.url.split(':').at(-1), 'streamGenerateContent?alt=sse');
    assert.equal(asked.key, 'ya29.simulated-access-token');
  });
});
