import { existsSync, readFileSync } from 'node:fs';

/** The environment variable that tells the suite, inside the extension host, where to write its report. */
export const REPORT_VARIABLE = 'APIKEYROUTER_TEST_REPORT';

/** One line of the report file; the suite appends them as it goes, the runner reads along. */
export type ReportEvent =
  | { readonly kind: 'suite'; readonly depth: number; readonly title: string }
  | { readonly kind: 'passed'; readonly depth: number; readonly title: string; readonly ms: number }
  | { readonly kind: 'failed'; readonly depth: number; readonly title: string; readonly error: string }
  | { readonly kind: 'skipped'; readonly depth: number; readonly title: string }
  | { readonly kind: 'crashed'; readonly error: string }
  | { readonly kind: 'end' };

/** Reads a report file while it grows and prints it the way mocha's `spec` reporter would. */
export class ReportReader {
  readonly #file: string;
  #seen = 0;
  #passed = 0;
  #ended = false;
  readonly #failures: { readonly title: string; readonly error: string }[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  get passed(): number {
    return this.#passed;
  }

  get failed(): number {
    return this.#failures.length;
  }

  /** Prints what is new; `true` once the suite has written its last event. */
  poll(): boolean {
    if (!existsSync(this.#file)) return this.#ended;
    const text = readFileSync(this.#file, 'utf8');
    const complete = text.slice(0, text.lastIndexOf('\n') + 1);
    const lines = complete.slice(this.#seen).split('\n').filter(Boolean);
    this.#seen = complete.length;
    for (const line of lines) this.#print(JSON.parse(line) as ReportEvent);
    return this.#ended;
  }

  /** A failure outside the suite: a window that never opened, a suite that never ended. */
  fail(title: string, error: string): void {
    this.#failures.push({ title, error });
  }

  /** The failures in full, then the line that callers look for: `N passed, N failed`. */
  printSummary(): void {
    for (const [index, failure] of this.#failures.entries()) {
      console.log(`\n  ${index + 1}) ${failure.title}\n${failure.error.replaceAll(/^/gm, '     ')}`);
    }
    console.log(`\n${this.passed} passed, ${this.failed} failed`);
  }

  #print(event: ReportEvent): void {
    switch (event.kind) {
      case 'suite':
        console.log(`\n${'  '.repeat(event.depth)}${event.title}`);
        return;
      case 'passed':
        this.#passed += 1;
        console.log(`${'  '.repeat(event.depth)}✔ ${event.title}${event.ms > 75 ? ` (${event.ms}ms)` : ''}`);
        return;
      case 'failed':
        this.#failures.push(event);
        console.log(`${'  '.repeat(event.depth)}${this.failed}) ${event.title}`);
        return;
      case 'skipped':
        console.log(`${'  '.repeat(event.depth)}- ${event.title}`);
        return;
      case 'crashed':
        this.fail('the suite could not run', event.error);
        return;
      case 'end':
        this.#ended = true;
        return;
    }
  }
}
