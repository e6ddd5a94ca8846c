import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { CallQueue } from '../../server/protocol/translate/call-queue.ts';
import type { AnswerEvent } from '../../server/protocol/translate/answer-event.ts';

const objects = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 });

/** Calls, each cut into pieces, and the order in which the pieces of all of them come. */
const streams = fc
  .array(fc.tuple(objects, fc.array(fc.nat(), { maxLength: 5 })), { minLength: 1, maxLength: 4 })
  .chain((calls) => {
    const cut = calls.map(([value, places]) => piecesOf(JSON.stringify(value), places));
    const turns = cut.flatMap((pieces, index) => pieces.map(() => index));
    return fc.shuffledSubarray(turns, { minLength: turns.length }).map((order) => ({ calls, cut, order }));
  });

function piecesOf(text: string, places: readonly number[]): readonly string[] {
  const cuts = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
  return cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
}

/** What the events come to: one call after the other. */
function received(
  events: readonly AnswerEvent[],
): readonly { readonly name: string; readonly json: string }[] {
  const calls: { name: string; json: string }[] = [];
  let open = false;
  for (const event of events) {
    if (event.type === 'tool_call') {
      assert.ok(!open, 'a call begins when the one before has ended');
      open = true;
      calls.push({ name: event.name, json: '' });
    } else if (event.type === 'arguments') {
      assert.ok(open);
      const last = calls.at(-1);
      assert.ok(last);
      last.json += event.text;
    } else {
      assert.equal(event.type, 'part_ended');
      open = false;
    }
  }
  assert.ok(!open);
  return calls;
}

describe('calls of tools that are received side by side', () => {
  it('are passed on whole, one after the other, in whichever order their pieces come', () => {
    fc.assert(
      fc.property(streams, ({ calls, cut, order }) => {
        const queue = new CallQueue(() => 'none');
        const taken = cut.map(() => 0);
        const first: number[] = [];
        const events = order.flatMap((index) => {
          const at = taken[index] ?? 0;
          taken[index] = at + 1;
          const begins = at === 0 ? { id: `call_${index}`, name: `tool_${index}` } : {};
          if (at === 0) first.push(index);
          const { id, name } = begins;
          return queue.take({
            index,
            ...(id === undefined ? {} : { id }),
            function: { ...(name === undefined ? {} : { name }), arguments: cut[index]?.[at] },
          });
        });
        assert.deepEqual(
          received([...events, ...queue.close()]),
          first.map((index) => ({ name: `tool_${index}`, json: JSON.stringify(calls[index]?.[0]) })),
        );
      }),
    );
  });
});
