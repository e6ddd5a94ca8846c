import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ExtensionTestApi } from '../../../client/testing/test-api.ts';
import type { KeyNode } from '../../../client/views/keys/nodes.ts';
import { type EndpointRecord, endpointFile, parseEndpoint } from '../../../shared/endpoint.ts';

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

/** Where the daemon says it is. */
export async function readEndpoint(): Promise<EndpointRecord> {
  const endpoint = parseEndpoint(await readFile(endpointFile(home()), 'utf8'));
  assert(endpoint, 'the endpoint file is not readable');
  return endpoint;
}

/** Waits until something holds; fails with its description otherwise. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 15_000) {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    assert(Date.now() < deadline, `waited ${limitMs / 1000} s in vain until ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The node of a key in the tree, by the key's name. */
export async function keyNode(name: string): Promise<KeyNode | undefined> {
  const { view } = await extensionApi();
  for (const provider of await view.getChildren()) {
    for (const node of await view.getChildren(provider)) {
      if (node.kind === 'key' && node.view.name === name) return node;
    }
  }
  return undefined;
}

/** What the line of a key shows now. */
export async function keyLine(name: string): Promise<vscode.TreeItem> {
  const { view } = await extensionApi();
  const node = await keyNode(name);
  assert(node, `no key "${name}" in the view`);
  return view.getTreeItem(node);
}
