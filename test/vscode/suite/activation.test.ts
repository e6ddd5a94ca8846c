import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { extensionApi, home } from './extension-under-test.ts';

describe('activation', () => {
  it('declares exactly the commands that it registers', async () => {
    const extension = vscode.extensions.getExtension('apikeyrouter.apikeyrouter');
    assert(extension);
    const manifest = extension.packageJSON as { contributes: { commands: { command: string }[] } };
    const declared = manifest.contributes.commands.map(({ command }) => command).sort();
    await extensionApi();
    const registered = (await vscode.commands.getCommands(true))
      .filter((id) => id.startsWith('apikeyrouter.') && !id.startsWith('apikeyrouter.keys.'))
      .sort();
    assert.deepEqual(registered, declared);
  });

  it('starts nothing and writes nothing before the view or a command is used', async () => {
    const { connection } = await extensionApi();
    assert.equal(connection.state.kind, 'idle');
    assert.equal(existsSync(home()), false);
  });
});
