import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Cli } from './cli.ts';

const FIXTURES = path.join(import.meta.dirname, '..', 'fixtures', 'tool-configs');

/** Where a tool's file lies in the home, and the sample of it. */
const SAMPLES: readonly (readonly [tool: string, file: string, sample: string])[] = [
  ['claude-code', '.claude/settings.json', 'claude-code.json'],
  ['codex', '.codex/config.toml', 'codex.toml'],
  ['opencode', '.config/opencode/opencode.jsonc', 'opencode.jsonc'],
  ['kilocode', '.config/kilo/kilo.jsonc', 'kilocode.jsonc'],
  ['aider', '.aider.conf.yml', 'aider.yml'],
  ['continue', '.continue/.env', 'continue.env'],
  ['gemini-cli', '.gemini/.env', 'gemini-cli.env'],
  ['qwen-code', '.qwen/settings.json', 'qwen-code.json'],
  ['zed', '.config/zed/settings.json', 'zed.json'],
];

describe('connecting tools on configurations as people have them, on the command line', () => {
  let cli: Cli;

  before(async () => {
    cli = await Cli.create();
  });
  after(() => cli.dispose());

  for (const [tool, name, sample] of SAMPLES) {
    it(`changes ${tool}'s, and puts it back byte for byte`, async () => {
      const file = cli.folder.file(...name.split('/'));
      const text = await readFile(path.join(FIXTURES, sample), 'utf8');
      const before = Buffer.from(text.replaceAll('\n', '\r\n'));
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, before);

      const connected = await cli.run(['connect', tool, '--model', 'gpt-5']);
      assert.equal(connected.code, 0, connected.err);
      const written = await readFile(file);
      assert.match(written.toString(), /127\.0\.0\.1:|akr-/);
      const again = await cli.run(['connect', tool, '--model', 'gpt-5']);
      assert.match(again.out, /is connected already\. Nothing was changed\./);
      assert.deepEqual(await readFile(file), written);
      assert.equal((await cli.run(['disconnect', tool])).code, 0);
      assert.deepEqual(await readFile(file), before);
    });
  }

  it('keeps every provider key out of what it printed, and its own but for what is to be pasted', () => {
    assert.ok(!/sk-|AIza/.test(cli.printed));
    const shown = cli.printed.match(/akr-[\w-]{20,}/g) ?? [];
    // Zed's.
    assert.equal(shown.length, 1);
  });
});
