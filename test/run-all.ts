import { spawn } from 'node:child_process';
import path from 'node:path';

/** One group of tests: a command whose output ends with what passed and failed. */
interface Group {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

interface Count {
  readonly passed: number;
  readonly failed: number;
}

const ROOT = path.join(import.meta.dirname, '..');
const MOCHA = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');

/** From the quickest to the slowest, so that a plain mistake shows at once. */
const GROUPS: readonly Group[] = [
  npmScript('format'),
  npmScript('lint'),
  npmScript('types'),
  npmScript('unused'),
  mocha('architecture'),
  mocha('unit'),
  mocha('protocol'),
  mocha('property'),
  mocha('contract'),
  mocha('library'),
  mocha('package'),
  mocha('lsp'),
  mocha('http'),
  mocha('daemon'),
  // Its tests wait for processes of their own most of the time.
  mocha('cli', '--parallel', '--jobs', '2'),
  mocha('demo'),
  mocha('examples'),
  { name: 'vscode', command: process.execPath, args: ['test/vscode/run.ts'] },
  mocha('agents'),
];

function mocha(folder: string, ...options: readonly string[]): Group {
  return {
    name: folder,
    command: process.execPath,
    args: [MOCHA, ...options, `test/${folder}/**/*.test.ts`],
  };
}

function npmScript(name: string): Group {
  return { name, command: 'npm', args: ['run', '--silent', name] };
}

/** Runs the groups named in the arguments, or all, and ends with one line for all of them. */
async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const groups = wanted.length === 0 ? GROUPS : GROUPS.filter((group) => wanted.includes(group.name));
  const unknown = wanted.filter((name) => !GROUPS.some((group) => group.name === name));
  if (unknown.length > 0)
    throw new Error(`No test group ${unknown.join(', ')}. There are: ${names(GROUPS)}.`);
  let passed = 0;
  let failed = 0;
  const broken: string[] = [];
  for (const group of groups) {
    console.log(`\n=== ${group.name}`);
    const started = performance.now();
    const count = await run(group);
    passed += count.passed;
    failed += count.failed;
    if (count.failed > 0) broken.push(group.name);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`=== ${group.name}: ${count.passed} passed, ${count.failed} failed in ${seconds} s`);
  }
  if (broken.length > 0) console.log(`\nFailed: ${broken.join(', ')}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

function names(groups: readonly Group[]): string {
  return groups.map((group) => group.name).join(', ');
}

function run(group: Group): Promise<Count> {
  return new Promise((resolve) => {
    const child = spawn(group.command, group.args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      process.stdout.write(text);
      output += text;
    });
    child.on('error', (error) => {
      console.error(error.message);
      resolve({ passed: 0, failed: 1 });
    });
    child.on('close', (code) => resolve(countOf(output, code)));
  });
}

/** Mocha's closing lines, or those of our own runners; a command without either counts as one test. */
function countOf(output: string, code: number | null): Count {
  const own = /^(\d+) passed, (\d+) failed$/m.exec(output);
  const passed = Number(own?.[1] ?? /^\s+(\d+) passing/m.exec(output)?.[1] ?? (code === 0 ? 1 : 0));
  const failed = Number(own?.[2] ?? /^\s+(\d+) failing/m.exec(output)?.[1] ?? 0);
  // A run that broke off before it counted is a failure too.
  return { passed, failed: code === 0 ? failed : Math.max(1, failed) };
}

await main();
