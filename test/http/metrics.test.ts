import assert from 'node:assert/strict';
import type { KeyView } from '../../shared/model/views.ts';
import { METRICS } from '../../server/adapters/prometheus/metric-definitions.ts';
import { anthropicMessages } from '../support/anthropic-answers.ts';
import { openaiChat } from '../support/openai-answers.ts';
import { promtoolCheck } from '../support/promtool.ts';
import { openaiInvalidKey, openaiRateLimited } from '../support/provider-errors.ts';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';

const CHAT = '/v1/chat/completions';
const messages = [{ role: 'user', content: 'How many are three and four?' }];

describe('/metrics', () => {
  let router: RouterFixture;
  let ids: Readonly<Record<'refused' | 'limited' | 'good' | 'claude', string>>;

  before(async () => {
    router = await RouterFixture.start();
    const [refused, limited, good] = [
      await router.addKey('openai', 'refused'),
      await router.addKey('openai', 'limited'),
      await router.daemon.api<KeyView>('POST', '/keys', {
        providerId: 'openai',
        name: 'a "good"\\key',
        secret: secretOf('good'),
      }),
    ];
    const claude = await router.addKey('anthropic', 'claude');
    ids = { refused: refused.id, limited: limited.id, good: good.id, claude: claude.id };
    router.openai
      .on({ method: 'POST' }, openaiChat({ text: ['seven', ' of them'] }))
      .on({ method: 'POST', key: secretOf('refused') }, openaiInvalidKey())
      .on({ method: 'POST', key: secretOf('limited') }, openaiRateLimited());
    router.anthropic.on({ method: 'POST' }, anthropicMessages({ text: ['seven'] }));
    // Every one of three keys comes first once.
    for (let i = 0; i < 6; i++) {
      const answer = await router.post(CHAT, { model: 'gpt-4o', stream: true, max_tokens: 9, messages });
      assert.equal(answer.status, 200);
      await answer.text();
    }
    await (await router.post('/v1/messages', { model: 'claude-sonnet-4-5', max_tokens: 9, messages })).text();
    await router.traces(7);
  });
  after(() => router.stop());

  async function scrape(): Promise<string> {
    const answer = await fetch(`${router.daemon.url}/metrics`, {
      headers: { 'x-api-key': router.daemon.endpoint.managementToken },
    });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    return answer.text();
  }

  it("passes Prometheus' own checker after traffic, and has every documented metric", async () => {
    const text = await scrape();
    assert.equal(promtoolCheck(text), '');
    const types = text.split('\n').filter((line) => line.startsWith('# TYPE '));
    assert.deepEqual(
      types.toSorted(),
      Object.values(METRICS)
        .map(({ name, type }) => `# TYPE ${name} ${type}`)
        .toSorted(),
    );
  });

  it('counts what was asked for, tried, used and paid', async () => {
    const lines = (await scrape()).split('\n');
    const value = (start: string): number => {
      const line = lines.find((each) => each.startsWith(start));
      assert.ok(line, `there is a line that starts with ${start}`);
      return Number(line.slice(line.lastIndexOf(' ') + 1));
    };
    assert.equal(
      value('apikeyrouter_requests_total{protocol="openai-chat",outcome="succeeded",status="200"}'),
      6,
    );
    const attempts = (key: string, rest: string): number =>
      value(`apikeyrouter_attempts_total{provider="openai",key="${key}",model="gpt-4o",${rest}}`);
    assert.equal(attempts(ids.good, 'outcome="succeeded",failure=""'), 6);
    assert.equal(attempts(ids.refused, 'outcome="failed",failure="key_invalid"'), 1);
    assert.equal(attempts(ids.limited, 'outcome="failed",failure="rate_limited"'), 1);
    assert.equal(
      value('apikeyrouter_time_to_first_token_seconds_count{provider="openai",model="gpt-4o"}'),
      6,
    );
    assert.equal(value(`apikeyrouter_key_state{key="${ids.refused}",provider="openai",state="invalid"}`), 1);
    assert.equal(
      value(`apikeyrouter_key_state{key="${ids.claude}",provider="anthropic",state="available"}`),
      1,
    );
    const traces = await router.traces(7);
    const paid = lines.filter((line) => line.startsWith('apikeyrouter_cost_usd_total{'));
    const total = paid.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    const expected = traces.reduce((sum, { costNano }) => sum + costNano, 0) / 1e9;
    assert.ok(expected > 0 && Math.abs(total - expected) < 1e-9);
  });

  it('stays small whatever models are asked for', async () => {
    const before = (await scrape()).length;
    for (let i = 0; i < 300; i++) {
      const model = `made-up-${i}"} 1\n# TYPE evil counter\nevil{x="${'y'.repeat(500)}`;
      await (await router.post(CHAT, { model, messages })).text();
    }
    const text = await scrape();
    assert.equal(promtoolCheck(text), '');
    assert.doesNotMatch(text, /made-up|evil/);
    assert.ok(text.length < before + 5_000, `it grew from ${before} to ${text.length} characters`);
  });

  it('keeps no secret', async () => {
    const text = await scrape();
    assert.ok(!text.includes(router.token) && !text.includes('sk-simulated'));
  });
});
