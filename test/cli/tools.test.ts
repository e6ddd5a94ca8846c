import assert from 'node:assert/strict';
import type { RequestView, TraceView, VirtualKeyView } from '../../shared/model/views.ts';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import { openaiInvalidKey, openaiRateLimited } from '../support/provider-errors.ts';
import { eventually } from '../support/router-fixture.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli } from './cli.ts';

interface Created {
  readonly token: string;
  readonly virtualKey: VirtualKeyView;
}

describe('tools and their requests on the command line', () => {
  let cli: Cli;
  let provider: ScriptedUpstream;

  beforeEach(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['small']));
    provider.on({ method: 'POST', path: '/v1/chat/completions' }, openaiChat());
  });

  afterEach(async () => {
    await cli.dispose();
    await provider.stop();
  });

  async function addKey(name: string): Promise<void> {
    const args = ['keys', 'add', 'mine', '--name', name, '--base-url', provider.url];
    assert.equal((await cli.run(args, { stdin: `sk-simulated-${name}-0123456789` })).code, 0);
  }

  function ask(token: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${cli.port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'Hi' }] }),
    });
  }

  it('issues a token with a limit, shown once with what a tool has to be told', async () => {
    const created = await cli.run(['virtual-keys', 'create', 'editor', '--tool', 'cline', '--limit', '5']);
    assert.equal(created.code, 0);
    const token = /^Token \(shown only now\): (akr-[\w-]+)$/m.exec(created.out)?.[1] ?? '';
    const url = `http://127.0.0.1:${cli.port}`;
    assert.ok(created.out.includes(`OPENAI_BASE_URL=${url}/v1  OPENAI_API_KEY=${token}`));
    assert.ok(created.out.includes(`ANTHROPIC_BASE_URL=${url}  ANTHROPIC_API_KEY=${token}`));
    await cli.run(['virtual-keys', 'create', 'ci', '--limit', '0.5', '--window', 'total', '--team', 'web']);
    const { out } = await cli.run(['vk', 'list']);
    assert.match(out, /^NAME +TOKEN +TOOL +TEAM +LIMIT +SPENT +CREATED +ID$/m);
    assert.match(out, /^editor +akr-\.\.\.[\w-]{4} +cline +\$5\.00 a day +\$0 +\d+ s ago +vk_/m);
    assert.match(out, /^ci +akr-\.\.\.[\w-]{4} +web +\$0\.50 in total +\$0 /m);
    const json = await cli.run(['--json', 'virtual-keys', 'list']);
    const { virtualKeys } = JSON.parse(json.out) as { virtualKeys: readonly VirtualKeyView[] };
    assert.deepEqual(
      virtualKeys.map(({ name, limitNano, limitWindow }) => [name, limitNano, limitWindow]),
      [
        ['editor', 5_000_000_000, 'day'],
        ['ci', 500_000_000, 'total'],
      ],
    );
    assert.ok(!`${out}${json.out}`.includes(token));
  });

  it('revokes one by name or id, and says so of an unknown or ambiguous one', async () => {
    await addKey('first');
    const one = await cli.json<Created>(['virtual-keys', 'create', 'editor']);
    assert.equal((await ask(one.token)).status, 200);
    assert.match((await cli.run(['virtual-keys', 'revoke', 'editor'])).out, /^Revoked editor\.$/m);
    assert.equal((await ask(one.token)).status, 401);
    assert.match((await cli.run(['virtual-keys', 'list'])).out, /^editor .* revoked /m);
    const two = await cli.json<Created>(['virtual-keys', 'create', 'editor']);
    const three = await cli.json<Created>(['virtual-keys', 'create', 'editor']);
    const ambiguous = await cli.run(['virtual-keys', 'revoke', 'editor']);
    assert.equal(ambiguous.code, 1);
    assert.match(ambiguous.err, /2 virtual keys named "editor"\. Give the id/);
    assert.ok(ambiguous.err.includes(two.virtualKey.id) && ambiguous.err.includes(three.virtualKey.id));
    await cli.run(['virtual-keys', 'revoke', two.virtualKey.id]);
    assert.equal((await ask(two.token)).status, 401);
    assert.equal((await ask(three.token)).status, 200);
    const unknown = await cli.run(['virtual-keys', 'revoke', 'nobody']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /no virtual key "nobody"\. List them with "apikeyrouter virtual-keys list"/);
  });

  it('lists what was routed and explains it, also after a failover', async () => {
    await addKey('bad');
    await addKey('good');
    provider.on({ method: 'POST', key: 'sk-simulated-bad-0123456789' }, openaiRateLimited());
    const { token } = await cli.json<Created>(['virtual-keys', 'create', 'editor']);
    const ids: string[] = [];
    // Of two requests one begins with each key.
    for (let at = 0; at < 2; at++) {
      const answer = await ask(token);
      assert.equal(answer.status, 200);
      ids.push(answer.headers.get('x-request-id') ?? '');
    }
    const { requests } = await eventually(async () => {
      const answer = await cli.json<{ requests: readonly RequestView[] }>(['requests']);
      assert.equal(answer.requests.length, 2);
      return answer;
    });
    const failedOver = requests.find(({ attempts }) => attempts === 2)?.requestId ?? '';
    assert.ok(ids.includes(failedOver), 'one of them failed over');
    const found = async (...filter: readonly string[]): Promise<readonly string[]> => {
      const answer = await cli.json<{ requests: readonly RequestView[] }>(['requests', ...filter]);
      return answer.requests.map(({ requestId }) => requestId);
    };
    const all = requests.map(({ requestId }) => requestId);
    assert.deepEqual(await found('--model', 'small', '--outcome', 'succeeded', '--since', '1h'), all);
    assert.deepEqual(await found('--before', all[0] ?? ''), all.slice(1));
    assert.deepEqual(await found('--team', 'nobody'), []);
    assert.match((await cli.run(['requests', '--team', 'nobody'])).out, /^No request matches\.$/m);
    const list = await cli.run(['requests', '--limit', '1']);
    assert.match(list.out, /^WHEN +MODEL +KEY +ATTEMPTS +STATUS +COST +TOOK +ID$/m);
    assert.match(list.out, new RegExp(`^\\d+ s ago +small +good +[12] +200 .* ${ids[1]}$`, 'm'));
    assert.ok(!list.out.includes(ids[0] ?? '?'), 'one was asked for');

    const explained = await cli.run(['explain', failedOver]);
    assert.equal(explained.code, 0);
    assert.match(explained.out, new RegExp(`^${failedOver}: small, succeeded with HTTP 200`));
    assert.match(explained.out, /^ {2}1\. bad \(429, \d+ ms\): rate limited: Rate limit reached/m);
    assert.match(explained.out, /^ {5}bad is now throttled for small, for \d+ s\.$/m);
    assert.match(explained.out, /^ {2}2\. good \(200, \d+ ms\): succeeded$/m);
    const trace = await cli.json<TraceView>(['explain', failedOver]);
    assert.equal(trace.attempts.length, 2);
    assert.ok(!cli.printed.includes('0123456789'), 'a secret was printed');
  });

  it('explains what a request did to the keys that it tried, and what is not known of a new one', async () => {
    await addKey('bad');
    await addKey('good');
    provider.on({ method: 'POST', key: 'sk-simulated-bad-0123456789' }, openaiInvalidKey());
    const { token } = await cli.json<Created>(['virtual-keys', 'create', 'editor']);
    const texts: string[] = [];
    for (let at = 0; at < 2; at++) {
      const id = (await ask(token)).headers.get('x-request-id') ?? '';
      await eventually(() => cli.json(['explain', id]));
      texts.push((await cli.run(['explain', id])).out);
    }
    const failedOver = texts.find((text) => text.includes('key invalid')) ?? '';
    assert.match(failedOver, /^ {2}1\. bad \(401, \d+ ms\): key invalid: /m);
    assert.match(failedOver, /^ {5}bad is now invalid until you replace it\.$/m);
    assert.match(texts[0] ?? '', / serves small by .*: no requests yet/);
    assert.ok(!texts[0]?.includes('success rate 98 %'), 'a prior was told as experience');
  });

  it('says what to do where there is nothing yet, and of a request that it does not know', async () => {
    assert.match((await cli.run(['requests'])).out, /^No requests yet\. "apikeyrouter connect" lists/);
    assert.deepEqual(await cli.json(['requests']), { requests: [], next: null });
    assert.match((await cli.run(['virtual-keys', 'list'])).out, /^No virtual keys yet\. Create one with/);
    const { code, err } = await cli.run(['explain', 'req_unknown']);
    assert.equal(code, 1);
    assert.match(err, /There is no request "req_unknown"\. List them with "apikeyrouter requests"/);
  });
});
