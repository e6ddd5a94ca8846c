import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { isProcessAlive } from '../../server/daemon/process-alive.ts';
import { createTempFolder, type TempFolder } from '../support/temp-folder.ts';
import { DemoProcess } from './demo-process.ts';

describe('npm run demo', function () {
  this.timeout(40_000).slow(20_000);
  let temp: TempFolder;
  let demo: DemoProcess | null;

  beforeEach(async () => {
    temp = await createTempFolder();
    demo = null;
  });
  afterEach(async () => {
    demo?.signal('SIGTERM');
    await demo?.ended();
    await temp.remove();
  });

  it('shows keys failing over and coming back, and leaves nothing behind', async () => {
    demo = await DemoProcess.start(temp, '--once');
    assert.equal(await demo.ended(), 0, demo.output);
    const { output } = demo;

    assert.match(output.slice(0, 300), /SIMULATED/, 'it says at the top what is real and what is not');
    assert.match(output.slice(-300), /simulated: nothing was billed/, 'and again at the end');
    assert.ok(!output.includes('\u001b['), 'no colours without a terminal');

    assert.match(output, /✗ mistyped +.*refused the key: Incorrect API key/);
    assert.match(output, /✗ placeholder +This looks like a placeholder/);
    assert.match(output, /openai-a 429 throttled \d s → openai-\w 200/);
    assert.match(output, /openai-c 401 key refused → openai-\w 200/);
    assert.match(output, /openai-a +available → throttled/);
    assert.match(output, /openai-a +throttled → recovering/);
    assert.match(output, /openai-a +recovering → available/);
    assert.match(output, /openai-c +available → invalid/);

    const lines = output.split('\n').filter((line) => /^ *\d+ {2}(?:chat|resp|embe|mess|count)/.test(line));
    const answered = lines.filter((line) => /(?:openai-\w|claude|local) 200\b/.test(line));
    assert.ok(answered.length >= 25, `${answered.length} answered`);
    assert.equal(answered.length, lines.length, 'every request was answered');
    const [, requests, succeeded] = /of (\d+) requests (\d+) succeeded for the caller/.exec(output) ?? [];
    assert.equal(Number(requests), lines.length);
    assert.equal(succeeded, requests);

    const rows = [...output.matchAll(/^ {2}(\S+) +(\d+) +(\d+) +(\d+) +\w+ +\$[\d.]+$/gm)];
    assert.deepEqual(
      rows.map(([, name]) => name),
      ['openai-a', 'openai-b', 'openai-c', 'claude', 'local'],
    );
    const sum = rows.reduce((total, [, , count]) => total + Number(count), 0);
    assert.equal(sum, lines.length, 'the table accounts for every request');
    assert.match(
      output,
      /\$ apikeyrouter explain (req_\w+)\n {2}\1: .*\n {2}openai-[a-c] serves gpt-\S+ by the objective/,
    );

    assert.deepEqual(await demo.leftFolders(), []);
    await assert.rejects(fetch(`http://127.0.0.1:${demo.port}/health`));
  });

  it('goes on serving, shows what comes, and ends with Ctrl+C', async () => {
    demo = await DemoProcess.start(temp);
    await demo.printed(/until Ctrl\+C/);
    const [, baseURL] = await demo.printed(/OPENAI_BASE_URL=(\S+)/);
    const [, apiKey] = await demo.printed(/OPENAI_API_KEY=(akr-\S+)/);
    const daemon = await demo.daemonPid();
    const answer = await new OpenAI({ baseURL: baseURL ?? '', apiKey: apiKey ?? '' }).chat.completions.create(
      {
        model: 'gpt-5.4',
        messages: [{ role: 'user', content: 'Are you there?' }],
      },
    );
    assert.match(answer.choices[0]?.message.content ?? '', /simulated.*"Are you there\?"/);
    await demo.printed(/Ctrl\+C[^]*chat +gpt-5\.4 .* 200/);

    const asked = Date.now();
    demo.signal('SIGINT');
    assert.equal(await demo.ended(), 0, demo.output);
    assert.ok(Date.now() - asked < 5_000, 'within seconds');
    assert.ok(!isProcessAlive(daemon));
    assert.deepEqual(await demo.leftFolders(), []);
  });

  it('clears away when it is terminated in between', async () => {
    demo = await DemoProcess.start(temp);
    await demo.printed(/^ 2 {2}chat/m);
    const daemon = await demo.daemonPid();
    demo.signal('SIGTERM');
    assert.equal(await demo.ended(), 0, demo.output);
    assert.ok(!isProcessAlive(daemon));
    assert.deepEqual(await demo.leftFolders(), []);
  });

  it('says so and clears away when its daemon dies', async () => {
    demo = await DemoProcess.start(temp);
    await demo.printed(/^ 2 {2}chat/m);
    process.kill(await demo.daemonPid(), 'SIGKILL');
    assert.equal(await demo.ended(), 1, demo.output);
    assert.deepEqual(await demo.leftFolders(), []);
  });
});
