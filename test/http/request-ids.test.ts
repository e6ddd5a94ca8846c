import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { anthropicMessages } from '../support/anthropic-answers.ts';
import { openaiChat } from '../support/openai-answers.ts';
import { eventually, RouterFixture } from '../support/router-fixture.ts';

const CHAT = '/v1/chat/completions';
const BODY = { model: 'gpt-4o', max_tokens: 9, messages: [{ role: 'user', content: 'hello' }] };
const OWN = /^req_[0-9a-z]{26}$/;
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('request ids', () => {
  let router: RouterFixture;

  before(async () => {
    router = await RouterFixture.start();
    await router.addKey('openai', 'openai');
    await router.addKey('anthropic', 'anthropic');
    router.openai.on({ method: 'POST' }, openaiChat({ text: ['hello'] }));
    router.anthropic.on({ method: 'POST' }, anthropicMessages({ text: ['hello'] }));
  });
  after(() => router.stop());

  async function ids(answer: Response): Promise<{ shown: string; own: string | null }> {
    await answer.arrayBuffer();
    const { headers } = answer;
    return { shown: headers.get('x-request-id') ?? '', own: headers.get('x-router-request-id') };
  }

  it("are the router's own where the caller gives none", async () => {
    const { shown, own } = await ids(await router.post(CHAT, BODY));
    assert.match(shown, OWN);
    assert.equal(own, null);
    assert.equal((await router.trace(shown)).clientRequestId, undefined);
  });

  it("return the caller's, and find the request by both", async () => {
    const { shown, own } = await ids(await router.post(CHAT, BODY, { 'X-Request-ID': 'build-7/step:2' }));
    assert.equal(shown, 'build-7/step:2');
    assert.match(own ?? '', OWN);
    const trace = await router.trace(own ?? '');
    assert.equal(trace.clientRequestId, 'build-7/step:2');
    assert.equal((await router.trace(encodeURIComponent(shown))).requestId, own);
  });

  it('tell requests apart to which the caller gave one id', async () => {
    const first = await ids(await router.post(CHAT, BODY, { 'X-Request-ID': 'same' }));
    await router.trace(first.own ?? '');
    const second = await ids(await router.post(CHAT, { ...BODY, stream: true }, { 'X-Request-ID': 'same' }));
    assert.notEqual(first.own, second.own);
    assert.equal((await router.trace(second.own ?? '')).stream, true);
    assert.equal((await router.trace(first.own ?? '')).stream, false);
    assert.equal((await router.trace('same')).requestId, second.own, 'the newest');
  });

  for (const [what, id] of [
    ['a space', 'a b'],
    ['a quote', 'a"b'],
    ['markup', '<b>'],
    ["a terminal's escape", '\u009b31m'],
    ['too many characters', 'a'.repeat(129)],
    ["the form of the router's own", 'req_01h00000000000000000000000'],
    ['nothing in it', ''],
  ] as const) {
    it(`don't take one with ${what}`, async () => {
      const { shown, own } = await ids(await router.post(CHAT, BODY, { 'X-Request-ID': id }));
      assert.match(shown, OWN);
      assert.notEqual(shown, id);
      assert.equal(own, null);
    });
  }

  it("don't take the caller's token", async () => {
    const { shown } = await ids(await router.post(CHAT, BODY, { 'X-Request-ID': router.token }));
    assert.match(shown, OWN);
  });

  it('are on errors too, before and after routing, in both dialects', async () => {
    const headers = { 'X-Request-ID': 'mine' };
    for (const answer of [
      await router.post(CHAT, '{', headers),
      await router.post(CHAT, { ...BODY, model: 'nobody-has-it' }, headers),
      await router.post(CHAT, BODY, { ...headers, authorization: 'Bearer akr-wrong' }),
      await router.post('/v1/messages', {}, headers),
      await router.post('/nowhere', {}, headers),
      await fetch(`${router.daemon.url}/v1/models`, { headers }),
      await fetch(`${router.daemon.url}/api/v1/keys`, { headers }),
    ]) {
      assert.ok(answer.status >= 400, answer.url);
      const { shown, own } = await ids(answer);
      assert.equal(shown, 'mine', answer.url);
      assert.match(own ?? '', OWN, answer.url);
    }
  });

  it('are on answers of the management API', async () => {
    const { managementToken } = router.daemon.endpoint;
    const answer = await fetch(`${router.daemon.url}/api/v1/state`, {
      headers: { 'x-api-key': managementToken, 'x-request-id': 'mine' },
    });
    assert.equal((await ids(answer)).shown, 'mine');
  });

  it("keep the caller's trace context if it is valid", async () => {
    const parent = async (traceparent: string) => {
      const { shown } = await ids(await router.post(CHAT, BODY, { traceparent }));
      return (await router.trace(shown)).traceparent;
    };
    assert.equal(await parent(TRACEPARENT), TRACEPARENT);
    assert.equal(
      await parent(`${TRACEPARENT.replace('00-', 'cc-')}-what-will-come`),
      TRACEPARENT.replace('00-', 'cc-'),
    );
    assert.equal(await parent(TRACEPARENT.replace('00-', 'ff-')), undefined);
    assert.equal(await parent(`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`), undefined);
    assert.equal(await parent('00-4bf9'), undefined);
  });

  it('are on the log line of the request', async () => {
    const { own } = await ids(await router.post(CHAT, BODY, { 'X-Request-ID': 'in-the-log' }));
    await eventually(async () => {
      const log = await readFile(router.folder.file('logs', 'daemon.log'), 'utf8');
      const lines = log.split('\n').filter((line) => line.includes('in-the-log'));
      assert.equal(lines.length, 1);
      const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
      assert.equal(line['requestId'], own);
      assert.equal(line['clientRequestId'], 'in-the-log');
    });
  });
});
