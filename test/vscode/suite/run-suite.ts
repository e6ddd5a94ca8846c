import Mocha from 'mocha';
import { appendFileSync } from 'node:fs';
import { REPORT_VARIABLE, type ReportEvent } from '../report.ts';

/** Loads the test files and runs them in this extension host; rejects if a test failed, as VS Code expects. */
export async function runSuite(loaders: readonly (() => Promise<unknown>)[]): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: ReportWriter, color: false });
  // Makes `describe` and `it` global, as loading a file by its path would.
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  let failures = 0;
  try {
    for (const load of loaders) await load();
    failures = await new Promise<number>((resolve) => mocha.run(resolve));
  } catch (error) {
    write({ kind: 'crashed', error: describe(error) });
    throw error;
  } finally {
    write({ kind: 'end' });
  }
  if (failures > 0) throw new Error(`${failures} failed`);
}

/** Sends Mocha's events to the runner's process through the report file. */
class ReportWriter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    let depth = 0;
    runner.on('suite', (suite) => {
      if (!suite.root) write({ kind: 'suite', depth, title: suite.title });
      depth += 1;
    });
    runner.on('suite end', () => {
      depth -= 1;
    });
    runner.on('pass', (test) => write({ kind: 'passed', depth, title: test.title, ms: test.duration ?? 0 }));
    runner.on('pending', (test) => write({ kind: 'skipped', depth, title: test.title }));
    runner.on('fail', (test, error) => {
      write({ kind: 'failed', depth, title: test.fullTitle(), error: describe(error) });
    });
  }
}

function write(event: ReportEvent): void {
  const file = process.env[REPORT_VARIABLE];
  if (file) appendFileSync(file, `${JSON.stringify(event)}\n`);
  else console.log(JSON.stringify(event));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
