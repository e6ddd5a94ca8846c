import assert from 'node:assert/strict';
import { MemoryStore } from '../../../../server/adapters/memory/memory-store.ts';
import { AlertMarks } from '../../../../server/core/budget/alert-marks.ts';
import { KeyPool } from '../../../../server/core/key/key-pool.ts';
import { LearnedLimits } from '../../../../server/core/quota/learned-limits.ts';
import { QuotaBook } from '../../../../server/core/quota/quota-book.ts';
import { windowAt } from '../../../../server/core/quota/windows.ts';
import { WebhookFeed } from '../../../../server/core/webhooks/webhook-feed.ts';
import type { WebhookSender } from '../../../../server/core/webhooks/webhook-sender.ts';
import type { StateTransition } from '../../../../shared/model/states.ts';
import { quota, webhook } from '../../../contract/store-samples.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

type Sent = Parameters<WebhookSender['send']>[1];

const HOUR_MS = 3_600_000;

describe('what webhooks are told', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let quotas: QuotaBook;
  let sent: Sent[];
  let feed: WebhookFeed;

  beforeEach(() => {
    clock = new ManualClock();
    store = new MemoryStore();
    quotas = new QuotaBook(store, new LearnedLimits());
    sent = [];
    feed = start([]);
  });
  afterEach(() => feed.dispose());

  function start(given: readonly string[]): WebhookFeed {
    const started = new WebhookFeed({
      webhooks: { wanting: () => [webhook('w1')] },
      sender: { send: (_, event) => void sent.push(event) },
      clock,
      failed: (error) => assert.fail(String(error)),
    });
    started.watch({ pool: new KeyPool({}), quotas, marks: new AlertMarks(store, given) });
    return started;
  }

  /** One request a minute is settled for so long; predictions are looked at between. */
  async function use(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      const record = quotas.get('q1') ?? assert.fail();
      const windowStart = windowAt(record.window, clock.now(), record).start;
      const hold = { subject: 'quota:q1', windowStart, unit: 'requests', amount: 1, limit: 1000 } as const;
      quotas.settled([hold], { requests: 1 }, 0, clock.now());
      clock.advance(60_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('is a prediction that a quota runs out, once a window and also after a new start', async () => {
    const record = quota('q1', {
      owner: 'key:k1',
      dimension: 'requests',
      window: { kind: 'day' },
      timeZone: 'UTC',
      resetAt: null,
      totalCapacity: 300,
    });
    await quotas.set(record, clock.now());
    await use(120);
    assert.deepEqual(
      sent.map(({ type }) => type),
      ['quota.exhaustion_predicted'],
    );
    const [{ data } = assert.fail()] = sent;
    const told = data as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      [told['quotaId'], told['owner'], told['capacity'], told['resetsAt']],
      ['q1', 'key:k1', 300, Date.UTC(2026, 10, 25)],
    );
    feed.dispose();
    feed = start((await store.loadRegistry()).alerts);
    await use(30);
    assert.equal(sent.length, 1);
    clock.advance(12 * HOUR_MS - 150 * 60_000);
    await use(60);
    assert.equal(sent.length, 2, 'in the next window it is news again');
  });

  it('is a key that the provider refused, and one whose limit is used up, not each time it is tried again', () => {
    const at = clock.now();
    const change = (from: StateTransition['from'], to: StateTransition['to']): StateTransition => ({
      at,
      owner: 'key:k1',
      from,
      to,
      trigger: 'test',
      ...(to === 'invalid' ? {} : { family: '*', dimension: 'credit', until: 5 }),
    });
    feed.stateChanged([change('available', 'exhausted'), change('exhausted', 'recovering')]);
    feed.stateChanged([change('recovering', 'exhausted'), change('available', 'throttled')]);
    feed.stateChanged([change('exhausted', 'invalid')]);
    assert.deepEqual(sent, [
      {
        type: 'key.exhausted',
        at,
        data: { owner: 'key:k1', keys: [], family: '*', dimension: 'credit', until: 5 },
      },
      { type: 'key.invalid', at, data: { keys: [] } },
    ]);
  });
});
