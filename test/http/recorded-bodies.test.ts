import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RecordedBodies } from '../../shared/model/recorded-bodies.ts';
import { openaiChat } from '../support/openai-answers.ts';
import { openaiContextTooLong } from '../support/provider-errors.ts';
import { eventually, RouterFixture, secretOf } from '../support/router-fixture.ts';
import { jsonReply, sliced, write } from '../support/script.ts';

const PROMPT = 'a prompt that the disk must not show';
const MB = 1024 * 1024;

describe('the bodies of requests', () => {
  let router: RouterFixture;
  afterEach(() => router.stop());

  async function start(mode?: string): Promise<void> {
    router = await RouterFixture.start(mode === undefined ? {} : { APIKEYROUTER_RECORD_BODIES: mode });
    await router.addKey('openai', 'first');
    router.openai.on({ method: 'POST' }, openaiChat());
  }

  /** A request's id and its answer's text. */
  async function chat(
    content: string,
    more: object = {},
  ): Promise<{ readonly id: string; readonly text: string }> {
    const body = { model: 'gpt-4o', max_tokens: 50, messages: [{ role: 'user', content }], ...more };
    const answer = await router.post('/v1/chat/completions', body);
    const id = answer.headers.get('x-request-id') ?? assert.fail();
    return { id, text: await answer.text() };
  }

  const read = (id: string): Promise<RecordedBodies> =>
    eventually(() => router.daemon.api<RecordedBodies>('GET', `/requests/${id}/body`));

  /** Whether any file of the data folder has these bytes in it. */
  async function onDisk(text: string): Promise<boolean> {
    const files = await readdir(router.folder.path, { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(path.join(file.parentPath, file.name))),
    );
    assert.ok(contents.length > 2);
    return contents.some((content) => content.includes(text));
  }

  it('are not recorded unless somebody wants that', async () => {
    await start();
    const { id } = await chat(PROMPT);
    await router.trace(id);
    await assert.rejects(router.daemon.api('GET', `/requests/${id}/body`), /No bodies are recorded/);
    await router.daemon.stop();
    assert.equal(await onDisk(PROMPT), false);
    assert.equal(await onDisk(id), true, 'what is on the disk was looked at');
  });

  it('are recorded as the tool saw them, unreadable on the disk, and each look is known', async () => {
    await start('all');
    const { id, text } = await chat(PROMPT);
    const bodies = await read(id);
    assert.equal(bodies.requestId, id);
    assert.deepEqual((JSON.parse(bodies.request.text) as { messages: unknown }).messages, [
      { role: 'user', content: PROMPT },
    ]);
    assert.equal(bodies.answer.text, text);
    assert.deepEqual([bodies.answer.cut, bodies.answer.bytes], [false, Buffer.byteLength(text)]);
    const audit = await router.daemon.api<{ entries: readonly { action: string; target: string }[] }>(
      'GET',
      '/audit?limit=1',
    );
    assert.deepEqual(
      audit.entries.map(({ action, target }) => [action, target]),
      [['request.read_bodies', id]],
    );
    await router.crash();
    assert.deepEqual(await read(id), bodies, 'also after a restart');
    assert.equal(await onDisk(PROMPT), false);
  });

  it('of streams are recorded whole, however they were cut into pieces', async () => {
    await start('all');
    router.openai.on({ method: 'POST' }, sliced(openaiChat({ text: ['Grüße', ' 👋'] }), 3));
    const { id, text } = await chat(PROMPT, { stream: true });
    assert.match(text, /data: \[DONE\]/);
    const { answer } = await read(id);
    assert.deepEqual([answer.text, answer.encoding], [text, 'utf8']);
  });

  it('have no keys and no tokens in them', async () => {
    await start('all');
    const { token } = router;
    const { id } = await chat(`my key is ${secretOf('first')}, my token ${token}`);
    const { request } = await read(id);
    assert.match(request.text, /my key is \[redacted\], my token \[redacted\]/);
  });

  it('are cut where they are long, without half a secret at the end', async () => {
    await start('all');
    const filler = 'x'.repeat(MB - 80);
    router.openai.on(
      { method: 'POST' },
      {
        status: 200,
        headers: { 'content-type': 'application/json' },
        steps: [write(JSON.stringify({ id: 'c', choices: [], padding: 'y'.repeat(2 * MB) }))],
      },
    );
    const { id } = await chat(`${filler}${secretOf('first').repeat(3)}${filler}`);
    const { request, answer } = await read(id);
    assert.deepEqual([request.cut, answer.cut], [true, true]);
    assert.ok(request.bytes > 2 * MB - 200 && request.text.length <= MB);
    assert.ok(answer.bytes > 2 * MB && answer.text.length <= MB);
    assert.ok(!request.text.includes('sk-simulated'), request.text.slice(-100));
  });

  it('that are no text are recorded too', async () => {
    await start('all');
    const bytes = Uint8Array.of(0xff, 0xfe, 0, 1, 0x80);
    router.openai.on(
      { method: 'POST' },
      {
        status: 200,
        headers: { 'content-type': 'audio/mpeg' },
        steps: [write(bytes)],
      },
    );
    const response = await router.post('/v1/audio/speech', { model: 'gpt-4o', input: 'Hi', voice: 'alloy' });
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes);
    const { answer } = await read(response.headers.get('x-request-id') ?? '');
    assert.deepEqual([answer.encoding, answer.text], ['base64', Buffer.from(bytes).toString('base64')]);
  });

  it('are recorded of failures only, where that is wanted', async () => {
    await start('failed');
    router.openai.on({ method: 'POST' }, openaiChat(), openaiContextTooLong(), jsonReply(200, {}));
    const good = await chat(PROMPT);
    const bad = await chat(PROMPT);
    const { answer } = await read(bad.id);
    assert.equal(answer.text, bad.text);
    await assert.rejects(router.daemon.api('GET', `/requests/${good.id}/body`), /No bodies are recorded/);
  });

  it('are for admins only', async () => {
    await start('all');
    const { id } = await chat(PROMPT);
    await read(id);
    const { token } = await router.daemon.api<{ token: string }>('POST', '/management-tokens', {
      name: 'operator',
      role: 'operate',
    });
    const headers = { 'x-api-key': token };
    assert.equal((await fetch(`${router.daemon.url}/api/v1/requests/${id}/body`, { headers })).status, 403);
  });
});
