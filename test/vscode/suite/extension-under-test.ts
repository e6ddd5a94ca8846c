import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ExtensionTestApi } from '../../../client/testing/test-api.ts';

/** The extension's own objects, as they run in this extension host. Activates it on first use. */
export async function extensionApi(): Promise<ExtensionTestApi> {
  const extension = vscode.extensions.getExtension<ExtensionTestApi>('apikeyrouter.apikeyrouter');
  assert(extension, 'the extension is not installed in this host');
  return extension.activate();
}

/** The data folder of this run. */
export function home(): string {
  const folder = process.env['APIKEYROUTER_HOME'];
  assert(folder, 'APIKEYROUTER_HOME must point at a folder of this run only');
  return folder;
}

/** Waits until something holds; fails with its description otherwise. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 15_000) {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    assert(Date.now() < deadline, `waited ${limitMs / 1000} s in vain until ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
