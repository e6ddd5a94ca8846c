import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { leafCommands, reference } from '../../server/cli/reference.ts';
import { POLICY_FILE_SCHEMA } from '../../server/policy-language/fields-at.ts';
import { policyReference } from '../../server/policy-language/policy-reference.ts';
import { settingsReference } from '../../server/daemon/settings/settings-reference.ts';
import { program } from '../../server/cli/program.ts';
import { Cli } from './cli.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

describe('the reference of the command line', () => {
  let cli: Cli;

  before(async () => {
    cli = await Cli.create();
  });
  after(() => cli.dispose());

  it('is what "npm run docs" makes of the program', () => {
    const written = (file: string): string => readFileSync(path.join(ROOT, 'docs', file), 'utf8');
    assert.equal(written('cli.md'), reference(program(false)), 'Run "npm run docs".');
    assert.equal(written('configuration.md'), settingsReference(), 'Run "npm run docs".');
    assert.equal(written('policies.md'), policyReference(), 'Run "npm run docs".');
    assert.deepEqual(JSON.parse(written('policy.schema.json')), POLICY_FILE_SCHEMA, 'Run "npm run docs".');
  });

  it('agrees with the help of the built program, command by command', async function () {
    // A process for each command.
    this.timeout(120_000);
    for (const [words, command] of leafCommands(program(false))) {
      const { code, out } = await cli.run([...words.split(' '), '--help']);
      assert.equal(code, 0, words);
      const help = out.replace(/\s+/g, ' ');
      assert.ok(help.replaceAll(/\|[\w-]+/g, '').startsWith(`Usage: apikeyrouter ${words} `), out);
      assert.match(help, /--json/);
      assert.ok(help.includes(command.description()), out);
      for (const option of command.options) {
        assert.ok(help.includes(option.flags), `${words} ${option.flags}`);
        assert.ok(help.includes(option.description.replace(/\s+/g, ' ')), `${words} ${option.flags}`);
      }
    }
  });

  it('has no command that no test runs in the built program', () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
    const tests = files
      .filter((file) => file.endsWith('.test.ts') && file !== 'reference.test.ts' && file !== 'help.test.ts')
      .map((file) => readFileSync(path.join(import.meta.dirname, file), 'utf8'))
      .join('\n');
    const untested = leafCommands(program(false))
      .map(([words]) => words)
      .filter((words) => !tests.includes(`'${words.split(' ').join("', '")}'`));
    assert.deepEqual(untested, []);
  });
});
