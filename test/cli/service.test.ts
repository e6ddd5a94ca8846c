import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Cli } from './cli.ts';

// Real systems would take the service up for good: the system's own program is the port, and a script stands there.
const SYSTEMCTL = `#!/bin/sh
echo "$@" >> "$CALLS"
case "$*" in *is-active*) exit 3;; *enable*) [ -n "$BROKEN" ] && echo "no bus" >&2 && exit 1;; esac
exit 0
`;

if (process.platform === 'linux') {
  describe('the service on the command line', () => {
    let cli: Cli;
    let unit: string;
    let calls: string;

    beforeEach(async () => {
      cli = await Cli.create();
      unit = cli.folder.file('.config', 'systemd', 'user', 'apikeyrouter.service');
      calls = cli.folder.file('calls');
      mkdirSync(cli.folder.file('bin'));
      writeFileSync(cli.folder.file('bin', 'systemctl'), SYSTEMCTL);
      chmodSync(cli.folder.file('bin', 'systemctl'), 0o755);
    });
    afterEach(() => cli.dispose());

    function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
      const bin = `${cli.folder.file('bin')}:/usr/bin:/bin`;
      return cli.run(['service', ...args], { env: { PATH: bin, CALLS: calls, ...env } });
    }

    it('is installed with the programs that run now, started, and removed again', async () => {
      assert.equal((await cli.json<{ installed: boolean }>(['service', 'status'])).installed, false);
      const { code, out } = await run(['install']);
      assert.equal(code, 0, out);
      assert.match(out, /starts when you log in .* It runs\./);
      const text = readFileSync(unit, 'utf8');
      const bundle = path.join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
      assert.ok(
        text.includes(
          `ExecStart="${process.execPath}" "${bundle}" "--home" "${cli.data}" "serve" "--no-import"`,
        ),
      );
      assert.equal(
        readFileSync(calls, 'utf8'),
        ['daemon-reload', 'enable apikeyrouter.service', 'start apikeyrouter.service']
          .map((call) => `--user ${call}\n`)
          .join(''),
      );
      assert.match((await run(['status'])).out, /starts when you log in .* does not run by that now/);
      assert.equal((await run(['install'])).code, 0, 'again');
      assert.equal((await run(['uninstall'])).code, 0);
      assert.ok(!existsSync(unit));
      assert.match(
        readFileSync(calls, 'utf8'),
        /disable --now apikeyrouter\.service\n--user daemon-reload\n$/,
      );
      assert.match((await cli.run(['service', 'uninstall'])).out, /There was none/);
    });

    it('is a unit that systemd understands', async () => {
      assert.equal((await run(['install'])).code, 0);
      const { status, stderr, error } = spawnSync('systemd-analyze', ['verify', '--user', unit], {
        encoding: 'utf8',
        env: { XDG_RUNTIME_DIR: cli.folder.path, PATH: process.env['PATH'] },
      });
      assert.ifError(error);
      assert.equal(stderr, '');
      assert.equal(status, 0);
    });

    it('is only shown where that is wanted', async () => {
      const { out } = await cli.run(['service', 'install', '--print']);
      assert.match(out, /apikeyrouter\.service:\n\n# Written by .*\n\[Unit\]/);
      assert.ok(!existsSync(unit) && !existsSync(calls));
    });

    it('leaves what somebody else wrote alone', async () => {
      mkdirSync(path.dirname(unit), { recursive: true });
      writeFileSync(unit, '[Unit]\nDescription=Mine\n');
      for (const args of [['install'], ['uninstall']]) {
        const { code, err } = await run(args);
        assert.equal(code, 1);
        assert.match(err, /was not written by this program/);
      }
      assert.equal(readFileSync(unit, 'utf8'), '[Unit]\nDescription=Mine\n');
    });

    it('leaves nothing behind where the system does not take it', async () => {
      const { code, err } = await run(['install'], { BROKEN: '1' });
      assert.equal(code, 1);
      assert.match(err, /enable apikeyrouter\.service" failed: no bus Nothing was installed/);
      assert.ok(!existsSync(unit));
    });
  });
}
