import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type FormField, formBoundary, readForm } from '../../server/protocol/other/multipart.ts';

/** RFC 2046, 5.1.1: what boundaries are made of; those of SDKs have many dashes. */
const boundary = fc
  .array(fc.constantFrom('-', '--', 'a', 'B', '7', "'", '_', '.', '=', '+'), { minLength: 1, maxLength: 40 })
  .map((parts) => parts.join('').slice(0, 70))
  .filter((text) => text.length > 0);

interface Part {
  readonly name: string;
  readonly filename: string | null;
  readonly value: Uint8Array;
}

/** Contents made of pieces of delimiters, which are the hardest to tell from them. */
function contents(mark: string): fc.Arbitrary<Uint8Array> {
  const piece = fc.oneof(
    fc.constantFrom('\r', '\n', '\r\n', '\r\n-', '\r\n--', '--', mark, `--${mark}`, `\n--${mark}`),
    fc.constantFrom(`\r\n--${mark.slice(0, -1)}`, 'x', ''),
    fc.string(),
  );
  return fc
    .array(piece, { maxLength: 12 })
    .map((pieces) => pieces.join(''))
    .filter((text) => !`\r\n${text}\r\n`.includes(`\r\n--${mark}`))
    .map((text) => Buffer.from(text));
}

const form = boundary.chain((mark) =>
  fc.record({
    mark: fc.constant(mark),
    preamble: fc.constantFrom('', 'This is a form.\r\n', '\r\n'),
    parts: fc.array(
      fc.record<Part>({
        name: fc.stringMatching(/^[a-z[\]_]{1,12}$/),
        filename: fc.option(fc.stringMatching(/^[ -!#-[\]-~]{0,12}$/)),
        value: contents(mark),
      }),
      { maxLength: 6 },
    ),
  }),
);

function write(mark: string, preamble: string, parts: readonly Part[]): Buffer {
  const pieces: Uint8Array[] = [Buffer.from(preamble)];
  for (const { name, filename, value } of parts) {
    const file = filename === null ? '' : `; filename="${filename}"\r\nContent-Type: audio/mpeg`;
    pieces.push(
      Buffer.from(`--${mark}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
      value,
      Buffer.from('\r\n'),
    );
  }
  return Buffer.concat([...pieces, Buffer.from(`--${mark}--\r\n`)]);
}

describe('the fields of a form', () => {
  it('are found whatever the boundary and the files look like', () => {
    fc.assert(
      fc.property(form, ({ mark, preamble, parts }) => {
        const bytes = write(mark, preamble, parts);
        const fields = readForm(bytes, mark);
        assert.ok(fields);
        assert.deepEqual(
          fields.map(({ name, isFile, start, end }) => ({
            name,
            isFile,
            value: bytes.subarray(start, end).toString('latin1'),
          })),
          parts.map(({ name, filename, value }) => ({
            name,
            isFile: filename !== null,
            value: Buffer.from(value).toString('latin1'),
          })),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('are none where the form was cut', () => {
    fc.assert(
      fc.property(form, fc.double({ min: 0, max: 1, noNaN: true }), ({ mark, parts }, share) => {
        const bytes = write(mark, '', parts);
        // Without its last line end, and the dashes before it.
        const end = Math.floor((bytes.length - 4) * share);
        assert.equal(readForm(bytes.subarray(0, end), mark), null);
      }),
      { numRuns: 500 },
    );
  });

  it('never throw, and stay inside of the body', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), boundary, (bytes, mark) => {
        for (const { start, end } of readForm(bytes, mark) ?? []) {
          assert.ok(start <= end && end <= bytes.length);
        }
      }),
    );
  });

  it('agree with the platform, whose forms pass', async () => {
    const data = new FormData();
    data.append('file', new Blob([new Uint8Array(50_000)]), 'grüße "1".mp3');
    data.append('model', 'whisper-1');
    data.append('timestamp_granularities[]', 'word');
    const request = new Request('http://x/', { method: 'POST', body: data });
    const mark = formBoundary(request.headers.get('content-type') ?? '');
    assert.ok(mark);
    const fields = readForm(new Uint8Array(await request.arrayBuffer()), mark);
    assert.deepEqual(
      fields?.map(({ name, value, isFile }) => ({ name, value, isFile })),
      [
        { name: 'file', value: null, isFile: true },
        { name: 'model', value: 'whisper-1', isFile: false },
        { name: 'timestamp_granularities[]', value: 'word', isFile: false },
      ],
    );
  });
});

describe('a form that readers could read differently', () => {
  const read = (head: string): readonly FormField[] | null =>
    readForm(Buffer.from(`--b\r\n${head}\r\n\r\nv\r\n--b--\r\n`), 'b');

  for (const head of [
    'Content-Disposition: form-data',
    'Content-Disposition: form-data; name="a"; name="model"',
    'Content-Disposition: form-data; name="a"; name*=utf-8\'\'model',
    'Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="model"',
    'X: y',
    'Content-Disposition: form-data; name="a"\nX: y',
    `Content-Disposition: form-data; name="${'a'.repeat(9000)}"`,
  ]) {
    it(`is none: ${JSON.stringify(head.slice(0, 90))}`, () => assert.equal(read(head), null));
  }

  it('reads a name whose quotes hold what looks like another one', () => {
    assert.equal(
      read(String.raw`content-disposition: form-data; filename="x; name=\"model\""; name=a`)?.[0]?.name,
      'a',
    );
  });

  it('gives up on one that is built to be slow, and on one of too many parts', () => {
    const mark = `${'-'.repeat(69)}x`;
    const slow = Buffer.concat([
      Buffer.from(`--${mark}\r\nContent-Disposition: form-data; name="a"\r\n\r\n`),
      Buffer.from(`x${'-'.repeat(69)}x`.repeat(60_000)),
    ]);
    assert.equal(readForm(slow, mark), null);
    const part = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nv\r\n';
    assert.equal(readForm(Buffer.from(`${part.repeat(1001)}--b--\r\n`), 'b'), null);
    assert.equal(readForm(Buffer.from(`${part.repeat(900)}--b--\r\n`), 'b')?.length, 900);
  });

  for (const [type, mark] of [
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;charset=utf-8;BOUNDARY="a b;c"', 'a b;c'],
    ['multipart/form-data', null],
    ['multipart/mixed; boundary=abc', null],
    ['application/json', null],
    [`multipart/form-data; boundary="${'a'.repeat(71)}"`, null],
  ] as const) {
    it(`has the boundary ${mark} in ${type.slice(0, 60)}`, () => assert.equal(formBoundary(type), mark));
  }
});
