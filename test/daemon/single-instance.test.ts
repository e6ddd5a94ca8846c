import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { acquireLock, isLocked } from '../../server/daemon/single-instance.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';

const HOLDER = fileURLToPath(new URL('lock-holder.ts', import.meta.url));

describe('the lock of a data folder', () => {
  let folder: TempFolder;
  const children: ChildProcessWithoutNullStreams[] = [];
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
    await folder.remove();
  });

  async function startHolder(): Promise<ChildProcessWithoutNullStreams> {
    const child = spawn(process.execPath, [HOLDER, folder.path]);
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  }
  async function race(child: ChildProcessWithoutNullStreams): Promise<string> {
    child.stdin.write('go');
    const [answer] = (await once(child.stdout, 'data')) as [Buffer];
    return answer.toString();
  }
  async function end(child: ChildProcessWithoutNullStreams, how: 'release' | 'SIGKILL'): Promise<void> {
    const ended = once(child, 'exit');
    if (how === 'release') child.stdin.end();
    else child.kill('SIGKILL');
    await ended;
  }

  it('has one winner among eight processes that start at once, three times', async () => {
    for (let round = 0; round < 3; round += 1) {
      const starting = await Promise.all(Array.from({ length: 8 }, startHolder));
      const answers = await Promise.all(starting.map(race));
      assert.deepEqual(answers.toSorted(), [...Array<string>(7).fill('lost'), 'won']);
      await Promise.all(starting.map((child) => end(child, 'release')));
    }
  }).timeout(60_000);

  it('is free again after its holder was killed', async () => {
    const holder = await startHolder();
    assert.equal(await race(holder), 'won');
    assert.equal(acquireLock(folder.path), null);
    assert.equal(isLocked(folder.path), true);
    await end(holder, 'SIGKILL');
    assert.equal(isLocked(folder.path), false);
    const lock = acquireLock(folder.path);
    assert.ok(lock);
    lock.release();
  }).timeout(20_000);

  it('is held once within one process, and released once', () => {
    const lock = acquireLock(folder.path);
    assert.ok(lock);
    assert.equal(acquireLock(folder.path), null);
    lock.release();
    lock.release();
    const next = acquireLock(folder.path);
    assert.ok(next);
    next.release();
  });

  it('lies in a file and folder of its owner only', () => {
    acquireLock(folder.path)?.release();
    assert.equal(statSync(folder.file('daemon')).mode & 0o777, 0o700);
    assert.equal(statSync(folder.file('daemon', 'lock')).mode & 0o777, 0o600);
  });
});
