import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Meter } from '../../server/core/ports/codec.ts';
import { CODECS } from '../../server/protocol/classify.ts';
import type { ReportedError } from '../../server/protocol/reported-error.ts';
import { concatBytes } from '../../shared/model/bytes.ts';
import type { Protocol } from '../../shared/model/trace.ts';
import { NO_USAGE, type TokenUsage } from '../../shared/model/usage.ts';
import { cutEvery } from '../support/chunks.ts';

const FOLDER = path.join(import.meta.dirname, 'golden');

/** What is to be read of a stream. Events are counted from zero; comments count. */
interface Reading {
  readonly protocol: Protocol;
  readonly stripUsageChunk?: boolean;
  readonly answers?: number;
  /** The event with the first content, from which on nothing may be tried again. */
  readonly contentFrom: number | null;
  readonly complete: boolean;
  readonly error: ReportedError | null;
  /** Bytes of generated text. */
  readonly outputBytes: number;
  /** Counts that are not zero. */
  readonly usage: Partial<TokenUsage> | null;
  /** The events that the caller does not get. */
  readonly leftOut?: readonly number[];
}

function open(reading: Reading): Meter {
  const { protocol, stripUsageChunk = false, answers = 1 } = reading;
  return CODECS[protocol].meter({ stream: true, stripUsageChunk, answers });
}

/** The events with their bytes; what is left at the end is one too. */
function eventsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(bytes).toString('latin1');
  return text.split(/(?<=\n\n|\r\n\r\n)/).map((event) => Buffer.from(event, 'latin1'));
}

describe('a recorded stream', () => {
  const names = readdirSync(FOLDER).filter((file) => file.endsWith('.sse'));

  it('is there for every protocol that streams', () => assert.ok(names.length >= 20));

  for (const name of names) {
    describe(name, () => {
      const bytes = new Uint8Array(readFileSync(path.join(FOLDER, name)));
      const file = path.join(FOLDER, name.replace(/\.sse$/, '.json'));
      const wanted = JSON.parse(readFileSync(file, 'utf8')) as Reading;
      const events = eventsOf(bytes);
      const kept = events.filter((_, index) => !wanted.leftOut?.includes(index));

      for (const size of [1, 2, 7, 64, bytes.length]) {
        it(`is read and passed on as it should be in pieces of ${size} bytes`, () => {
          const meter = open(wanted);
          const out = cutEvery(bytes, size).flatMap((piece) => meter.push(piece));
          const passed = concatBytes([...out, ...meter.finish()]);
          assert.deepEqual(new Uint8Array(passed), new Uint8Array(concatBytes(kept)));
          assert.equal(meter.complete, wanted.complete);
          assert.deepEqual(meter.error, wanted.error);
          assert.equal(meter.outputBytes, wanted.outputBytes);
          assert.equal(meter.contentSeen, wanted.contentFrom !== null);
          assert.deepEqual(meter.usage, wanted.usage && { ...NO_USAGE, ...wanted.usage });
        });
      }

      it('shows its first content with the event that has it', () => {
        const meter = open(wanted);
        const first = events.findIndex((event) => {
          meter.push(event);
          return meter.contentSeen;
        });
        assert.equal(first === -1 ? null : first, wanted.contentFrom);
      });
    });
  }
});
