import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { SseSplitter } from '../../server/protocol/sse.ts';
import { type EventReader, StreamMeter } from '../../server/protocol/stream-meter.ts';
import { concatBytes } from '../../shared/model/bytes.ts';
import { cutAt, cutEvery, cuts } from '../support/chunks.ts';

const encoder = new TextEncoder();

interface Read {
  readonly type: string;
  readonly data: string;
}

/** The same in the plain words of the HTML Living Standard, section 9.2.6, on the whole text at once. */
function eventsOf(text: string): readonly Read[] {
  const events: Read[] = [];
  let type = '';
  let data: string[] = [];
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  // What follows the last line end is no line yet.
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (data.join('\n') !== '') events.push({ type, data: data.join('\n') });
      type = '';
      data = [];
    } else if (line.startsWith('data:')) {
      data.push(line.slice('data:'.length).replace(/^ /, ''));
    } else if (line.startsWith('event:')) {
      type = line.slice('event:'.length).trim();
    }
  }
  return events;
}

function read(pieces: readonly Uint8Array[]): {
  readonly events: readonly Read[];
  readonly bytes: Uint8Array;
} {
  const splitter = new SseSplitter();
  const events = pieces.flatMap((piece) => splitter.push(piece));
  const bytes = concatBytes([...events.map((event) => event.raw), splitter.rest()]);
  const withData = events.filter((event) => event.data !== '');
  return { events: withData.map(({ type, data }) => ({ type, data })), bytes };
}

const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('Grüße', '日本語', '🦊', '{"delta":"ä"}', 'data: x', ''),
);
const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
const line = fc.tuple(
  fc.constantFrom('data: ', 'data:', 'event: ', 'id: ', ': ', 'retry:', ''),
  value.map((text) => text.replace(/[\r\n]/g, '')),
  lineEnd,
);
/** Any lines: fields, comments, blank ones, whole events and half ones. */
const streams = fc.array(line, { maxLength: 30 }).map((lines) => lines.flat().join(''));

/** An event with its own style of line ends. */
const event = fc
  .record({
    type: fc.constantFrom('', 'message_start', 'ping'),
    data: value.map((text) => text.replace(/[\r\n]/g, '')),
    end: lineEnd,
    dropped: fc.boolean(),
  })
  .map(({ type, data, end, dropped }) => {
    const name = type === '' ? '' : `event: ${type}${end}`;
    return { text: `${name}data: ${dropped ? 'DROP' : data}${end}${end}`, dropped };
  });

const dropping: EventReader = ({ data }) => ({ drop: data === 'DROP' });
const keeping: EventReader = () => ({});

function pass(reader: EventReader, pieces: readonly Uint8Array[]): Uint8Array {
  const meter = new StreamMeter(reader);
  const out = pieces.flatMap((piece) => meter.push(piece));
  return concatBytes([...out, ...meter.finish()]);
}

describe('server-sent events, however they are cut', () => {
  it('are those of the whole text, and lose no byte', () =>
    fc.assert(
      fc.property(streams, cuts, (text, shares) => {
        const bytes = encoder.encode(text);
        const found = read(cutAt(bytes, shares));
        assert.deepEqual(found.events, eventsOf(text));
        assert.deepEqual(found.bytes, bytes);
      }),
      { numRuns: 1_000 },
    ));

  it('are the same byte by byte', () =>
    fc.assert(
      fc.property(streams, (text) => {
        const bytes = encoder.encode(text);
        assert.deepEqual(read(cutEvery(bytes, 1)), read([bytes]));
      }),
    ));

  it('come as soon as their blank line is there', () => {
    const splitter = new SseSplitter();
    const push = (text: string) => splitter.push(encoder.encode(text)).map(({ data }) => data);
    assert.deepEqual(push('data: a\r\n\r'), ['a']);
    assert.deepEqual(push('\ndata: b\n'), [''], 'the rest of the line end before');
    assert.deepEqual(push('\n'), ['b']);
    assert.deepEqual(push('data: c\n\ndata: d\n\n: e'), ['c', 'd']);
  });

  it('never throw, whatever the bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (bytes, shares) => {
        assert.deepEqual(read(cutAt(bytes, shares)).bytes, bytes);
      }),
    ));
});

describe('a metered stream', () => {
  it('is passed on byte for byte', () =>
    fc.assert(
      fc.property(streams, cuts, (text, shares) => {
        const bytes = encoder.encode(text);
        assert.deepEqual(pass(keeping, cutAt(bytes, shares)), bytes);
      }),
      { numRuns: 1_000 },
    ));

  it('is passed on without exactly the events that are left out', () =>
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), cuts, (events, shares) => {
        const bytes = encoder.encode(events.map(({ text }) => text).join(''));
        const kept = events.filter(({ dropped }) => !dropped).map(({ text }) => text);
        assert.deepEqual(pass(dropping, cutAt(bytes, shares)), encoder.encode(kept.join('')));
      }),
      { numRuns: 1_000 },
    ));

  it('passes on what is no stream of events, in bounded memory', () => {
    const meter = new StreamMeter(() => assert.fail('there is no event'));
    const piece = new Uint8Array(1024 * 1024).fill(0x78);
    let passed = 0;
    for (let count = 0; count < 20; count++) {
      for (const out of meter.push(piece)) passed += out.length;
    }
    assert.equal(passed, 20 * piece.length);
    assert.ok(meter.contentSeen, 'nothing can be tried again any more');
    assert.deepEqual(meter.finish(), []);
  });
});
