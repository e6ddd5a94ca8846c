import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ConfigValue, valueAt } from '../../../server/connect/config-format.ts';
import { FORMATS } from '../../../server/connect/formats.ts';
import type { FilePlan, Tool } from '../../../server/connect/tool.ts';
import { AIDER } from '../../../server/connect/tools/aider.ts';
import { CLAUDE_CODE } from '../../../server/connect/tools/claude-code.ts';
import { CODEX } from '../../../server/connect/tools/codex.ts';
import { CONTINUE } from '../../../server/connect/tools/continue.ts';
import { GEMINI_CLI } from '../../../server/connect/tools/gemini-cli.ts';
import { KILOCODE } from '../../../server/connect/tools/kilocode.ts';
import { OPENCODE } from '../../../server/connect/tools/opencode.ts';
import { QWEN_CODE } from '../../../server/connect/tools/qwen-code.ts';
import { ZED } from '../../../server/connect/tools/zed.ts';
import { ConnectStage, sample, WIRING } from './connect-stage.ts';

/** Each tool with the files that a person has of it, by the ends of their paths. */
const SAMPLES: readonly (readonly [tool: Tool, files: Readonly<Record<string, string>>])[] = [
  [CLAUDE_CODE, { 'settings.json': 'claude-code.json' }],
  [CODEX, { 'config.toml': 'codex.toml' }],
  [OPENCODE, { 'opencode.jsonc': 'opencode.jsonc' }],
  [KILOCODE, { 'kilo.jsonc': 'kilocode.jsonc' }],
  [AIDER, { '.aider.conf.yml': 'aider.yml' }],
  [CONTINUE, { '.env': 'continue.env' }],
  [GEMINI_CLI, { '.env': 'gemini-cli.env', 'settings.json': 'gemini-cli.json' }],
  [QWEN_CODE, { 'settings.json': 'qwen-code.json' }],
  [ZED, { 'settings.json': 'zed.json' }],
];

const VARIANTS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'with CRLF': (text) => text.replaceAll('\n', '\r\n'),
  'with a byte order mark': (text) => `\uFEFF${text}`,
  'without a line break at its end': (text) => text.trimEnd(),
};

/** What a person adds to a file of each format, and how it reads. */
const ADDITIONS: Readonly<Record<FilePlan['format'], (text: string, eol: string) => string>> = {
  jsonc: (text, eol) => text.replace('{', () => `{${eol}  "mine": true, // my own${eol}`),
  toml: (text, eol) => `${text.replace(/\r?\n$/, '')}${eol}# my own${eol}[mine]${eol}mine = true${eol}`,
  yaml: (text, eol) => `${text.replace(/\r?\n$/, '')}${eol}# my own${eol}mine: true${eol}`,
  dotenv: (text, eol) => `# my own${eol}MINE=true${eol}${text}`,
};

describe('Tools on configurations as people have them', () => {
  let stage: ConnectStage;

  beforeEach(async () => {
    stage = await ConnectStage.create();
  });
  afterEach(() => stage.folder.remove());

  for (const [tool, names] of SAMPLES) {
    for (const [variant, vary] of Object.entries(VARIANTS)) {
      it(`${tool.name}, ${variant}: is connected, connected again, and has every byte back`, () => {
        const plans = tool.plan(stage.place(), WIRING).files;
        const before = writeSamples(plans, names, vary);
        const record = stage.connect(tool);
        assert.notEqual(record, 'unchanged');
        for (const plan of plans) assertWritten(plan, before.get(plan.file));
        const written = plans.map(({ file }) => readFileSync(file));

        assert.equal(stage.connect(tool), 'unchanged');
        assert.deepEqual(
          plans.map(({ file }) => readFileSync(file)),
          written,
        );
        const undone = stage.disconnect(tool);
        for (const { file } of plans) {
          const text = before.get(file);
          assert.equal(existsSync(file) ? readFileSync(file, 'utf8') : undefined, text);
          const expected = text === undefined ? 'removed' : 'restored';
          assert.equal(undone.find((entry) => entry.file === file)?.result, expected);
        }
      });

      it(`${tool.name}, ${variant}: keeps what was added in between`, () => {
        const plans = tool.plan(stage.place(), WIRING).files;
        const before = writeSamples(plans, names, vary);
        stage.connect(tool);
        for (const plan of plans) {
          const now = readFileSync(plan.file, 'utf8');
          stage.write(plan.file, add(plan, now));
        }
        for (const { result, kept } of stage.disconnect(tool)) {
          assert.equal(result, 'undone');
          assert.deepEqual(kept, []);
        }
        for (const plan of plans) {
          const left = readFileSync(plan.file, 'utf8');
          assert.match(left, /my own/);
          assert.ok(!left.includes(WIRING.token) && !left.includes(WIRING.url));
          const original = before.get(plan.file);
          assert.deepEqual(parse(plan, left), parse(plan, add(plan, original ?? emptyOf(plan))));
          if (original !== undefined) assertLines(original, left);
        }
      });
    }
  }

  function writeSamples(
    plans: readonly FilePlan[],
    names: Readonly<Record<string, string>>,
    vary: (text: string) => string,
  ): ReadonlyMap<string, string> {
    const written = new Map<string, string>();
    for (const { file } of plans) {
      const name = names[path.basename(file)];
      if (name === undefined) continue;
      const text = vary(sample(name));
      stage.write(file, text);
      written.set(file, text);
    }
    assert.equal(written.size, Object.keys(names).length);
    return written;
  }
});

function assertWritten(plan: FilePlan, before: string | undefined): void {
  const text = readFileSync(plan.file, 'utf8');
  const data = parse(plan, text);
  const old = before === undefined ? {} : parse(plan, before);
  for (const { path: names, value, onlyOver } of plan.edits) {
    if (onlyOver && valueAt(old, names) === undefined) continue;
    assert.deepEqual(plain(valueAt(data, names)), value, names.join('.'));
  }
  if (before === undefined) return;
  assertLines(before, text);
  assert.equal(text.includes('\r\n'), before.includes('\r\n'));
  assert.equal(/(?<!\r)\n/.test(text), /(?<!\r)\n/.test(before));
}

/** Every line is there, in its order; of those whose value was replaced, the comment. */
function assertLines(before: string, after: string): void {
  const lines = after.split(/\r?\n/);
  let at = 0;
  for (const line of before.split(/\r?\n/)) {
    const comment = /(?:\/\/|#|\/\*).*$/.exec(line)?.[0] ?? '';
    const found = lines.findIndex((other, index) => {
      return index >= at && (other === line || other === `${line},` || isReplaced(line, other, comment));
    });
    assert.ok(found >= 0, `${line}\nis missing in\n${after}`);
    at = found;
  }
}

/** A line may have got another value, or a comma before its comment. */
function isReplaced(line: string, other: string, comment: string): boolean {
  const name = /[\w$-]+"?\s*[:=]/.exec(line)?.[0];
  return other.endsWith(comment) && (name === undefined ? comment !== '' : other.includes(name));
}

function add({ format }: FilePlan, text: string): string {
  return ADDITIONS[format](text, text.includes('\r\n') ? '\r\n' : '\n');
}

function emptyOf({ format }: FilePlan): string {
  return format === 'jsonc' ? '{}' : '';
}

function parse({ format }: FilePlan, text: string): ConfigValue {
  return plain(FORMATS[format].parse(text.replace(/^\uFEFF/, ''))) ?? null;
}

/** Parsers make objects without a prototype. */
function plain(value: ConfigValue | undefined): ConfigValue | undefined {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as ConfigValue);
}
