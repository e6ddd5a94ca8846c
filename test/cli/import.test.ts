import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import type { KeyView } from '../../shared/model/views.ts';
import { modelListing } from '../support/openai-answers.ts';
import { openaiInvalidKey } from '../support/provider-errors.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli } from './cli.ts';

const secret = (name: string): string => `sk-simulated-${name}-0123456789abcdef`;

describe('the import from the environment', () => {
  let cli: Cli;
  let provider: ScriptedUpstream;

  beforeEach(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['small', 'large']));
    provider.on({ key: secret('wrong') }, openaiInvalidKey());
  });

  afterEach(async () => {
    await cli.dispose();
    await provider.stop();
    assert.ok(!cli.printed.includes('0123456789abcdef'), 'a secret was printed');
  });

  /** The import has no base URL of its own: the daemon is told where its OpenAI is. */
  async function pointOpenai(): Promise<void> {
    await cli.run(['keys', 'list']);
    const endpoint = await cli.endpoint();
    const response = await fetch(`http://127.0.0.1:${endpoint?.port}/api/v1/providers`, {
      method: 'POST',
      headers: { 'x-api-key': endpoint?.managementToken ?? '', 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'openai', kind: 'openai', name: 'OpenAI', baseUrl: provider.url }),
    });
    assert.equal(response.status, 201);
  }

  async function names(): Promise<readonly string[]> {
    const { keys } = await cli.json<{ keys: readonly KeyView[] }>(['keys', 'list']);
    return keys.map((key) => key.name);
  }

  it('takes those of the environment and of .env; placeholders are skipped with a warning, known ones told apart', async () => {
    await pointOpenai();
    const lines = [
      `OPENAI_KEY_1=${secret('one')}`,
      `OPENAI_KEY_2="${secret('two')}"`,
      'OPENAI_KEY_3=your-api-key',
      `OPENAI_KEY_4=${secret('wrong')}`,
      `OPENAI_KEY_5=${secret('env')}`,
      'OPENAI_KEY_6=',
      `OPENAI_API_KEY=${secret('hidden')}`,
      `DATABASE_PASSWORD=${secret('database')}`,
    ];
    await writeFile(cli.folder.file('.env'), lines.join('\n'));
    const env = { OPENAI_API_KEY: secret('env') };
    const first = await cli.run(['keys', 'import-env'], { env });
    assert.equal(first.code, 0);
    assert.deepEqual(first.out.replace(/: Incorrect.*/, '').split('\n'), [
      '+ OPENAI_API_KEY: added as "openai-api-key", 2 models',
      '+ OPENAI_KEY_1: added as "openai-key-1", 2 models',
      '+ OPENAI_KEY_2: added as "openai-key-2", 2 models',
      first.out.split('\n')[3],
      '! OPENAI_KEY_4: OpenAI refused the key',
      '',
    ]);
    assert.match(first.out, /^! OPENAI_KEY_3: .*placeholder/m);
    const again = await cli.json<readonly { result: string }[]>(['keys', 'import-env'], { env });
    assert.deepEqual(
      again.map(({ result }) => result),
      ['already_there', 'already_there', 'already_there', 'refused', 'refused'],
    );
    assert.deepEqual(await names(), ['openai-api-key', 'openai-key-1', 'openai-key-2']);
  });

  it('takes a new secret in a known variable for a new key, under the next free name', async () => {
    await pointOpenai();
    await cli.run(['keys', 'import-env'], { env: { OPENAI_API_KEY: secret('old') } });
    const { out } = await cli.run(['keys', 'import-env'], { env: { OPENAI_API_KEY: secret('new') } });
    assert.match(out, /^\+ OPENAI_API_KEY: added as "openai-api-key-2"/);
    assert.deepEqual(await names(), ['openai-api-key', 'openai-api-key-2']);
  });

  it('fails where every key was refused', async () => {
    await pointOpenai();
    const { code, out } = await cli.run(['keys', 'import-env'], { env: { OPENAI_API_KEY: secret('wrong') } });
    assert.equal(code, 1);
    assert.match(out, /^! OPENAI_API_KEY: OpenAI refused the key: Incorrect API key/);
  });

  it('leaves out virtual keys, which point at the router itself', async () => {
    const env = { OPENAI_API_KEY: 'akr-0123456789', ANTHROPIC_API_KEY: 'akr-0123456789' };
    assert.match((await cli.run(['keys', 'import-env'], { env })).out, /^No keys found/);
  });

  it('says where it looked when there is nothing to import, and needs no daemon for that', async () => {
    await mkdir(cli.folder.file('.env'));
    const { code, out } = await cli.run(['keys', 'import-env']);
    assert.equal(code, 0);
    assert.match(out, /No keys found\. Looked for OPENAI_API_KEY/);
    assert.deepEqual(await cli.json(['keys', 'import-env']), []);
    assert.equal(await cli.endpoint(), null);
  });
});
