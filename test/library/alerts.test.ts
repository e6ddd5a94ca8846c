import assert from 'node:assert/strict';
import { HELLO, Stage } from '../support/library-stage.ts';

const HOUR_MS = 3_600_000;

describe('the alerts of a budget', () => {
  let stage: Stage;
  let alerts: number[];

  beforeEach(async () => {
    stage = new Stage();
    alerts = [];
    // 100 input and 50 output tokens an answer: one cent.
    await stage.key('a', { prices: { '*': { input: 50, output: 100 } } });
    stage.router.on('budgetAlert', ({ threshold }) => alerts.push(threshold));
  });

  afterEach(async () => {
    await stage.router.close();
  });

  async function ask(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      await stage.router.route(HELLO);
      stage.clock.advance(60_000);
    }
    // Alerts are given after the settlement, off the request's way.
    await new Promise((resolve) => setImmediate(resolve));
  }

  it('come once while a window rolls over what was spent, and again when it was spent anew', async () => {
    await stage.router.configureBudget({
      name: 'rolling',
      limit: 0.1,
      timeWindow: { rollingMs: HOUR_MS },
      enforcement: 'alert',
      alertThresholds: [0.5],
    });
    await ask(4);
    assert.deepEqual(alerts, []);
    await ask(20);
    assert.deepEqual(alerts, [0.5]);
    stage.clock.advance(2 * HOUR_MS);
    await ask(4);
    assert.deepEqual(alerts, [0.5]);
    await ask(4);
    assert.deepEqual(alerts, [0.5, 0.5]);
  });
});
