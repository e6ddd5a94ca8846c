import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { extensionApi, home, readEndpoint } from './extension-under-test.ts';
import { SECRETS } from './simulated-accounts.ts';

// Runs last: by now the secrets have gone through the extension in every way.
describe('secrets', () => {
  it('are not in the output channel, even at its most talkative', async () => {
    const { log, logFolder } = await extensionApi();
    assert.equal(log.logLevel, vscode.LogLevel.Trace);
    const text = await readAll(logFolder);
    assert.match(text, /Connected to daemon/, 'this must be the file of the output channel');
    await assertClean(text);
  });

  it('are not in the log of the daemon', async () => {
    const text = await readAll(path.join(home(), 'logs'));
    assert.notEqual(text, '');
    await assertClean(text);
  });

  it('are not in any setting', async () => {
    const all = JSON.stringify(vscode.workspace.getConfiguration('apikeyrouter'));
    await assertClean(all);
  });
});

async function assertClean(text: string): Promise<void> {
  for (const secret of Object.values(SECRETS)) assert.equal(text.includes(secret), false);
  const { managementToken } = await readEndpoint();
  assert.equal(text.includes(managementToken), false, 'the management token is a secret too');
  assert.doesNotMatch(text, /akr-[A-Za-z0-9_-]{16}/, 'so is the token of a virtual key');
}

async function readAll(folder: string): Promise<string> {
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts.join('\n');
}
