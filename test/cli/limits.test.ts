import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { BudgetView, DryRunView, KeyView, QuotaView } from '../../shared/model/views.ts';
import { modelListing } from '../support/openai-answers.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli } from './cli.ts';

const SECRET = 'sk-simulated-good-0123456789abcdef';
const NEW_SECRET = 'sk-simulated-new-fedcba9876543210';

const POLICIES = `version: 1
policies:
  # The team has other models.
  - name: no-gpt
    type: routing
    scope: { team: dev }
    rules:
      - { action: deny_models, models: [gpt-*] }
`;

describe('limits and rules on the command line', () => {
  let cli: Cli;
  let provider: ScriptedUpstream;

  before(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['gpt-4o']));
    const args = ['keys', 'add', 'mine', '--name', 'first', '--base-url', provider.url];
    assert.equal((await cli.run(args, { stdin: SECRET })).code, 0);
  });
  after(async () => {
    await cli.dispose();
    await provider.stop();
  });

  /** What a command that must succeed printed. */
  async function done(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await cli.run(args);
    assert.equal(code, 0, err);
    return out;
  }

  it('adds, raises, changes, lists and removes a budget by its name', async () => {
    const added = await done(
      'budgets',
      'add',
      'monthly',
      '100',
      '-w',
      'month',
      '-a',
      '0.8',
      '-s',
      'team=dev',
    );
    assert.match(added, /^Added monthly \(bud_\w+\): \$100\.00 a month, \$0 spent already\.$/m);
    assert.match(
      await done('budgets', 'raise', 'monthly', '5', '--for', '30m'),
      /^monthly is \$105\.00 for 30m/,
    );
    assert.match(
      await done('budgets', 'change', 'monthly', '--limit', '50', '-i', 'wait'),
      /^monthly: \$55\.00 of \$55\.00 left/,
    );
    assert.match(
      await done('budgets', 'list'),
      /^monthly +\$0 +\$55\.00 +\$55\.00 +a month +in \d+ \w+ +team=dev +\$5\.00 more/m,
    );
    const { budgets } = await cli.json<{ budgets: readonly BudgetView[] }>(['budgets', 'list']);
    assert.deepEqual(
      budgets.map(({ alertThresholds, onInsufficient }) => [alertThresholds, onInsufficient]),
      [[[0.8], ['wait']]],
    );
    assert.match(await done('budgets', 'remove', 'monthly'), /^Removed monthly\.$/m);
    assert.match(await done('budgets', 'list'), /No budgets yet/);
  });

  it('says what is wrong with a budget', async () => {
    for (const [args, message] of [
      [['budgets', 'add', 'b', 'much'], /It takes an amount in dollars/],
      [['budgets', 'add', 'b', '5', '-w', 'fortnight'], /It takes minute, hour, day/],
      [['budgets', 'add', 'b', '5', '-s', 'colour=red'], /A scope has no field "colour"/],
      [['budgets', 'raise', 'b', '5', '--for', 'soon'], /It takes a time such as 90s/],
    ] as const) {
      const { code, err } = await cli.run(args);
      assert.equal(code, 2, err);
      assert.match(err, message);
    }
    const { code, err } = await cli.run(['budgets', 'remove', 'nothing']);
    assert.equal(code, 1);
    assert.match(err, /There is no budget "nothing"\. List them/);
  });

  it('adds, lists and removes a quota of a key', async () => {
    assert.match(await done('quotas', 'list'), /No quotas are declared/);
    const added = await done('quotas', 'add', 'first', '1000', '-d', 'requests', '-w', '24h');
    const [id] = /quo_\w+/.exec(added) ?? [];
    assert.ok(id);
    assert.match(await done('quotas', 'list', 'first'), /^first +requests +0 +1,000 +abundant +in 1d +quo_/m);
    const { quotas } = await cli.json<{ quotas: readonly QuotaView[] }>(['quotas', 'list']);
    assert.deepEqual(
      quotas.map(({ window }) => window),
      [{ kind: 'rolling', ms: 86_400_000 }],
    );
    assert.match(await done('quotas', 'remove', id), /^Removed quo_/);
  });

  it('checks, applies, shows and removes policies of a file, and tries a route under them', async () => {
    const file = cli.folder.file('policies.yaml');
    await writeFile(file, POLICIES);
    assert.match(await done('policies', 'check', file), /^1 valid policy\.$/m);
    assert.match(await done('policies', 'list'), /No policies yet/);
    assert.match(
      await done('route', 'gpt-4o', '--team', 'dev', '-o', '100'),
      /^first \(mine\) with gpt-4o\.$/m,
    );
    assert.match(await done('policies', 'apply', file), /^Now hold: no-gpt\.$/m);
    assert.match(await done('policies', 'list'), /^no-gpt +routing +0 +team=dev +deny_models$/m);
    assert.match(await done('policies', 'show'), /^version: 1\npolicies:\n {2}- name: no-gpt\n/);
    const refused = await cli.run(['route', 'gpt-4o', '--team', 'dev', '-o', '100']);
    assert.equal(refused.code, 1);
    assert.match(refused.out, /^Refused \(policy_forbids\): .*model denied/);
    const view = await cli.json<DryRunView>(['route', 'gpt-4o', '--team', 'other']);
    assert.equal(view.chosen?.keyName, 'first');
    assert.match(await done('policies', 'remove', 'no-gpt'), /^Removed no-gpt\.$/m);
  });

  it('changes nothing when a file is not valid, and says where it is wrong', async () => {
    const file = cli.folder.file('wrong.yaml');
    for (const [text, message] of [
      ['version: 1\npolicies:\n  - name: [', /wrong\.yaml:\d:\d+: error: .*\[syntax\]/],
      ['policies: []', /"version" is missing in a policy file/],
      [POLICIES.replace('deny_models', 'deny_all'), /"deny_all" is no value of "action"/],
      [
        'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\npolicies: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\nversion: 1',
        /alias/,
      ],
    ] as const) {
      await writeFile(file, text);
      const { code, err } = await cli.run(['policies', 'apply', file]);
      assert.equal(code, 1, err);
      assert.match(err, message);
    }
    assert.match(
      (await cli.run(['policies', 'check', cli.folder.file('none.yaml')])).err,
      /none\.yaml can't be read/,
    );
    assert.match(await done('policies', 'list'), /No policies yet/);
  });

  it('declares what routing goes by of a key, benches and releases it, renames and rotates it', async () => {
    const described = await done(
      'keys',
      'describe',
      'first',
      '--tier',
      'premium',
      '-t',
      'a',
      '-t',
      'b',
      '--weight',
      '2',
    );
    assert.match(described, /^first: tier "premium", tags \["a","b"\], weight 2\.$/m);
    assert.match(
      await done('keys', 'describe', 'first', '--clear', 'weight', '--clear', 'tags'),
      /^first: tier "premium"\.$/m,
    );
    assert.match(await done('keys', 'bench', 'first', '--for', '1h'), /^first rests for 1h\.$/m);
    assert.match(await done('keys', 'list'), /^first .* throttled, back in/m);
    assert.match(await done('keys', 'release', 'first'), /^first is available\.$/m);
    assert.match(await done('keys', 'rename', 'first', 'second'), /^first is called second now\.$/m);
    const rotated = await cli.run(['keys', 'rotate', 'second'], { stdin: NEW_SECRET });
    assert.match(rotated.out, /^second has its new secret \(\.\.\.3210\) and is available\.$/m);
    assert.equal(provider.requests.at(-1)?.key, NEW_SECRET);
    const { keys } = await cli.json<{ keys: readonly KeyView[] }>(['keys', 'list']);
    assert.deepEqual(
      keys.map(({ name, metadata }) => [name, metadata]),
      [['second', { tier: 'premium' }]],
    );
  });

  it('makes management tokens with roles, and tells who changed what', async () => {
    assert.match(await done('tokens', 'list'), /None yet/);
    const created = await done('tokens', 'create', 'dashboard', '--role', 'read', '--expires-in', '30d');
    const [token] = /akm-\S+/.exec(created) ?? [];
    assert.ok(token);
    const endpoint = await cli.endpoint();
    const call = (): Promise<Response> =>
      fetch(`http://127.0.0.1:${endpoint?.port}/api/v1/keys`, { headers: { 'x-api-key': token } });
    assert.equal((await call()).status, 200);
    assert.match(await done('tokens', 'list'), /^dashboard +akm-\.\.\.\S{4} +read +in 30 d +mt_/m);
    assert.match(await done('tokens', 'revoke', 'dashboard'), /^Revoked dashboard\.$/m);
    assert.equal((await call()).status, 401);
    const audit = await done('audit', '--limit', '2');
    assert.match(
      audit,
      /ago +local +management_token\.revoke +mt_\w+\n.*ago +local +management_token\.create/,
    );
  });
});
