import assert from 'node:assert/strict';
import { historyLimits } from '../../../server/daemon/history-limits.ts';

const DAY_MS = 86_400_000;

describe('the limits of the history', () => {
  it('are a month and a gigabyte, unless the environment says otherwise', () => {
    assert.deepEqual(historyLimits({}), { ageMs: 30 * DAY_MS, mostBytes: 2 ** 30 });
    const env = { APIKEYROUTER_HISTORY_DAYS: '7', APIKEYROUTER_HISTORY_MB: '64' };
    assert.deepEqual(historyLimits(env), { ageMs: 7 * DAY_MS, mostBytes: 2 ** 26 });
  });

  it('name the variable that can not be meant', () => {
    for (const text of ['0', '-1', '1.5', 'a week', '99999999']) {
      const message = /^APIKEYROUTER_HISTORY_DAYS takes a whole number from 1 to 3650, not "/;
      assert.throws(() => historyLimits({ APIKEYROUTER_HISTORY_DAYS: text }), { message });
    }
  });
});
