import assert from 'node:assert/strict';
import { RunawayAlarm } from '../../../../server/core/budget/runaway-alarm.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';

const MINUTE_MS = 60_000;
const CENT = 10_000_000;

/** An agent's use: so much a minute in a few requests; returns when the alarm rang. */
function spend(
  alarm: RunawayAlarm,
  minutes: number,
  centsIn: (minute: number) => number,
  from = 0,
  conversation = 'talk',
): readonly number[] {
  const rang: number[] = [];
  for (let minute = from; minute < from + minutes; minute++) {
    for (let request = 0; request < 4; request++) {
      const at = minute * MINUTE_MS + request * 15_000;
      if (alarm.record(conversation, Math.round((centsIn(minute) * CENT) / 4), at)) rang.push(minute);
    }
  }
  return rang;
}

describe('RunawayAlarm', () => {
  it('rings once when a conversation leaves its own history, and again after a while', () => {
    const alarm = new RunawayAlarm();
    assert.deepEqual(
      spend(alarm, 20, () => 5),
      [],
    );
    const rang = spend(alarm, 15, () => 60, 20);
    assert.equal(rang[0], 20, 'in the first minute of the loop');
    assert.ok(rang.length <= 2, `it rang in the minutes ${rang.join(', ')}`);
    assert.ok(rang.every((minute, index) => index === 0 || minute - (rang[index - 1] ?? 0) >= 10));
  });

  it('says what was spent, and what is usual', () => {
    const alarm = new RunawayAlarm();
    spend(alarm, 20, () => 5);
    const alert = alarm.record('talk', 100 * CENT, 20 * MINUTE_MS);
    assert.ok(alert);
    assert.equal(alert.conversation, 'talk');
    assert.equal(alert.spentNano, 100 * CENT);
    assert.ok(Math.abs(alert.usualNano - 5 * CENT) < CENT / 100);
  });

  it('is silent over a steady conversation, however it varies from minute to minute', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = new SeededRandom(seed);
      // Up to twice the mean, with idle minutes between.
      const cents = (): number => (random.next() < 0.3 ? 0 : random.between(5, 40));
      assert.deepEqual(spend(new RunawayAlarm(), 240, cents), [], `seed ${seed}`);
    }
  });

  it('is silent over a conversation that grows dearer turn by turn', () => {
    assert.deepEqual(
      spend(new RunawayAlarm(), 200, (minute) => 1 + minute / 2),
      [],
    );
  });

  it('measures each conversation by itself alone', () => {
    const alarm = new RunawayAlarm();
    spend(alarm, 20, () => 1, 0, 'cheap');
    assert.deepEqual(
      spend(alarm, 20, () => 60, 0, 'dear'),
      [],
      'it always was that dear',
    );
    assert.ok(spend(alarm, 1, () => 60, 20, 'cheap').length > 0);
  });

  it('does not ring for small sums, or before there is any history', () => {
    const alarm = new RunawayAlarm();
    spend(alarm, 20, () => 0.1);
    assert.deepEqual(
      spend(alarm, 5, () => 5, 20),
      [],
    );
    assert.deepEqual(
      spend(new RunawayAlarm(), 2, () => 500),
      [],
    );
  });
});
