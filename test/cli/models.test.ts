import assert from 'node:assert/strict';
import type { ModelNameView, ServedModelView, VirtualKeyView } from '../../shared/model/views.ts';
import { modelListing, openaiChat } from '../support/openai-answers.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { Cli } from './cli.ts';

describe('models on the command line', () => {
  let cli: Cli;
  let provider: ScriptedUpstream;

  beforeEach(async () => {
    cli = await Cli.create();
    provider = await ScriptedUpstream.start();
    provider.on({ method: 'GET', path: '/v1/models' }, modelListing(['gpt-4o', 'gpt-4o-mini']));
    provider.on({ method: 'POST', path: '/v1/chat/completions' }, openaiChat());
  });

  afterEach(async () => {
    await cli.dispose();
    await provider.stop();
  });

  async function addKey(): Promise<void> {
    const args = ['keys', 'add', 'mine', '--kind', 'openai', '--base-url', provider.url];
    const added = await cli.run(args, { stdin: 'sk-simulated-0123456789' });
    assert.equal(added.code, 0, added.err);
  }

  async function ask(token: string, model: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${cli.port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    await response.arrayBuffer();
    if (response.status !== 200) return response.headers.get('x-error-code') ?? String(response.status);
    return String(provider.requests.at(-1)?.json?.['model']);
  }

  it('are listed with provider, context and price, and what names stand for', async () => {
    assert.match((await cli.run(['models'])).out, /^No key lists a model yet\. Add a key with/);
    await addKey();
    const { out } = await cli.run(['models', 'list']);
    assert.match(out, /^MODEL +PROVIDER +STANDS FOR +CONTEXT +INPUT\/M +OUTPUT\/M$/m);
    assert.match(out, /^gpt-4o-mini +mine +128,000 +\$0\.15 +\$0\.60$/m);
    assert.match(out, /^cheap +gpt-4o-mini +128,000 +\$0\.15 +\$0\.60$/m);
    const { models } = await cli.json<{ models: readonly ServedModelView[] }>(['models']);
    assert.deepEqual(
      models.find(({ id }) => id === 'gpt-4o'),
      {
        id: 'gpt-4o',
        owner: 'mine',
        standsFor: [],
        contextWindow: 128_000,
        price: { inputNano: 2_500_000, outputNano: 10_000_000 },
      },
    );
  });

  it('are given names, alone and in groups', async () => {
    await addKey();
    const { token } = await cli.json<{ token: string }>(['virtual-keys', 'create', 'editor']);
    const alias = await cli.run(['models', 'alias', 'smart', 'mine/gpt-4o']);
    assert.match(alias.out, /^smart stands for mine\/gpt-4o\.$/m);
    assert.equal(await ask(token, 'smart'), 'gpt-4o');
    const group = [
      'models',
      'group',
      'any',
      'smart',
      'gpt-4o-mini',
      '--choose',
      'best',
      '--objective',
      'cost',
    ];
    assert.match((await cli.run(group)).out, /^any stands for smart or gpt-4o-mini\.$/m);
    assert.equal(await ask(token, 'any'), 'gpt-4o-mini');
    const view = await cli.json<ModelNameView>(['models', 'group', 'ordered', 'smart', 'gpt-4o-mini']);
    assert.deepEqual([view.choose, view.served], ['in_order', ['gpt-4o', 'gpt-4o-mini']]);
    assert.match((await cli.run(['models'])).out, /^ordered +mine\/gpt-4o, gpt-4o-mini +128,000/m);
    const nothing = await cli.run(['models', 'alias', 'later', 'unheard-of']);
    assert.match(nothing.out, /No key serves any of these now/);
    const circle = await cli.run(['models', 'alias', 'smart', 'any']);
    assert.equal(circle.code, 1);
    assert.match(circle.err, /"smart" would lead back to itself: smart -> any -> smart/);
    assert.match((await cli.run(['models', 'remove', 'any'])).out, /^Removed any\.$/m);
    assert.equal(await ask(token, 'any'), 'no_key_for_model');
    const unknown = await cli.run(['models', 'remove', 'any']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /There is no name of models "any"/);
  });

  it('are allowed and replaced for a virtual key, which is changed later', async () => {
    await addKey();
    const create = ['virtual-keys', 'create', 'agent', '--allow-model', 'gpt-4o-m*'];
    const slots = ['--model-slot', 'claude-opus-*=gpt-4o', '--model-slot', '*haiku*=cheap'];
    const { token } = await cli.json<{ token: string }>([...create, ...slots]);
    assert.equal(await ask(token, 'claude-opus-4-1'), 'gpt-4o');
    assert.equal(await ask(token, 'claude-haiku-4-5'), 'gpt-4o-mini');
    assert.equal(await ask(token, 'gpt-4o'), 'model_not_allowed');
    const listed = await cli.run(['virtual-keys', 'list']);
    assert.match(listed.out, /^agent .* claude-opus-\*=gpt-4o \*haiku\*=cheap gpt-4o-m\* /m);

    const more = ['--allow-model', 'gpt-4o', '--allow-model', 'cheap', '--limit', '2', '--name', 'coder'];
    const edited = await cli.run(['virtual-keys', 'edit', 'agent', ...more]);
    assert.match(edited.out, /^coder: \$2\.00 a day, models: gpt-4o, cheap\n {2}claude-opus-\* is gpt-4o$/m);
    assert.equal(await ask(token, 'gpt-4o'), 'gpt-4o');
    assert.equal(await ask(token, 'gpt-4o-mini'), 'model_not_allowed');
    const free = ['virtual-keys', 'edit', 'coder', '--any-model', '--no-model-slots', '--no-limit'];
    const view = await cli.json<VirtualKeyView>(free);
    assert.deepEqual([view.allowModels, view.models, view.limitNano], [null, {}, null]);
    assert.equal(await ask(token, 'gpt-4o-mini'), 'gpt-4o-mini');
    const nothing = await cli.run(['virtual-keys', 'edit', 'coder']);
    assert.equal(nothing.code, 1);
    assert.match(nothing.err, /Nothing to change/);
  });
});
