import assert from 'node:assert/strict';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import { eventually } from '../support/router-fixture.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli } from './cli.ts';

describe('recorded bodies on the command line', () => {
  let cli: Cli;
  let provider: ScriptedUpstream;

  before(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['gpt-4o']));
    provider.on({ method: 'POST' }, openaiChat({ text: ['Hello back'] }));
  });
  after(async () => {
    await cli.dispose();
    await provider.stop();
  });

  it('are shown, the request and its answer', async () => {
    await cli.start(['serve', '--port', String(cli.port), '--record-bodies', 'all'], /http:\/\/127\.0\.0\.1/);
    const args = ['keys', 'add', 'mine', '--name', 'first', '--base-url', provider.url];
    assert.equal((await cli.run(args, { stdin: 'sk-simulated-good-0123456789abcdef' })).code, 0);
    const { token } = await cli.json<{ token: string }>(['virtual-keys', 'create', 'tool']);
    const answer = await fetch(`http://127.0.0.1:${cli.port}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        model: 'gpt-4o',
        max_tokens: 9,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    });
    assert.equal(answer.status, 200, await answer.text());
    const id = answer.headers.get('x-request-id') ?? '';
    const out = await eventually(async () => {
      const shown = await cli.run(['bodies', id]);
      assert.equal(shown.code, 0, shown.err);
      return shown.out;
    }, 10_000);
    assert.match(out, /^Request \(\d+ bytes\):\n\{.*"Hello".*\}\n\nAnswer \(\d+ bytes\):\n\{.*Hello back/s);
    assert.match((await cli.run(['bodies', 'req_none'])).err, /No bodies are recorded of "req_none"/);
  });
});
