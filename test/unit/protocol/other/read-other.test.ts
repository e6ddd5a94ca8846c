import assert from 'node:assert/strict';
import { readJsonBody } from '../../../../server/http/read-json-body.ts';
import { classifyOther } from '../../../../server/protocol/other/classify-other.ts';
import { type OtherRequest, readOther } from '../../../../server/protocol/other/read-other.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

function read(
  pathname: string,
  body: string | Uint8Array,
  type = JSON_TYPE,
  more = {},
): ReturnType<typeof readOther> {
  const headers = { 'content-type': type, host: '127.0.0.1:8484', ...more };
  const endpoint = classifyOther('POST', pathname, '', headers);
  assert.ok(endpoint.ok);
  return readOther(endpoint, typeof body === 'string' ? Buffer.from(body) : body, headers, readJsonBody);
}

function good(...asked: Parameters<typeof read>): OtherRequest {
  const request = read(...asked);
  assert.ok(request.ok);
  return request;
}

function form(fields: Readonly<Record<string, string>>, file = 0): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = 'Content-Disposition: form-data; name="file"; filename="model"\r\n\r\n';
  return `--b\r\n${head}${'x'.repeat(file)}\r\n${parts.join('')}--b--\r\n`;
}

const FORM = 'multipart/form-data; boundary=b';

describe('what is read of a request that passes through', () => {
  it('is the model of an object, of a form, of a path, or what the path implies', () => {
    assert.equal(good('/v1/images/generations', '{"model":"gpt-image-1.5"}').facts.model, 'gpt-image-1.5');
    assert.equal(
      good('/v1/audio/transcriptions', form({ model: 'whisper-1' }), FORM).facts.model,
      'whisper-1',
    );
    assert.equal(good('/v1beta/models/imagen%2d4:predict', '{}').facts.model, 'imagen-4');
    assert.equal(good('/v1/moderations', '{"input":"x"}').facts.model, 'omni-moderation-latest');
    assert.equal(good('/v1/images/generations', '{}').facts.model, '');
    assert.equal(good('/v1/files', form({ purpose: 'batch' }), FORM).facts.model, '');
    assert.equal(good('/v1/anything', new Uint8Array([1, 2, 3]), 'audio/wav').facts.model, '');
    assert.equal(good('/v1/anything', '').facts.model, '');
  });

  it('does not depend on what the type says of an object', () => {
    for (const type of ['text/plain', '', 'application/octet-stream']) {
      assert.equal(good('/v1/images/generations', ' {"model":"m"}', type).facts.model, 'm', type);
    }
  });

  for (const [what, pathname, body, type, code] of [
    [
      'two models in a form',
      '/v1/audio/speech',
      `${form({ model: 'a' }).slice(0, -7)}${form({ model: 'b' })}`,
      FORM,
      'duplicate_field',
    ],
    [
      'two models in an object',
      '/v1/audio/speech',
      '{"model":"a","model":"b"}',
      'text/plain',
      'duplicate_field',
    ],
    ['a form without an end', '/v1/audio/speech', form({ model: 'a' }).slice(0, -8), FORM, 'invalid_request'],
    [
      'a form without a boundary',
      '/v1/audio/speech',
      form({ model: 'a' }),
      'multipart/form-data',
      'invalid_request',
    ],
    ['broken JSON', '/v1/audio/speech', '{"model":', JSON_TYPE, 'malformed_json'],
    [
      'a form in a URL',
      '/v1/audio/speech',
      'model=a',
      'application/x-www-form-urlencoded',
      'unsupported_encoding',
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      const found = read(pathname, body, type);
      assert.equal(found.ok ? null : found.code, code);
    });
  }

  it('reckons a file with no more tokens than a model takes of one', () => {
    const { facts } = good('/v1/audio/transcriptions', form({ model: 'whisper-1' }, 900_000), FORM);
    assert.equal(facts.inputBytes, 16_384 + 'whisper-1'.length);
    const small = good('/v1/audio/transcriptions', form({ model: 'whisper-1' }, 10), FORM);
    assert.equal(small.facts.inputBytes, 10 + 'whisper-1'.length);
  });

  it('is what only one account has', () => {
    const body = {
      input_file_id: 'file-in1',
      file_ids: ['file-a1', 'file-b2', 'no id'],
      custom_id: 'request-1',
      tools: [{ type: 'file_search', vector_store_ids: ['vs_68aB'] }],
      model: 'gpt-4o-2024',
    };
    assert.deepEqual(
      [...good('/v1/vector_stores/vs_1/file_batches', JSON.stringify(body)).references].sort(),
      ['file-a1', 'file-b2', 'file-in1', 'vs_1', 'vs_68aB'],
    );
    assert.deepEqual(good('/v1/fine_tuning/jobs', '{"training_file":"file-t1"}').references, ['file-t1']);
    assert.deepEqual(good('/v1beta/files/abc-1:download', '{}').references, ['files/abc-1']);
    const uri = '{"x":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/abc"}}';
    assert.deepEqual(good('/v1beta/batches', uri).references, ['files/abc']);
    let deep = '"file-deep"';
    for (let depth = 0; depth < 3000; depth++) deep = `{"a":${deep}}`;
    assert.deepEqual(good('/v1/anything', deep).references, []);
  });

  it('names the model of a batch where it is one', () => {
    const batch = (...models: readonly string[]): string =>
      JSON.stringify({ requests: models.map((model) => ({ custom_id: 'a', params: { model } })) });
    assert.equal(good('/v1/messages/batches', batch('m', 'm')).facts.model, 'm');
    assert.equal(good('/v1/messages/batches', batch('m', 'n')).facts.model, '');
    const { codec, warnings } = good('/v1/messages/batches', batch('m'));
    assert.deepEqual([codec.billed, codec.cost, codec.editsAnswer], [true, 'deferred', true]);
    assert.match(warnings.join(), /not known/);
  });

  it('replaces the model where it stands, and nothing else', () => {
    const decoded = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
    const text = form({ model: 'openai/whisper-1', prompt: 'model' }, 50);
    const { codec } = good('/v1/audio/transcriptions', text, FORM);
    assert.equal(
      decoded(codec.edit(Buffer.from(text), { model: 'w' })),
      form({ model: 'w', prompt: 'model' }, 50),
    );
    assert.equal(codec.edit(Buffer.from(text), { maxOutputTokens: 5 }).length, text.length);
    const json = good('/v1/images/generations', '{ "model" : "a", "n":2}');
    assert.equal(
      decoded(json.codec.edit(Buffer.from('{ "model" : "a", "n":2}'), { model: 'b' })),
      '{ "model" : "b", "n":2}',
    );
    assert.equal(json.facts.answers, 2);
    const google = good('/v1beta/cachedContents', '{"model":"models/a"}');
    assert.equal(google.facts.model, 'a');
    assert.equal(
      decoded(google.codec.edit(Buffer.from('{"model":"models/a"}'), { model: 'b' })),
      '{"model":"models/b"}',
    );
  });
});
