import assert from 'node:assert/strict';
import { GoogleGenAI } from '@google/genai';
import OpenAI, { toFile } from 'openai';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';
import type { ReceivedRequest } from '../support/received-request.ts';
import { jsonReply, type Reply } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';

const NAMES = ['first', 'second'];

/** Accounts that know only their own files and batches, as real ones do. */
function account(name: string): (request: ReceivedRequest) => Reply {
  const file = { id: `file-of-${name}`, object: 'file', filename: 'a.jsonl', purpose: 'batch', bytes: 3 };
  const batch = {
    id: `batch_${name}1`,
    object: 'batch',
    input_file_id: file.id,
    output_file_id: `file-out-of-${name}`,
  };
  return ({ method, path, json }) => {
    const found =
      method === 'POST' && path === '/v1/files'
        ? file
        : path === `/v1/files/${file.id}` || path === `/v1/files/${batch.output_file_id}`
          ? file
          : path === '/v1/batches' && json?.['input_file_id'] === file.id
            ? { ...batch, output_file_id: null }
            : path.startsWith(`/v1/batches/${batch.id}`)
              ? batch
              : null;
    return found
      ? jsonReply(200, found)
      : jsonReply(404, { error: { message: 'No such object', code: null } });
  };
}

describe('what an account made by any path', () => {
  let router: RouterFixture;

  beforeEach(async () => {
    router = await RouterFixture.start();
    for (const name of NAMES) await router.addKey('openai', name);
  });
  afterEach(() => router.stop());

  const client = (): OpenAI =>
    new OpenAI({ apiKey: router.token, maxRetries: 0, baseURL: `${router.daemon.url}/v1` });

  it('is looked for there only, also after a restart', async () => {
    for (const name of NAMES) {
      for (const method of ['GET', 'POST', 'DELETE'] as const) {
        for (const path of [
          '/v1/files',
          ...NAMES.flatMap((owner) => [`/v1/files/file-of-${owner}`, `/v1/files/file-out-of-${owner}`]),
          '/v1/batches',
          ...NAMES.flatMap((owner) => [`/v1/batches/batch_${owner}1`, `/v1/batches/batch_${owner}1/cancel`]),
        ]) {
          router.openai.on({ key: secretOf(name), method, path }, account(name));
        }
      }
    }
    const upload = async (): Promise<string> => {
      const file = await toFile(Buffer.from('{}\n'), 'a.jsonl');
      return (await client().files.create({ file, purpose: 'batch' })).id;
    };
    const files = new Set<string>();
    for (let time = 0; time < 4; time++) files.add(await upload());
    assert.deepEqual([...files].sort(), ['file-of-first', 'file-of-second'], 'both accounts were used');
    const batches: string[] = [];
    for (const id of files) {
      for (let time = 0; time < 3; time++) assert.equal((await client().files.retrieve(id)).id, id);
      const batch = await client().batches.create({
        input_file_id: id,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
      });
      batches.push(batch.id);
    }
    await router.traces(12);
    await router.crash();
    for (const id of batches) {
      const batch = await client().batches.retrieve(id);
      assert.equal(batch.id, id);
      for (let time = 0; time < 3; time++) await client().files.retrieve(batch.output_file_id ?? '');
      await client().batches.cancel(id);
    }
    for (const id of files) await client().files.delete(id);
    const answered = await router.traces(24);
    assert.ok(answered.every(({ outcome, attempts }) => outcome === 'succeeded' && attempts.length === 1));
  });

  it('of Google is known by its name', async () => {
    const google = await ScriptedUpstream.start();
    google.on(
      { path: '/v1beta/models' },
      jsonReply(200, {
        models: [{ name: 'models/gemini-2.5-flash' }, { name: 'models/imagen-4.0-generate-001' }],
      }),
    );
    await router.daemon.api('POST', '/providers', { id: 'google', kind: 'google', baseUrl: google.url });
    for (const name of NAMES) {
      await router.addKey('google', `google-${name}`);
      const cache = { name: `cachedContents/of-${name}`, model: 'models/gemini-2.5-flash' };
      const key = secretOf(`google-${name}`);
      google.on({ key, path: '/v1/cachedContents' }, jsonReply(200, cache));
      google.on({ key, path: `/v1/cachedContents/of-${name}` }, jsonReply(200, cache));
      google.on(
        { key, path: '/v1/models/imagen-4.0-generate-001:predict' },
        jsonReply(200, { predictions: [] }),
      );
    }
    const genai = new GoogleGenAI({ apiKey: router.token, httpOptions: { baseUrl: router.daemon.url } });
    const made = new Set<string>();
    for (let time = 0; time < 4; time++) {
      const cache = await genai.caches.create({ model: 'gemini-2.5-flash', config: { contents: 'Hi' } });
      made.add(cache.name ?? '');
    }
    assert.deepEqual([...made].sort(), ['cachedContents/of-first', 'cachedContents/of-second']);
    for (const name of made) {
      for (let time = 0; time < 3; time++) assert.equal((await genai.caches.get({ name })).name, name);
      await genai.caches.delete({ name });
    }
    const drawn = await fetch(`${router.daemon.url}/v1/models/imagen-4.0-generate-001:predict`, {
      method: 'POST',
      headers: { 'x-goog-api-key': router.token, 'content-type': 'application/json' },
      body: JSON.stringify({ instances: [{ prompt: 'A fox' }] }),
    });
    assert.equal(drawn.status, 200, await drawn.text());
    const traces = await router.traces(13);
    assert.ok(
      traces.every(({ protocol, outcome }) => protocol === 'gemini-other' && outcome === 'succeeded'),
    );
    assert.equal(traces.at(-1)?.model, 'imagen-4.0-generate-001');
    await google.stop();
  });
});
