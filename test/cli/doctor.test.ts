import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openDatabase } from '../../server/adapters/sqlite/open-database.ts';
import { endpointFile } from '../../shared/endpoint.ts';
import { foreignListener } from '../support/foreign-listener.ts';
import { modelListing } from '../support/openai-answers.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli, isAlive } from './cli.ts';
import { eventually } from '../support/router-fixture.ts';

interface Diagnosis {
  readonly healthy: boolean;
  readonly findings: readonly {
    readonly check: string;
    readonly verdict: string;
    readonly text: string;
    readonly remedy: string | null;
  }[];
}

describe('the doctor', () => {
  let cli: Cli;
  let provider: ScriptedUpstream;

  beforeEach(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['small']));
  });
  afterEach(async () => {
    await cli.dispose();
    await provider.stop();
  });

  async function addKey(name: string, ...options: readonly string[]): Promise<void> {
    const args = ['keys', 'add', 'mine', '--name', name, '--base-url', provider.url, ...options];
    assert.equal((await cli.run(args, { stdin: `sk-simulated-${name}-0123456789` })).code, 0);
  }

  async function diagnose(...options: readonly string[]): Promise<Diagnosis> {
    const { code, out } = await cli.run(['--json', 'doctor', ...options]);
    const diagnosis = JSON.parse(out) as Diagnosis;
    assert.equal(code, diagnosis.healthy ? 0 : 1, out);
    return diagnosis;
  }

  /** What a check said, as one text. */
  async function says(check: string, ...options: readonly string[]): Promise<string> {
    const { findings } = await diagnose(...options);
    const found = findings.filter((finding) => finding.check === check);
    return found.map(({ verdict, text, remedy }) => `${verdict}: ${text} ${remedy ?? ''}`).join('\n');
  }

  it('finds nothing wrong where all is well, and changes nothing where nothing is yet', async () => {
    const empty = { env: { APIKEYROUTER_HOME: cli.folder.file('empty') } };
    assert.equal((await cli.run(['doctor'], empty)).code, 0);
    assert.ok(!existsSync(cli.folder.file('empty')));
    await addKey('work');
    const { healthy, findings } = await diagnose();
    assert.ok(healthy, JSON.stringify(findings));
    assert.match(findings.find(({ check }) => check === 'daemon')?.text ?? '', /proved that it is ours/);
    const { out } = await cli.run(['doctor']);
    assert.match(out, /^\+ keys: work is available$/m);
    await cli.run(['stop']);
    assert.match(await says('vault'), /^ok: opens, sealed by file/);
    assert.match(await says('database'), /^ok: whole/);
  });

  if (process.platform !== 'win32') {
    it('finds what others may read, and repairs it only when asked', async () => {
      await addKey('work');
      await cli.run(['stop']);
      const file = path.join(cli.data, 'router.db');
      chmodSync(file, 0o644);
      assert.match(await says('data folder'), /^wrong: Others may use .*router\.db \(mode 644\)/);
      assert.equal(statSync(file).mode & 0o777, 0o644);
      assert.match(await says('data folder', '--fix'), /^fixed/);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.match(await says('data folder'), /^ok/);
    });
  }

  it('finds what a killed daemon left behind', async () => {
    await addKey('work');
    const pid = (await cli.endpoint())?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await eventually(() => assert.ok(!isAlive(pid)));
    assert.match(await says('endpoint file'), /^note: .*left over from a daemon that was killed/);
    assert.match(await says('endpoint file', '--fix'), /^fixed/);
    assert.ok(!existsSync(endpointFile(cli.data)));
  });

  it('finds another program on the port that tools were told', async () => {
    const foreign = await foreignListener(cli.port);
    assert.match(
      await says('port'),
      new RegExp(`^wrong: Port ${cli.port}.* taken by .*process ${process.pid}`),
    );
    await foreign.stop();
    await addKey('work');
    const running = (await cli.endpoint()) ?? assert.fail('It runs.');
    const listener = await foreignListener();
    writeFileSync(endpointFile(cli.data), JSON.stringify({ ...running, port: listener.port }));
    assert.match(await says('daemon'), /^wrong: .*is not this daemon/);
    await listener.stop();
    writeFileSync(endpointFile(cli.data), JSON.stringify(running));
  });

  it('finds a database that is damaged or from tomorrow', async () => {
    await addKey('work');
    await cli.run(['stop']);
    const file = path.join(cli.data, 'router.db');
    const whole = readFileSync(file);
    openDatabase({ file, busyTimeoutMs: 0 })
      .exec("INSERT INTO migrations VALUES (900, 'from tomorrow', 'x', 1)")
      .close();
    assert.match(await says('database'), /^wrong: .*newer API Key Router/);
    writeFileSync(file, Buffer.from(whole).fill(0x55, 8192, 16_384));
    assert.match(await says('database'), /^wrong: .*damaged.* Restore a backup/);
    writeFileSync(file, whole);
    assert.match(await says('database'), /^ok/);
  });

  it('finds a data key that is gone, or is another one', async () => {
    await addKey('work');
    await cli.run(['stop']);
    const file = path.join(cli.data, 'data-key');
    const right = readFileSync(file);
    writeFileSync(file, Buffer.alloc(32, 7).toString('base64'));
    assert.match(await says('vault'), /^wrong: The data key that was found .* is not the one/);
    rmSync(file);
    assert.match(await says('vault'), /^wrong: The data key file .* is gone/);
    writeFileSync(file, right, { mode: 0o600 });
    assert.match(await says('vault'), /^ok/);
    rmSync(path.join(cli.data, 'vault.json'));
    assert.match(await says('vault'), /^wrong: Secrets are stored, but vault\.json is missing/);
  });

  it('finds keys that are not to be used, and those that share an account', async () => {
    await addKey('one');
    await addKey('two');
    for (const name of ['one', 'two']) await cli.run(['keys', 'describe', name, '--account', 'acme']);
    await cli.run(['keys', 'disable', 'two']);
    assert.match(await says('keys'), /ok: one is available.*\nnote: two is disabled\. .*keys enable two/);
    assert.match(await says('accounts'), /^note: one, two share one account: 2 keys, 1 quota/);
  });

  it('compares the clock with that of a provider, only when asked', async () => {
    await addKey('work');
    const asked = provider.requests.length;
    assert.match(await says('clock'), /^note: Not compared/);
    assert.equal(provider.requests.length, asked);
    const at = (ms: number) => ({
      status: 404,
      headers: { date: new Date(Date.now() + ms).toUTCString() },
      steps: [],
    });
    provider.on({ method: 'HEAD' }, at(0));
    assert.match(await says('clock', '--online'), /^ok: agrees with that of mine/);
    provider.on({ method: 'HEAD' }, at(600_000));
    assert.match(await says('clock', '--online'), /^wrong: It is (599|600|601) s behind that of mine/);
    for (const request of provider.requests.slice(asked)) {
      assert.ok(!JSON.stringify(request.headers).includes('sk-simulated'), 'no key is sent');
    }
  });

  it('takes a folder that is none for what it is', async () => {
    mkdirSync(cli.folder.file('x'));
    writeFileSync(cli.folder.file('x', 'file'), '');
    const { code, out } = await cli.run(['--home', cli.folder.file('x', 'file'), 'doctor']);
    assert.equal(code, 1);
    assert.match(out, /is no folder\./);
  });
});
