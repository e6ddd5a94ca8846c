import { acquireLock } from '../../server/daemon/single-instance.ts';

// Run as a process of its own: says whether it got the lock, and keeps it until its input ends.
const folder = process.argv[2];
if (folder === undefined) throw new Error('which folder?');
process.stdin.resume();
process.stdin.once('data', () => {
  const lock = acquireLock(folder);
  process.stdout.write(lock ? 'won' : 'lost');
  process.stdin.once('end', () => lock?.release());
});
process.stdout.write('ready ');
