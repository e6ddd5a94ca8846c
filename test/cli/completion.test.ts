import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { leafCommands } from '../../server/cli/reference.ts';
import { program } from '../../server/cli/program.ts';
import { Cli } from './cli.ts';

describe('completion', () => {
  let cli: Cli;

  before(async () => {
    cli = await Cli.create();
  });
  after(() => cli.dispose());

  if (process.platform !== 'win32') {
    /** What bash offers for a line whose last word is being typed. */
    function offered(...line: readonly string[]): readonly string[] {
      const words = line.map((word) => `'${word}'`).join(' ');
      const script = `. "$1"; COMP_WORDS=(${words}); COMP_CWORD=${line.length - 1}; _apikeyrouter; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-euc', script, 'bash', cli.folder.file('completion')], {
        encoding: 'utf8',
      });
      assert.equal(stderr, '');
      return stdout.split('\n').filter((word) => word !== '');
    }

    it('offers bash the commands and options of each place', async () => {
      const { out, code } = await cli.run(['completion', 'bash']);
      assert.equal(code, 0);
      writeFileSync(cli.folder.file('completion'), out);
      assert.deepEqual(offered('apikeyrouter', 'stat'), ['status']);
      assert.deepEqual(offered('apikeyrouter', 'service', ''), [
        'install',
        'uninstall',
        'status',
        '--version',
        '--json',
        '--home',
        '--help',
      ]);
      assert.deepEqual(offered('apikeyrouter', 'keys', 'add', 'openai', '--base'), ['--base-url']);
      assert.deepEqual(offered('apikeyrouter', '--json', 'keys', 'ro'), ['rotate']);
      assert.deepEqual(offered('apikeyrouter', 'keys', 'add', 'zzz'), []);
      for (const [words] of leafCommands(program(false))) {
        const last = words.split(' ').at(-1) ?? '';
        assert.ok(offered('apikeyrouter', ...words.split(' ')).includes(last), words);
      }
    });
  }

  for (const shell of ['zsh', 'fish', 'powershell']) {
    it(`has every command and option for ${shell}`, async () => {
      const { script } = await cli.json<{ script: string }>(['completion', shell]);
      for (const [words, command] of leafCommands(program(false))) {
        assert.ok(new RegExp(`["']${words}["']`).test(script), words);
        for (const { long } of command.options) {
          assert.ok(
            script.includes(shell === 'fish' ? `-l ${long?.slice(2)}` : `${long}`),
            `${words} ${long}`,
          );
        }
      }
    });
  }

  it('is for the shells that there are', async () => {
    const { code, err } = await cli.run(['completion', 'tcsh']);
    assert.equal(code, 2);
    assert.match(err, /bash, zsh, fish, powershell/);
  });
});
