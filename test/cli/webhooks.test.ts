import assert from 'node:assert/strict';
import { jsonReply } from '../support/script.ts';
import { ScriptedUpstream } from '../support/scripted-upstream.ts';
import { verifyWebhook } from '../support/verify-webhook.ts';
import { Cli } from './cli.ts';

describe('webhooks on the command line', () => {
  let cli: Cli;
  let receiver: ScriptedUpstream;

  before(async () => {
    cli = await Cli.create();
    receiver = await ScriptedUpstream.start();
    receiver.on({ method: 'POST' }, jsonReply(200, {}), jsonReply(500, {}));
  });
  after(async () => {
    await cli.dispose();
    await receiver.stop();
  });

  it('are added, tried, switched, listed and removed', async () => {
    const done = async (...args: readonly string[]): Promise<string> => {
      const { code, out, err } = await cli.run(args);
      assert.equal(code, 0, err);
      return out;
    };
    assert.match(await done('webhooks', 'list'), /No webhooks yet/);
    const added = await done('webhooks', 'add', 'chat', receiver.url, '-e', 'key.invalid', 'budget.exceeded');
    const [secret] = /whsec_\S+/.exec(added) ?? assert.fail(added);
    assert.match(await done('webhooks', 'test', 'chat'), /^Delivered \(200\)\.$/m);
    assert.equal(verifyWebhook(secret, await receiver.received(1)).type, 'webhook.test');
    assert.match(await done('webhooks', 'list'), /^chat .* key\.invalid budget\.exceeded +webhook\.test /m);
    const failed = await cli.run(['webhooks', 'test', 'chat']);
    assert.deepEqual([failed.code, failed.out.trim()], [1, 'It answered 500.']);
    assert.match(await done('webhooks', 'list'), /1 failed in a row, .*: It answered 500\./);
    assert.match(await done('webhooks', 'disable', 'chat'), /^chat is disabled\.$/m);
    assert.match(await done('webhooks', 'list'), / disabled +wh_/);
    assert.match(await done('webhooks', 'enable', 'chat'), /^chat is enabled\.$/m);
    assert.match(await done('webhooks', 'remove', 'chat'), /^Removed chat\.$/m);
    const { code, err } = await cli.run(['webhooks', 'add', 'chat', 'http://10.0.0.1/']);
    assert.equal(code, 1);
    assert.match(err, /sent over https/);
  });
});
