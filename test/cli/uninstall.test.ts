import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Cli } from './cli.ts';

const SETTINGS = '{\n  // mine\n  "model": "opus"\n}\n';

describe('uninstalling on the command line', () => {
  let cli: Cli;
  let settings: string;

  beforeEach(async () => {
    cli = await Cli.create();
    mkdirSync(cli.folder.file('.claude'));
    settings = cli.folder.file('.claude', 'settings.json');
    writeFileSync(settings, SETTINGS);
    assert.equal((await cli.run(['connect', 'claude-code'])).code, 0);
    assert.notEqual(readFileSync(settings, 'utf8'), SETTINGS);
  });
  afterEach(() => cli.dispose());

  it('disconnects every tool, stops the daemon and says what remains', async () => {
    const { code, out, err } = await cli.run(['uninstall']);
    assert.equal(code, 0, err);
    assert.match(out, /^Claude Code is disconnected, and its key is revoked\.$/m);
    assert.match(out, /settings\.json is as it was, byte for byte$/m);
    assert.match(out, /^The daemon is stopped\.$/m);
    assert.ok(out.includes(`${cli.data}, with keys, limits and history`), out);
    assert.equal(readFileSync(settings, 'utf8'), SETTINGS);
    assert.equal((await cli.run(['status'])).code, 3);
    assert.ok(existsSync(cli.data));
    assert.match((await cli.run(['uninstall'])).out, /^What remains:/, 'again');
  });

  it('deletes what is stored only if that is said twice', async () => {
    const { code, err } = await cli.run(['uninstall', '--purge']);
    assert.equal(code, 1);
    assert.match(err, /would be deleted with all keys in it\. Say so with --yes/);
    assert.notEqual(readFileSync(settings, 'utf8'), SETTINGS, 'nothing was done');
    const purged = await cli.run(['uninstall', '--purge', '--yes']);
    assert.equal(purged.code, 0, purged.err);
    assert.ok(!existsSync(cli.data));
    assert.equal(readFileSync(settings, 'utf8'), SETTINGS);
  });

  it('is preceded by a doctor that knows of connected tools', async () => {
    const healthy = await cli.run(['doctor']);
    assert.match(healthy.out, /Claude Code is connected/);
    writeFileSync(settings, SETTINGS);
    assert.match(
      (await cli.run(['doctor'])).out,
      /configuration of Claude Code was changed since it was connected/,
    );
  });
});
