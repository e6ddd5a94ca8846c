import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import { openaiError } from '../support/provider-errors.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli } from './cli.ts';

/** Of this run alone: other tests of the machine have secrets in their arguments on purpose. */
const MARK = randomBytes(8).toString('hex');
const secret = (name: string): string => `sk-simulated-${name}-${MARK}`;

describe('secrets on the command line', () => {
  let cli: Cli;
  let provider: ScriptedUpstream;

  beforeEach(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['small']));
    provider.on({ method: 'POST' }, openaiChat());
    // A provider that repeats what it was sent.
    const message = `Incorrect API key provided: ${secret('echoed')}.`;
    const body = { type: 'invalid_request_error', code: 'invalid_api_key', message };
    provider.on({ key: secret('echoed') }, openaiError(401, body));
  });

  afterEach(async () => {
    await cli.dispose();
    await provider.stop();
  });

  it('are neither printed nor in the arguments or environment of any process that is left running', async () => {
    await writeFile(cli.folder.file('.env'), `OPENAI_KEY_1=${secret('dotenv')}\n`);
    const env = {
      OPENAI_API_KEY: secret('env'),
      ANTHROPIC_API_KEY: secret('env'),
      GEMINI_API_KEY: secret('gemini'),
    };
    // The first command starts the daemon, with the secrets in its own environment.
    await cli.run(['status'], { env });
    assert.equal((await cli.run(['keys', 'list'], { env })).code, 0);
    const add = ['keys', 'add', 'mine', '--base-url', provider.url];
    assert.equal((await cli.run(add, { stdin: secret('good'), env })).code, 0);
    assert.equal((await cli.run(add, { stdin: secret('echoed'), env })).code, 1);
    await cli.run(['keys', 'add', 'anthropic'], { stdin: `sk-ant-oat01-${MARK}` });
    for (const args of [['keys', 'list'], ['requests'], ['virtual-keys', 'list'], ['status']]) {
      await cli.json(args, { env });
    }
    const daemon = await cli.endpoint();
    assert.ok(daemon);
    const everyProcess = execFileSync('ps', ['axww', '-o', 'pid,args'], { encoding: 'utf8' });
    const withEnvironment = execFileSync('ps', ['axwwe'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    assert.ok(everyProcess.includes(String(daemon.pid)), 'the daemon was looked at');
    for (const [where, text] of Object.entries({ everyProcess, withEnvironment, printed: cli.printed })) {
      assert.ok(!text.includes(MARK), `a secret is in ${where}`);
      assert.ok(!text.includes(daemon.managementToken), `the management token is in ${where}`);
    }
    for (const file of filesOf(cli.data)) {
      assert.ok(!readFileSync(file).includes(MARK), `a secret is in ${file}`);
    }
  });
});

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
