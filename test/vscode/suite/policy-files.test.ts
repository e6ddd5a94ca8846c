import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { home, until } from './extension-under-test.ts';

const TEXT = `version: 1
policies:
  - name: dev
    type: cost
    scope: { team: dev }
    priorty: 5
    rules: [{ action: prefer_lowest_cost }]
`;

describe('policy files', () => {
  it('are underlined where they are wrong, and mended by a quick fix', async () => {
    const folder = path.join(home(), '..', 'project', '.apikeyrouter');
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, 'policies.yaml');
    await writeFile(file, TEXT);
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    const found = (): readonly vscode.Diagnostic[] => vscode.languages.getDiagnostics(document.uri);
    await until('the file is read', () => found().length > 0);
    const [typo, ...others] = found();
    assert.deepEqual(others, []);
    assert.equal(typo?.source, 'API Key Router');
    assert.equal(typo.message, 'There is no "priorty" in a policy. Did you mean "priority"?');
    assert.equal(document.getText(typo.range), 'priorty');

    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      typo.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = fixes.find(({ title }) => title === 'Change to "priority"');
    assert.ok(fix?.edit, fixes.map(({ title }) => title).join(', '));
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    await until('the file is right', () => found().length === 0);
    assert.match(document.getText(), /^ {4}priority: 5$/m);
    await document.save();
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });
});
