import assert from 'node:assert/strict';
import { program } from '../../server/cli/program.ts';
import { Cli } from './cli.ts';

describe('the help of the command line', () => {
  let cli: Cli;

  before(async () => {
    cli = await Cli.create();
  });

  after(() => cli.dispose());

  it('lists every command that there is, the exit codes and where to begin', async () => {
    const { out } = await cli.run(['--help']);
    for (const command of program(false).commands)
      assert.match(out, new RegExp(`^  ${command.name()}\\b`, 'm'));
    assert.match(out, /Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the daemon is not running/);
    assert.match(out, /apikeyrouter keys add openai/);
  });

  it('names the version', async () => {
    const { code, out } = await cli.run(['--version']);
    assert.equal(code, 0);
    assert.match(out, /^\d+\.\d+\.\d+\n$/);
  });

  it('suggests what was meant', async () => {
    for (const [args, suggestion] of [
      [['stauts'], /unknown command 'stauts'\n\(Did you mean status\?\)/],
      [['keys', 'lsit'], /unknown command 'lsit'\n\(Did you mean list\?\)/],
      [['serve', '--prot', '1'], /unknown option '--prot'\n\(Did you mean --port\?\)/],
    ] as const) {
      const { code, out, err } = await cli.run(args);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, suggestion);
    }
  });

  it('says what a wrong value should be', async () => {
    const wrong = [
      [['serve', '--port', 'x'], /a whole number from 0 to 65535/],
      [['virtual-keys', 'create', 'x', '--limit', 'much'], /an amount in dollars/],
      [['virtual-keys', 'create', 'x', '--limit', '1', '--window', 'week'], /choices are day, month, total/],
      [['virtual-keys', 'create', 'x', '--window', 'day'], /--window needs a --limit/],
      [['virtual-keys', 'create', 'x', '--model-slot', 'opus'], /It looks like "claude-opus-\*=gpt-5"/],
      [['models', 'group', 'x', 'a', '--choose', 'luck'], /choices are in-order, best/],
      [['requests', '--limit', '0'], /a number from 1 to 500/],
      [['keys', 'add'], /missing required argument 'provider'/],
    ] as const;
    const outcomes = await Promise.all(wrong.map(([args]) => cli.run(args)));
    for (const [at, { code, err }] of outcomes.entries()) {
      assert.match(err, wrong[at]?.[1] ?? /never/);
      assert.equal(code, 2, err);
    }
  });

  it('shows what there is where a command is missing', async () => {
    for (const args of [[], ['keys'], ['virtual-keys']]) {
      const { code, err } = await cli.run(args);
      assert.equal(code, 2);
      assert.match(err, /^Usage: apikeyrouter/);
    }
  });

  it('tells programs of wrong usage in JSON too', async () => {
    for (const [args, message] of [
      [['stauts'], /^unknown command 'stauts'/],
      [['serve', '--port', 'x'], /a whole number from 0 to 65535/],
      [['keys'], /A command is missing/],
    ] as const) {
      const { code, out, err } = await cli.run(['--json', ...args]);
      assert.equal(code, 2);
      assert.equal(out, '');
      const { error } = JSON.parse(err) as { error: { code: string; message: string } };
      assert.equal(error.code, 'invalid_request');
      assert.match(error.message, message);
    }
  });
});
