import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Runs an example by its name, as `npm run example -- simple`, on the Node that npm brings along. */
const own = path.basename(import.meta.filename);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== own)
  .map((file) => path.basename(file, '.ts'));
const [name = ''] = process.argv.slice(2);

if (names.includes(name)) {
  const file = path.join(import.meta.dirname, `${name}.ts`);
  process.exitCode = spawnSync(process.execPath, [file], { stdio: 'inherit' }).status ?? 1;
} else {
  console.error(`Usage: npm run example -- NAME, with one of:\n  ${names.join('\n  ')}`);
  process.exitCode = 1;
}
