import { SqliteStore } from '../../../../server/adapters/sqlite/sqlite-store.ts';
import { holdsOf, reservation, settlement } from '../../../contract/store-samples.ts';

// Run as a process of its own: reserves and settles until it is killed, and says what was acknowledged. One attempt
// in ten is left open.
const file = process.argv[2];
if (file === undefined) throw new Error('which file?');
const store = SqliteStore.open({
  file,
  instance: { id: 'killed', pid: process.pid },
  clock: { now: () => 7 },
  isAlive: () => true,
});

async function work(worker: number): Promise<never> {
  for (let round = 0; ; round += 1) {
    const id = `w${worker}-${round}`;
    await store.reserveMany([reservation(id, { holds: holdsOf(100, null) })]);
    process.stdout.write(`admitted ${id}\n`);
    if (round % 10 === 0) continue;
    await store.settleMany([settlement(id)]);
    process.stdout.write(`settled ${id}\n`);
  }
}

await Promise.all([work(1), work(2), work(3)]);
