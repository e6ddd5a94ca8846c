import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { BodyEdits } from '../../server/core/ports/codec.ts';
import { openaiChat } from '../../server/protocol/openai-chat.ts';
import { topLevelMembers } from '../../server/protocol/json-members.ts';
import { jsonStyles, writeJson } from '../support/json-text.ts';

const edit = (raw: Uint8Array, edits: BodyEdits): Uint8Array => openaiChat.edit(raw, edits);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Json = Readonly<Record<string, unknown>>;

/** Strings that a scanner may trip over: quotes, backslashes, structure, the names that are looked for. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc.constantFrom(
    '\\',
    '"',
    '\\"',
    '\\\\',
    'a"}',
    '{"model":"x"}',
    '","model":"y',
    ']',
    '日本語 🦊',
    '\u2028',
  ),
);
/**
 * Names without a backslash: the JSON.parse of Node 24 (V8 13.6) mistakes a name with escapes for the name of
 * an earlier object that is spelled like its raw text, `\\"` for `\\`.
 */
const name = text.map((any) => any.replaceAll('\\', '/'));
const { tree: anything } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom(null, true, false, 0, -1.5e-7, 12345678901, '', [], {}),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const names = fc.oneof(name, fc.constantFrom('models', 'stream', 'messages', 'Model', 'stream_options '));
const members: fc.Arbitrary<Json> = fc.dictionary(names, anything, { maxKeys: 6, noNullPrototype: true });
const streamOptions = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(null, {}, { include_usage: false }, { include_usage: true, other: [1] }),
);
/** Any JSON object, most of them with what is edited. */
const bodies: fc.Arbitrary<Json> = fc
  .tuple(members, fc.option(text, { nil: undefined }), streamOptions, members)
  .map(([before, model, options, after]) => ({
    ...before,
    ...(model === undefined ? {} : { model }),
    ...(options === undefined ? {} : { stream_options: options }),
    ...after,
  }));
const margins = fc.constantFrom('', ' ', '\r\n\t');

describe('the members of a JSON object', () => {
  it('are those that JSON.parse finds, with the bytes of their values', () =>
    fc.assert(
      fc.property(bodies, jsonStyles, margins, (body, style, margin) => {
        const raw = encoder.encode(`${margin}${writeJson(body, style)}${margin}`);
        const found = topLevelMembers(raw);
        assert.ok(found);
        const read = found.members.map(({ key, start, end }) => [
          key,
          JSON.parse(decoder.decode(raw.subarray(start, end))) as unknown,
        ]);
        assert.deepEqual(read, Object.entries(body));
      }),
      { numRuns: 1_000 },
    ));

  it('are not looked for in anything else', () => {
    for (const other of ['[{"model":"x"}]', '"model"', '12', 'null', '']) {
      assert.equal(topLevelMembers(encoder.encode(other)), null);
    }
  });

  it('never throws on bytes that are no JSON', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        topLevelMembers(bytes);
      }),
    ));
});

describe('an edited body', () => {
  it('means the original with the edit', () =>
    fc.assert(
      fc.property(bodies, jsonStyles, text, (body, style, model) => {
        const raw = encoder.encode(writeJson(body, style));
        const edited: unknown = JSON.parse(decoder.decode(edit(raw, { model, includeUsage: true })));
        const options = body['stream_options'];
        assert.deepEqual(edited, {
          ...body,
          ...('model' in body ? { model } : {}),
          stream_options: { ...(options as object | null), include_usage: true },
        });
      }),
      { numRuns: 1_000 },
    ));

  it('keeps every byte but those of the value that is edited', () =>
    fc.assert(
      fc.property(bodies, jsonStyles, text, (body, style, model) => {
        const raw = encoder.encode(writeJson(body, style));
        const member = topLevelMembers(raw)?.members.find((entry) => entry.key === 'model');
        const edited = edit(raw, { model });
        if (!member) {
          assert.deepEqual(edited, raw);
          return;
        }
        const value = encoder.encode(JSON.stringify(model));
        const after = edited.subarray(member.start + value.length);
        assert.deepEqual(edited.subarray(0, member.start), raw.subarray(0, member.start));
        assert.deepEqual(edited.subarray(member.start, member.start + value.length), value);
        assert.deepEqual(after, raw.subarray(member.end));
      }),
      { numRuns: 1_000 },
    ));

  it('is the original where nothing is edited', () => {
    const raw = encoder.encode('{"model":"a"}');
    assert.deepEqual(edit(raw, {}), raw);
    assert.equal(edit(encoder.encode('[1]'), { model: 'b' }).length, 3);
  });

  it('is edited under a name that is written with escapes', () => {
    const raw = encoder.encode('{"a":"\\"model\\":\\"x\\"","mod\\u0065l" : "gpt-4o" , "b":1}');
    assert.equal(
      decoder.decode(edit(raw, { model: 'gpt-5' })),
      '{"a":"\\"model\\":\\"x\\"","mod\\u0065l" : "gpt-5" , "b":1}',
    );
  });

  it('is edited behind a byte order mark, which JSON parsers may skip', () => {
    const raw = encoder.encode('\ufeff{"model":"a"}');
    assert.equal(decoder.decode(edit(raw, { model: 'b' })), '{"model":"b"}');
    assert.deepEqual(edit(raw, { model: 'b' }).subarray(0, 3), new Uint8Array([0xef, 0xbb, 0xbf]));
  });
});
