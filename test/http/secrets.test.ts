import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { openaiChat } from '../support/openai-answers.ts';
import { openaiError } from '../support/provider-errors.ts';
import { RouterFixture, secretOf } from '../support/router-fixture.ts';

describe('secrets', () => {
  let router: RouterFixture;

  before(async () => {
    router = await RouterFixture.start();
  });
  after(() => router.stop());

  it('are in no file, log, trace, answer or process list, also when a provider repeats them', async () => {
    const seen: string[] = [];
    const keep = async (response: Response): Promise<void> => {
      seen.push(JSON.stringify([...response.headers]), await response.text());
    };
    for (const name of ['good', 'echoed']) await router.addKey('openai', name);
    const echo = `Incorrect API key provided: ${secretOf('echoed')}.`;
    router.openai.on({ method: 'POST' }, openaiChat());
    router.openai.on(
      { method: 'POST', key: secretOf('echoed') },
      openaiError(
        400,
        { type: 'invalid_request_error', code: 'bad', message: echo },
        { 'x-note': secretOf('echoed') },
      ),
      openaiError(500, { type: 'server_error', code: null, message: echo }),
      openaiError(401, { type: 'invalid_request_error', code: 'invalid_api_key', message: echo }),
    );
    const body = { model: 'gpt-4o', max_tokens: 5, messages: [{ role: 'user', content: 'ping' }] };
    for (const model of ['gpt-4o', 'gpt-4o-mini', 'gpt-5']) {
      // Of two requests one goes to each key.
      for (let at = 0; at < 4; at++)
        await keep(await router.post('/v1/chat/completions', { ...body, model }));
    }
    const asked = router.openai.requests.filter(
      (request) => request.key === secretOf('echoed') && request.method === 'POST',
    );
    assert.ok(asked.length >= 3, 'the provider repeated the key in every kind of error');

    const traces = JSON.stringify(await router.traces(12));
    assert.match(traces, /\[redacted\]/);
    for (const route of ['/keys', '/state', '/requests', '/ledger', '/virtual-keys', '/providers']) {
      seen.push(JSON.stringify(await router.daemon.api('GET', route)));
    }
    const metrics = await fetch(`${router.daemon.url}/metrics`, {
      headers: { 'x-api-key': router.daemon.endpoint.managementToken },
    });
    await keep(metrics);
    const processes = execFileSync('ps', ['axwweo', 'args'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    const everything = { answers: seen.join('\n'), traces, processes, output: router.daemon.output };
    for (const secret of [secretOf('good'), secretOf('echoed'), router.token]) {
      for (const [where, text] of Object.entries(everything)) {
        assert.ok(!text.includes(secret), `${secret.slice(0, 20)}... is in the ${where}`);
      }
      for (const file of filesOf(router.folder.path)) {
        assert.ok(!readFileSync(file).includes(secret), `${secret.slice(0, 20)}... is in ${file}`);
      }
    }
    const log = readFileSync(router.folder.file('logs', 'daemon.log'), 'utf8');
    assert.ok(log.includes('request ended'), 'the log was looked at');
    assert.ok(!log.includes(router.daemon.endpoint.managementToken));
  });

  it('lie in files and folders that only their owner can open', () => {
    for (const file of filesOf(router.folder.path)) {
      assert.equal(statSync(file).mode & 0o077, 0, `${file} is open to others`);
    }
    for (const folder of ['', 'daemon', 'run', 'logs']) {
      assert.equal(statSync(router.folder.file(folder)).mode & 0o077, 0, `${folder} is open to others`);
    }
  });
});

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
