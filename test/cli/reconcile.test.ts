import assert from 'node:assert/strict';
import { openDatabase } from '../../server/adapters/sqlite/open-database.ts';
import type { LedgerEntry } from '../../server/core/ports/store.ts';
import type { Reconciliation } from '../../shared/model/reconciliation.ts';
import { type BilledPart, openaiCosts } from '../support/billing-answers.ts';
import { DaemonProcess } from '../support/daemon-process.ts';
import { RouterFixture } from '../support/router-fixture.ts';
import { Cli, type Outcome } from './cli.ts';

const ADMIN = `sk-admin-${'Ab0_'.repeat(24)}`;
const CHAT = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5000 };
const DAY_MS = 86_400_000;

describe('reconciling on the command line', () => {
  let router: RouterFixture;
  let cli: Cli;
  const day = new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10);

  before(async () => {
    [router, cli] = await Promise.all([RouterFixture.start(), Cli.create()]);
    await router.addKey('openai', 'work');
    bill([{ scope: 'proj_ours', usd: '0.0123' }]);
    // Two attempts whose outcome nobody saw, on a day whose bill is final.
    router.openai.on({ method: 'POST' }, { status: 200, headers: {}, steps: [{ do: 'stall' }] });
    const lost = [1, 2].map(() => router.post('/v1/chat/completions', CHAT).catch(() => null));
    await router.openai.received(router.openai.requests.length + 2);
    await router.daemon.kill();
    await Promise.all(lost);
    const database = openDatabase({ file: router.folder.file('router.db'), busyTimeoutMs: 1000 });
    database.prepare('UPDATE attempts SET reserved_at = ?').run(Date.parse(`${day}T12:00:00Z`));
    database.close();
    router.daemon = await DaemonProcess.start(router.folder.path);
  });
  after(async () => {
    await router.stop();
    await cli.dispose();
  });

  function bill(parts: readonly BilledPart[]): void {
    const costs = openaiCosts((at) => (at === day ? parts : []));
    router.openai.on({ method: 'GET', path: '/v1/organization/costs' }, costs);
  }

  function run(args: readonly string[], stdin = ''): Promise<Outcome> {
    return cli.run(['--home', router.folder.path, ...args], { stdin });
  }

  /** What a command that must succeed printed. */
  async function done(args: readonly string[], stdin?: string): Promise<string> {
    const { code, out, err } = await run(args, stdin);
    assert.equal(code, 0, err);
    return out;
  }

  it('says what reads the bill is missing', async () => {
    const out = await done(['reconcile']);
    assert.match(out, /^openai: \$0 settled, up to \$0\.10 of unknown outcome, not compared\./);
    assert.match(out, /apikeyrouter keys add openai --billing/);
  });

  it('adds a key that reads it', async () => {
    const refused = await run(['keys', 'add', 'openai'], ADMIN);
    assert.notEqual(refused.code, 0);
    assert.match(refused.err, /This is an admin key.*--billing/);
    const added = await done(['keys', 'add', 'openai', '--name', 'bill', '--billing'], ADMIN);
    assert.match(added, /^Added bill \(key_\w+\), which reads the bill of openai\. No request uses it\.$/m);
    assert.match(await done(['keys', 'list']), /^bill +openai +\S+ +reads the bill /m);
    assert.match(await done(['keys', 'check', 'bill']), /^bill is good\./);
    await done(['keys', 'describe', 'bill', '--billing-scope', 'proj_ours']);
  });

  it('shows each day with its drift', async () => {
    const out = await done(['reconcile', '--since', '4d', '--provider', 'openai']);
    assert.match(out, /^openai of proj_ours, as "bill" reads it:$/m);
    assert.match(out, /^DAY \(UTC\) +SETTLED +BILLED +DRIFT +OF UNKNOWN OUTCOME +RESOLVED$/m);
    const line = out.split('\n').find((text) => text.startsWith(day)) ?? '';
    assert.match(line, / \$0 +\$0\.01 +-100 % +2 attempts, up to \$0\.10 +--resolve gives them their cost$/);
    const compared = JSON.parse(await done(['reconcile', '--json'])) as Reconciliation;
    assert.equal(compared.accounts[0]?.days.find((entry) => entry.day === day)?.billedNano, 12_300_000);
  });

  it('lists what nobody saw ending, and takes a correction by hand', async () => {
    const out = await done(['ledger', 'unknown']);
    const command = /apikeyrouter (ledger correct \S+ \S+) USD/.exec(out)?.[1] ?? '';
    const [, , request = '', attempt = ''] = command.split(' ');
    const corrected = await done(['ledger', 'correct', request, attempt, '0.005']);
    assert.equal(corrected, `Attempt ${attempt} cost $0.0050.\n`);
    const again = await run(['ledger', 'correct', request, attempt, '0.005']);
    assert.match(again.err, /is settled: its cost is not in doubt/);
    const left = JSON.parse(await done(['ledger', 'unknown', '--json'])) as {
      entries: readonly LedgerEntry[];
    };
    assert.equal(left.entries.length, 1);
  });

  it('resolves what is left from the bill when asked', async () => {
    bill([{ scope: 'proj_ours', usd: '7' }]);
    assert.match(await done(['reconcile', '--resolve']), /1 attempt left; by hand: the bill is above all/);
    bill([{ scope: 'proj_ours', usd: '0.0123' }]);
    assert.match(
      await done(['reconcile', '--resolve', '--exclusive']),
      new RegExp(`^${day} openai: attempt \\w+ cost \\$0\\.0073\\.$`, 'm'),
    );
    assert.match(await done(['reconcile', '--resolve']), /There is no attempt of unknown outcome/);
    assert.match(await done(['ledger', 'unknown']), /The outcome of every attempt is known/);
  });
});
