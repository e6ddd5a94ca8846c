import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import Anthropic, { NotFoundError as AnthropicNotFound } from '@anthropic-ai/sdk';
import OpenAI, { NotFoundError, toFile } from 'openai';
import type { RequestView, TraceView } from '../../shared/model/views.ts';
import { openaiChat } from '../support/openai-answers.ts';
import { openaiRateLimited } from '../support/provider-errors.ts';
import { RouterFixture } from '../support/router-fixture.ts';
import { jsonReply, type Reply, write } from '../support/script.ts';

const SPEECH = randomBytes(700_000);

/** platform.openai.com/docs/api-reference/images/object */
const IMAGE_USAGE = {
  input_tokens: 50,
  output_tokens: 4160,
  total_tokens: 4210,
  input_tokens_details: { text_tokens: 10, image_tokens: 40 },
  output_tokens_details: { text_tokens: 160, image_tokens: 4000 },
};

function binary(bytes: Uint8Array, contentType: string): Reply {
  return { status: 200, headers: { 'content-type': contentType }, steps: [write(bytes)] };
}

function events(...list: readonly (readonly [string, object])[]): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    steps: list.map(([type, data]) =>
      write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`),
    ),
  };
}

describe('any other path of a provider', () => {
  let router: RouterFixture;
  let openai: OpenAI;
  let anthropic: Anthropic;

  beforeEach(async () => {
    router = await RouterFixture.start();
    await router.addKey('openai', 'first');
    await router.addKey('anthropic', 'claude');
    const client = { apiKey: router.token, maxRetries: 0 };
    openai = new OpenAI({ ...client, baseURL: `${router.daemon.url}/v1` });
    anthropic = new Anthropic({ ...client, baseURL: router.daemon.url });
  });
  afterEach(() => router.stop());

  async function lastTrace(count: number): Promise<TraceView> {
    const trace = (await router.traces(count)).at(-1);
    assert.ok(trace);
    return trace;
  }

  const last = (): (typeof router.openai.requests)[number] | undefined => router.openai.requests.at(-1);

  it('makes images, and prices the tokens of pictures as such', async () => {
    const data = [{ b64_json: randomBytes(300_000).toString('base64') }];
    router.openai.on(
      { path: '/v1/images/generations' },
      jsonReply(200, { created: 1, data, usage: IMAGE_USAGE }),
    );
    const image = await openai.images.generate({ model: 'gpt-image-1.5', prompt: 'A fox', n: 1 });
    assert.equal(image.data?.[0]?.b64_json, data[0]?.b64_json);
    const trace = await lastTrace(1);
    assert.equal(trace.protocol, 'openai-other');
    assert.equal(trace.target, 'POST /images/generations');
    assert.equal(trace.model, 'gpt-image-1.5');
    assert.deepEqual(trace.attempts[0]?.costBasis, 'reported');
    // 10 x $5 + 40 x $8 for input, 160 x $10 + 4000 x $32 for output, a million tokens each.
    assert.equal(trace.costNano, 10 * 5000 + 40 * 8000 + 160 * 10_000 + 4000 * 32_000);
  });

  it('streams images as they come', async () => {
    router.openai.on(
      { path: '/v1/images/generations' },
      events(
        ['image_generation.partial_image', { b64_json: 'AAAA', partial_image_index: 0 }],
        ['image_generation.completed', { b64_json: 'BBBB', usage: IMAGE_USAGE }],
      ),
    );
    const stream = await openai.images.generate({ model: 'gpt-image-1.5', prompt: 'A fox', stream: true });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    assert.deepEqual(types, ['image_generation.partial_image', 'image_generation.completed']);
    const trace = await lastTrace(1);
    assert.equal(trace.stream, true);
    assert.equal(trace.usage?.outputTokens, 4160);
  });

  it('speaks, byte for byte', async () => {
    router.openai.on({ path: '/v1/audio/speech' }, binary(SPEECH, 'audio/mpeg'));
    const speech = await openai.audio.speech.create({
      model: 'gpt-4o-mini-tts',
      voice: 'alloy',
      input: 'Grüße',
    });
    assert.equal(digest(await speech.arrayBuffer()), digest(SPEECH));
    assert.equal(speech.headers.get('content-type'), 'audio/mpeg');
    const trace = await lastTrace(1);
    assert.equal(trace.attempts[0]?.costBasis, 'estimated');
    assert.ok(trace.costNano > 0);
  });

  it('transcribes a file whose form passes unaltered', async () => {
    const usage = {
      type: 'tokens',
      input_tokens: 14,
      output_tokens: 45,
      input_token_details: { text_tokens: 0, audio_tokens: 14 },
    };
    router.openai.on({ path: '/v1/audio/transcriptions' }, jsonReply(200, { text: 'Grüße', usage }));
    const file = await toFile(SPEECH, 'grüße.mp3', { type: 'audio/mpeg' });
    const answer = await openai.audio.transcriptions.create({ file, model: 'gpt-4o-transcribe' });
    assert.equal(answer.text, 'Grüße');
    const received = last();
    assert.match(String(received?.headers['content-type']), /^multipart\/form-data; ?boundary=/);
    assert.ok(received?.body.includes(SPEECH));
    assert.equal(received?.key, 'sk-simulated-first-0123456789');
    const trace = await lastTrace(1);
    assert.equal(trace.model, 'gpt-4o-transcribe');
    assert.equal(trace.costNano, 14 * 6000 + 45 * 10_000);
  });

  it('takes a pinned provider out of the name of the model in a form', async () => {
    router.openai.on({ path: '/v1/audio/transcriptions' }, jsonReply(200, { text: 'Hi' }));
    const file = await toFile(SPEECH.subarray(0, 5000), 'a.mp3');
    await openai.audio.transcriptions.create({ file, model: 'openai/whisper-1' });
    const body = last()?.body.toString('latin1') ?? '';
    assert.match(body, /name="model"\r\n\r\nwhisper-1\r\n/);
    const trace = await lastTrace(1);
    assert.deepEqual(trace.edits, ['model openai/whisper-1 sent as whisper-1']);
  });

  it('takes names of models, and holds a caller to its list, in a form too', async () => {
    await router.daemon.api('PUT', '/model-names/ears', { targets: ['openai/whisper-1'] });
    router.openai.on({ path: '/v1/audio/transcriptions' }, jsonReply(200, { text: 'plum' }));
    router.openai.on({ path: '/v1/files' }, jsonReply(200, { object: 'list', data: [] }));
    const apiKey = await router.virtualKey({ name: 'ci', allowModels: ['ears'] });
    const limited = new OpenAI({ apiKey, maxRetries: 0, baseURL: `${router.daemon.url}/v1` });
    const file = await toFile(SPEECH, 'speech.mp3');
    await limited.audio.transcriptions.create({ file, model: 'ears' });
    assert.match(last()?.body.toString('latin1') ?? '', /name="model"\r\n\r\nwhisper-1\r\n/);
    for (const model of ['whisper-1', 'openai/whisper-1']) {
      await assert.rejects(
        limited.audio.transcriptions.create({ file, model }),
        /403 .*may not use the model/,
      );
    }
    await assert.rejects(
      limited.audio.transcriptions.create({ file, model: 'x'.repeat(600) }),
      /400 .*longer/,
    );
    // A batch's models stand in a file that is not looked into.
    const batch = { input_file_id: 'file-1', endpoint: '/v1/embeddings', completion_window: '24h' } as const;
    await assert.rejects(limited.batches.create(batch), /403 .*may not use what names no model/);
    assert.deepEqual((await limited.files.list()).data, []);
  });

  it('moderates for free, also without a model', async () => {
    const results = [{ flagged: false, categories: {}, category_scores: {} }];
    router.openai.on({ path: '/v1/moderations' }, jsonReply(200, { id: 'modr-1', model: 'omni', results }));
    const answer = await openai.moderations.create({ input: 'Hello' });
    assert.equal(answer.results.length, 1);
    assert.deepEqual(last()?.json, { input: 'Hello' });
    const trace = await lastTrace(1);
    assert.equal(trace.model, 'omni-moderation-latest');
    assert.equal(trace.attempts[0]?.costBasis, 'not_billed');
  });

  it('keeps files, and gives their content back', async () => {
    const object = { id: 'file-abc123', object: 'file', bytes: 3, filename: 'a.jsonl', purpose: 'batch' };
    router.openai.on({ path: '/v1/files' }, jsonReply(200, object));
    router.openai.on({ path: '/v1/files/file-abc123' }, jsonReply(200, object));
    router.openai.on(
      { path: '/v1/files/file-abc123', method: 'DELETE' },
      jsonReply(200, { ...object, deleted: true }),
    );
    router.openai.on({ path: '/v1/files/file-abc123/content' }, binary(SPEECH, 'application/octet-stream'));
    const file = await openai.files.create({
      file: await toFile(Buffer.from('{}\n'), 'a.jsonl'),
      purpose: 'batch',
    });
    assert.equal(file.id, 'file-abc123');
    assert.equal((await openai.files.retrieve(file.id)).filename, 'a.jsonl');
    assert.equal(last()?.headers['content-length'], undefined);
    const content = await openai.files.content(file.id);
    assert.equal(digest(await content.arrayBuffer()), digest(SPEECH));
    assert.equal((await openai.files.delete(file.id)).deleted, true);
    assert.equal(last()?.method, 'DELETE');
    const traces = await router.traces(4);
    assert.deepEqual(
      traces.map(({ target }) => target),
      [
        'POST /files',
        'GET /files/file-abc123',
        'GET /files/file-abc123/content',
        'DELETE /files/file-abc123',
      ],
    );
    assert.ok(traces.every(({ costNano, model }) => costNano === 0 && model === ''));
    assert.match(traces[0]?.decisions[0]?.explanation ?? '', /first is the only key/);
    const { requests } = await router.daemon.api<{ requests: readonly RequestView[] }>('GET', '/requests');
    assert.equal(requests[0]?.model, 'DELETE /files/file-abc123');
  });

  it('runs batches, and says that their cost is not known', async () => {
    const batch = { id: 'batch_abc123', object: 'batch', status: 'validating', errors: null };
    router.openai.on({ path: '/v1/batches' }, jsonReply(200, batch));
    router.openai.on(
      { path: '/v1/batches', method: 'GET' },
      jsonReply(200, { object: 'list', data: [batch], has_more: false }),
    );
    router.openai.on({ path: '/v1/batches/batch_abc123' }, jsonReply(200, batch));
    router.openai.on(
      { path: '/v1/batches/batch_abc123/cancel' },
      jsonReply(200, { ...batch, status: 'cancelling' }),
    );
    const made = await openai.batches.create({
      input_file_id: 'file-abc123',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
    assert.equal((await openai.batches.retrieve(made.id)).status, 'validating');
    assert.equal((await openai.batches.cancel(made.id)).status, 'cancelling');
    const listed = await openai.batches.list({ limit: 5 });
    assert.equal(listed.data.length, 1);
    assert.equal(last()?.url, '/v1/batches?limit=5');
    const [creation, ...others] = await router.traces(4);
    assert.match(creation?.warnings.join() ?? '', /not known/);
    assert.equal(creation?.attempts[0]?.costBasis, 'unpriced');
    assert.ok(others.every(({ warnings }) => warnings.length === 0));
  });

  it('reads, cancels and deletes stored responses', async () => {
    const stored = {
      id: 'resp_abc123',
      object: 'response',
      output: [],
      error: null,
      usage: { input_tokens: 9, output_tokens: 9 },
    };
    router.openai.on({ path: '/v1/responses/resp_abc123' }, jsonReply(200, stored));
    router.openai.on(
      { path: '/v1/responses/resp_abc123', method: 'DELETE' },
      { status: 204, headers: {}, steps: [] },
    );
    router.openai.on({ path: '/v1/responses/resp_abc123/cancel' }, jsonReply(200, stored));
    assert.equal((await openai.responses.retrieve('resp_abc123')).id, 'resp_abc123');
    await openai.responses.cancel('resp_abc123');
    await openai.responses.delete('resp_abc123');
    const traces = await router.traces(3);
    assert.ok(traces.every(({ costNano, outcome }) => costNano === 0 && outcome === 'succeeded'));
  });

  it("makes Anthropic's batches, and their SDK finds the results", async () => {
    const batch = (status: string): object => ({
      id: 'msgbatch_01abc',
      type: 'message_batch',
      processing_status: status,
      results_url: `${router.anthropic.url}/v1/messages/batches/msgbatch_01abc/results`,
    });
    const line = { custom_id: 'one', result: { type: 'canceled' } };
    router.anthropic.on({ path: '/v1/messages/batches' }, jsonReply(200, batch('in_progress')));
    router.anthropic.on({ path: '/v1/messages/batches/msgbatch_01abc' }, jsonReply(200, batch('ended')));
    router.anthropic.on(
      { path: '/v1/messages/batches/msgbatch_01abc/results' },
      binary(Buffer.from(`${JSON.stringify(line)}\n`), 'application/x-jsonl'),
    );
    const params = {
      model: 'claude-haiku-4-5',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'Hi' }],
    } as const;
    const made = await anthropic.messages.batches.create({
      requests: [{ custom_id: 'one', params: { ...params, messages: [...params.messages] } }],
    });
    assert.equal(made.results_url, `${router.daemon.url}/v1/messages/batches/msgbatch_01abc/results`);
    const results: unknown[] = [];
    for await (const entry of await anthropic.messages.batches.results(made.id)) results.push(entry);
    assert.deepEqual(results, [line]);
    assert.equal(router.anthropic.requests.at(-1)?.headers['x-api-key'], 'sk-simulated-claude-0123456789');
    const [creation] = await router.traces(3);
    assert.equal(creation?.protocol, 'anthropic-other');
    assert.equal(creation?.model, 'claude-haiku-4-5');
    assert.equal(creation?.costNano, 0);
  });

  it("keeps Anthropic's files", async () => {
    const object = {
      id: 'file_011abc',
      type: 'file',
      filename: 'a.txt',
      mime_type: 'text/plain',
      size_bytes: 2,
    };
    router.anthropic.on({ path: '/v1/files' }, jsonReply(200, object));
    const file = await anthropic.beta.files.upload({ file: await toFile(Buffer.from('Hi'), 'a.txt') });
    assert.equal(file.id, 'file_011abc');
    assert.match(router.anthropic.requests.at(-1)?.url ?? '', /^\/v1\/files/);
  });

  it('passes on what it knows nothing of, with the query, the key of repetition and the type', async () => {
    router.openai.on({ path: '/v1/nonsense/deep' }, jsonReply(201, { ok: true }));
    const response = await router.post(
      '/v1/nonsense/deep?a=1&a=2',
      { model: 'gpt-5', x: [1, 2] },
      { 'idempotency-key': 'once' },
    );
    assert.equal(response.status, 201);
    assert.deepEqual(await response.json(), { ok: true });
    assert.equal(last()?.url, '/v1/nonsense/deep?a=1&a=2');
    assert.equal(last()?.headers['idempotency-key'], 'once');
    assert.equal(last()?.body.toString(), '{"model":"gpt-5","x":[1,2]}');
  });

  it('passes on the answer that something was not found, and the key stays usable', async () => {
    const error = {
      message: 'No such File object: file-none',
      type: 'invalid_request_error',
      param: 'id',
      code: null,
    };
    router.openai.on({ path: '/v1/files/file-none' }, jsonReply(404, { error }));
    for (let time = 0; time < 2; time++) {
      await assert.rejects(openai.files.retrieve('file-none'), NotFoundError);
    }
    const missing = { type: 'error', error: { type: 'not_found_error', message: 'Not found' } };
    router.anthropic.on({ path: '/v1/files/file_none1' }, jsonReply(404, missing));
    for (let time = 0; time < 2; time++) {
      await assert.rejects(anthropic.beta.files.retrieveMetadata('file_none1'), AnthropicNotFound);
    }
    assert.equal(router.anthropic.requests.filter(({ path }) => path === '/v1/files/file_none1').length, 2);
  });

  it('goes to no provider that only imitates the API, unless it is named', async () => {
    await router.daemon.api('POST', '/providers', {
      id: 'mine',
      kind: 'openai-compatible',
      baseUrl: router.anthropic.url,
    });
    await router.addKey('mine', 'imitation');
    router.openai.on({ path: '/v1/files' }, jsonReply(200, { object: 'list', data: [] }));
    router.anthropic.on({ path: '/v1/files' }, jsonReply(200, { object: 'list', data: [] }));
    for (let time = 0; time < 4; time++) await openai.files.list();
    assert.equal(router.openai.requests.filter(({ path }) => path === '/v1/files').length, 4);
    const response = await fetch(`${router.daemon.url}/v1/files`, {
      headers: { authorization: `Bearer ${router.token}`, 'x-provider': 'mine' },
    });
    assert.equal(response.headers.get('x-provider-used'), 'mine');
  });

  it('fails over from a limit before anything was done', async () => {
    await router.addKey('openai', 'second');
    router.openai.on({ path: '/v1/files' }, openaiRateLimited(), jsonReply(200, { id: 'file-abc123' }));
    const file = await openai.files.create({
      file: await toFile(Buffer.from('{}\n'), 'a.jsonl'),
      purpose: 'batch',
    });
    assert.equal(file.id, 'file-abc123');
  });

  for (const [what, reply] of [
    ['breaks the connection', { status: 200, headers: {}, steps: [{ do: 'reset' }] }],
    ['fails', jsonReply(500, { error: { message: 'boom' } })],
  ] as const) {
    it(`makes no second file where the provider ${what}`, async () => {
      await router.addKey('openai', 'second');
      router.openai.on({ path: '/v1/files' }, reply);
      const upload = async (): Promise<unknown> =>
        openai.files.create({ file: await toFile(Buffer.from('{}\n'), 'a.jsonl'), purpose: 'batch' });
      await assert.rejects(upload(), (error: InstanceType<typeof OpenAI.APIError>) => {
        assert.equal(error.code, 'outcome_unknown');
        assert.equal(error.headers?.get('x-should-retry'), 'false');
        return true;
      });
      assert.equal(router.openai.requests.filter(({ path }) => path === '/v1/files').length, 1);
    });
  }

  it('asks another key where looking failed', async () => {
    await router.addKey('openai', 'second');
    router.openai.on(
      { path: '/v1/files' },
      jsonReply(500, { error: { message: 'boom' } }),
      jsonReply(200, { object: 'list', data: [] }),
    );
    assert.deepEqual((await openai.files.list()).data, []);
  });

  it('refuses in the dialect of the caller', async () => {
    router.openai.on({ path: '/v1/chat/completions' }, openaiChat());
    const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${router.daemon.url}${path}`, {
        headers: { authorization: `Bearer ${router.token}`, ...headers },
      });
    const admin = await get('/v1/organizations/api_keys', { 'anthropic-version': '2023-06-01' });
    assert.equal(admin.status, 403);
    assert.equal(((await admin.json()) as { type: string }).type, 'error');
    const google = await get('/v1beta/auth_tokens');
    assert.equal(google.status, 403);
    assert.equal(((await google.json()) as { error: { code: number } }).error.code, 403);
    const realtime = await get('/v1/realtime?model=gpt-realtime');
    assert.equal(realtime.status, 403);
    assert.equal(realtime.headers.get('x-error-code'), 'path_forbidden');
    const upload = await get('/upload/v1beta/files');
    assert.equal(upload.status, 404);
    assert.match(await upload.text(), /uploads/);
    const anonymous = await fetch(`${router.daemon.url}/v1/files`);
    assert.equal(anonymous.status, 401);
    const sent = router.openai.requests.length + router.anthropic.requests.length;
    assert.equal(sent, 2, 'only the listings');
  });
});

function digest(bytes: ArrayBuffer | Uint8Array): string {
  return createHash('sha256').update(new Uint8Array(bytes)).digest('hex');
}
