import assert from 'node:assert/strict';
import { Cli } from './cli.ts';

const COMMANDS = [
  [],
  ['serve'],
  ['status'],
  ['stop'],
  ['verify'],
  ['keys'],
  ['keys', 'add'],
  ['keys', 'list'],
  ['keys', 'import-env'],
  ['keys', 'enable'],
  ['keys', 'disable'],
  ['keys', 'check'],
  ['keys', 'remove'],
  ['virtual-keys'],
  ['virtual-keys', 'create'],
  ['virtual-keys', 'list'],
  ['virtual-keys', 'revoke'],
  ['requests'],
  ['explain'],
];

describe('the help of the command line', () => {
  let cli: Cli;

  before(async () => {
    cli = await Cli.create();
  });

  after(() => cli.dispose());

  it('says how each command is used, what it does and that it can answer in JSON', async () => {
    for (const command of COMMANDS) {
      const { code, out } = await cli.run([...command, '--help']);
      assert.equal(code, 0, command.join(' '));
      assert.match(out, new RegExp(`^Usage: apikeyrouter ${command.join(' ')}`), command.join(' '));
      assert.match(out, /--json/);
      assert.ok(out.split('\n').length > 5, out);
    }
  });

  it('suggests what was meant', async () => {
    const command = await cli.run(['stauts']);
    assert.notEqual(command.code, 0);
    assert.match(command.err, /Did you mean status\?/);
    const option = await cli.run(['serve', '--prot', '1']);
    assert.notEqual(option.code, 0);
    assert.match(option.err, /Did you mean --port\?/);
  });

  it('says what a wrong value should be', async () => {
    for (const [args, hint] of [
      [['serve', '--port', 'x'], /a number from 1 to 65535/],
      [['virtual-keys', 'create', 'x', '--limit', 'much'], /an amount in dollars/],
      [['requests', '--limit', '0'], /a number from 1 to 500/],
    ] as const) {
      const { code, err } = await cli.run(args);
      assert.notEqual(code, 0);
      assert.match(err, hint);
    }
  });
});
