import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { SystemClock } from '../../../../server/adapters/system/system-clock.ts';

describe('SystemClock', function () {
  // Starting a process takes its time on a busy machine.
  this.timeout(20_000);
  const clock = new SystemClock();

  it('tells the time in whole milliseconds', () => {
    const before = Date.now();
    const now = clock.now();
    assert.ok(Number.isInteger(now) && now >= before && now <= Date.now());
  });

  it('runs an action once, later', async () => {
    let runs = 0;
    await new Promise<void>((resolve) => {
      clock.after(5, () => {
        runs++;
        resolve();
      });
      assert.equal(runs, 0);
      // Ours does not keep the process alive; this one does.
      setTimeout(() => {}, 50);
    });
    assert.equal(runs, 1);
  });

  it('does not run what was cancelled', async () => {
    let ran = false;
    const cancel = clock.after(1, () => (ran = true));
    cancel();
    cancel();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(ran, false);
  });

  it('does not fire early for delays longer than a timer takes', async () => {
    let ran = false;
    const cancel = clock.after(2 ** 31 + 5, () => (ran = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    cancel();
    assert.equal(ran, false);
  });

  it('does not keep the process alive', () => {
    const file = new URL('../../../../server/adapters/system/system-clock.ts', import.meta.url).href;
    const code = `const { SystemClock } = await import('${file}'); new SystemClock().after(60_000, () => {});`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], { timeout: 20_000 });
    assert.equal(run.status, 0, run.stderr.toString());
  });
});
