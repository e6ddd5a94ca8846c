import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { KeysNode } from '../../../client/views/keys/nodes.ts';
import type { ScriptedUpstream } from '../../support/scripted-upstream.ts';
import { extensionApi, home, keyLine, keyNode, readEndpoint, until } from './extension-under-test.ts';
import { SECRETS, startSimulatedOpenai } from './simulated-accounts.ts';

describe('the Keys view', () => {
  let openai: ScriptedUpstream;

  before(async () => {
    openai = await startSimulatedOpenai();
  });

  after(() => openai.stop());

  async function addKey(name: string, secret: string) {
    const { connection } = await extensionApi();
    // The base URL points the provider at the simulation; its keys follow.
    const known = (await connection.request('apikeyrouter/keys/list', {})).providers;
    const moved = known.some(({ id, baseUrl }) => id === 'openai' && baseUrl === openai.url);
    return connection.request('apikeyrouter/keys/add', {
      providerId: 'openai',
      name,
      secret,
      ...(moved ? {} : { baseUrl: openai.url }),
    });
  }

  it('starts the daemon when it is looked at', async () => {
    const { connection, list } = await extensionApi();
    await vscode.commands.executeCommand('apikeyrouter.keys.focus');
    await until('the daemon is connected', () => connection.state.kind === 'connected');
    await until('the keys were read', () => list.snapshot !== null);
    assert.deepEqual(list.snapshot?.keys, []);
  });

  it('runs the daemon from a copy outside the extension', () => {
    const [copy, ...others] = readdirSync(path.join(home(), 'runtime'));
    assert(copy);
    assert.deepEqual(others, []);
    assert.match(copy, /^\d+\.\d+\.\d+-[0-9a-f]{12}$/);
    for (const name of ['daemon.cjs', 'better_sqlite3.node']) {
      assert(existsSync(path.join(home(), 'runtime', copy, name)), `${name} is missing`);
    }
  });

  it('shows an added key under its provider', async () => {
    await addKey('good', SECRETS.good);
    await until('the key is in the view', async () => (await keyNode('good')) !== undefined);
    const { view } = await extensionApi();
    const node = await keyNode('good');
    assert(node);
    assert.equal(view.getTreeItem(node.parent).label, 'OpenAI');
    const item = view.getTreeItem(node);
    assert.equal(item.description, 'ready');
    assert.equal(item.contextValue, 'key.enabled');
    assert.equal(item.id, `key:${node.id}`);
    assert.equal((item.iconPath as vscode.ThemeIcon).id, 'pass-filled');
  });

  it('passes on why a provider refuses a key', async () => {
    await assert.rejects(addKey('unknown', SECRETS.unknown), {
      code: 'key_refused',
      message: /Incorrect API key/,
    });
    assert.equal(await keyNode('unknown'), undefined);
  });

  it('tells of a key in its tooltip, but not its secret', async () => {
    const { view } = await extensionApi();
    const node = await keyNode('good');
    assert(node);
    const { tooltip } = view.resolveTreeItem(view.getTreeItem(node), node);
    assert(tooltip instanceof vscode.MarkdownString);
    assert.match(tooltip.value, /\*\*available\*\*/);
    assert.match(tooltip.value, /…GOOD/);
    assert.equal(tooltip.value.includes(SECRETS.good), false);
  });

  it('shows for how long a key is throttled', async () => {
    await addKey('busy', SECRETS.busy);
    const { connection } = await extensionApi();
    const { token } = await connection.request('apikeyrouter/virtualKeys/create', { name: 'suite' });
    const { port } = await readEndpoint();
    // Each request may choose either key; the throttled one is found out within a few.
    for (let count = 0; count < 4; count += 1) {
      const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] }),
      });
      assert.equal(response.status, 200);
      await response.text();
    }
    await until('the key is shown as throttled', async () => {
      const { description } = await keyLine('busy');
      return /^gpt-4o throttled, [23]0s/.test(String(description));
    });
    await until('the spend is shown', async () => {
      const { description } = await keyLine('good');
      return /^\$\d\S* today$/.test(String(description));
    });
  });

  it('redraws only the lines that changed', async () => {
    const { connection, view } = await extensionApi();
    const node = await keyNode('good');
    assert(node);
    const redrawn: KeysNode[] = [];
    let whole = 0;
    const listener = view.onDidChangeTreeData((nodes) => {
      if (nodes === undefined) whole += 1;
      else redrawn.push(...nodes);
    });
    await connection.request('apikeyrouter/keys/setEnabled', { id: node.id, enabled: false });
    await until('the key is shown as disabled', () => node.view.state === 'disabled');
    listener.dispose();
    assert.equal(whole, 0);
    const others = redrawn.filter((other) => other !== node && other !== node.parent);
    // A countdown may redraw the throttled key meanwhile.
    assert(others.every((other) => other.kind === 'key' && other.view.name === 'busy'));
    assert(redrawn.includes(node));
    const item = view.getTreeItem(node);
    assert.equal(item.description?.toString().startsWith('disabled'), true);
    assert.equal(item.contextValue, 'key.disabled');
  });
});
