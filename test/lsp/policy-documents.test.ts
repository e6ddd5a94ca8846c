import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {
  type CodeAction,
  createProtocolConnection,
  type Diagnostic,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { RouterFixture } from '../support/router-fixture.ts';

const FILES = path.join(import.meta.dirname, '..', 'unit', 'policy-language', 'files');
const URI = 'file:///project/.apikeyrouter/policies.yaml';

/** An editor window with one policy file. */
class Editor {
  readonly #socket: net.Socket;
  readonly #connection: ProtocolConnection;
  readonly #published: PublishDiagnosticsParams[] = [];
  #listen: (() => void) | null = null;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    this.#connection = createProtocolConnection(
      new StreamMessageReader(socket),
      new StreamMessageWriter(socket),
    );
    this.#connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.#published.push(params);
      this.#listen?.();
    });
    this.#connection.listen();
  }

  static async open(router: RouterFixture, managementToken: string): Promise<Editor> {
    const socket = net.connect(router.daemon.endpoint.socket);
    await once(socket, 'connect');
    const editor = new Editor(socket);
    const initializationOptions = { managementToken, clientVersion: '0.1.0' };
    const params = { processId: null, rootUri: null, capabilities: {}, initializationOptions };
    await editor.#connection.sendRequest('initialize', params).catch(() => undefined);
    await editor.#connection.sendNotification('initialized', {});
    return editor;
  }

  async show(text: string): Promise<void> {
    const textDocument = { uri: URI, languageId: 'yaml', version: 1, text };
    await this.#connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  async change(version: number, text: string): Promise<void> {
    const params = { textDocument: { uri: URI, version }, contentChanges: [{ text }] };
    await this.#connection.sendNotification('textDocument/didChange', params);
  }

  async close(): Promise<void> {
    await this.#connection.sendNotification('textDocument/didClose', { textDocument: { uri: URI } });
  }

  fixes(diagnostics: Diagnostic[]): Promise<readonly CodeAction[]> {
    const range = diagnostics[0]?.range ?? {
      start: { line: 0, character: 0 },
      end: { line: 0, character: 0 },
    };
    const params = { textDocument: { uri: URI }, range, context: { diagnostics } };
    return this.#connection.sendRequest('textDocument/codeAction', params);
  }

  /** What the next publication says that satisfies a condition. */
  async next(wanted: (params: PublishDiagnosticsParams) => boolean): Promise<readonly Diagnostic[]> {
    for (;;) {
      const found = this.#published.findIndex(wanted);
      const published = this.#published[found];
      if (published) {
        this.#published.splice(0, found + 1);
        return published.diagnostics;
      }
      await new Promise<void>((resolve) => (this.#listen = resolve));
    }
  }

  get published(): number {
    return this.#published.length;
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

describe('policy files in an editor', () => {
  let router: RouterFixture;
  let editor: Editor;

  before(async () => {
    router = await RouterFixture.start();
    await router.addKey('openai', 'work-1');
  });
  beforeEach(async () => {
    editor = await Editor.open(router, router.daemon.endpoint.managementToken);
  });
  afterEach(() => editor.destroy());
  after(() => router.stop());

  const textOf = (message: Diagnostic['message']): string =>
    typeof message === 'string' ? message : message.value;
  const codes = (diagnostics: readonly Diagnostic[]): readonly unknown[] =>
    diagnostics.map(({ code }) => code);

  it('are shown what is wrong with them, where, and what was meant', async () => {
    await editor.show(readFileSync(path.join(FILES, 'schema-faults.yaml'), 'utf8'));
    const diagnostics = await editor.next(({ version }) => version === 1);
    const [, typo] = diagnostics;
    assert.ok(typo);
    assert.deepEqual(typo, {
      range: { start: { line: 5, character: 4 }, end: { line: 5, character: 11 } },
      severity: 1,
      code: 'unknown-field',
      source: 'API Key Router',
      message: 'There is no "priorty" in a policy. Did you mean "priority"?',
      data: { replacement: 'priority' },
    });
    assert.equal(diagnostics.length, 12);
    const [fix, ...others] = await editor.fixes([typo]);
    assert.deepEqual(others, []);
    assert.equal(fix?.title, 'Change to "priority"');
    assert.deepEqual(fix.edit?.changes?.[URI], [{ range: typo.range, newText: 'priority' }]);
  });

  it('are read again as they are changed, and forgotten when they are closed', async () => {
    await editor.show('version: 2\npolicies: []\n');
    assert.deepEqual(codes(await editor.next(({ version }) => version === 1)), ['unknown-value']);
    await editor.change(2, 'version: 1\npolicies: []\n');
    assert.deepEqual(await editor.next(({ version }) => version === 2), []);
    await editor.change(3, 'version: [');
    assert.deepEqual(codes(await editor.next(({ version }) => version === 3)), ['syntax']);
    await editor.close();
    assert.deepEqual(await editor.next(({ diagnostics }) => diagnostics.length === 0), []);
  });

  it('are compared with the keys that there are, also when one is added', async () => {
    const text = `version: 1
policies:
  - name: mine
    type: key_selection
    scope: { global: true }
    rules: [{ action: prefer_keys, keys: [work-1, later] }]
`;
    await editor.show(text);
    const first = await editor.next(({ version }) => version === 1);
    assert.deepEqual(
      first.map(({ message }) => message),
      ['There is no key named "later".'],
    );
    await router.addKey('openai', 'later');
    assert.deepEqual(await editor.next(({ diagnostics }) => diagnostics.length === 0), []);
  });

  it('have their own tests run, under their own policies', async () => {
    const text = (model: string): string => `version: 1
policies:
  - { name: none, type: routing, scope: { team: dev }, rules: [{ action: deny_models, models: [gpt-4o] }] }
tests:
  - { name: refused, request: { model: gpt-4o, team: dev }, expect: { refused: true } }
  - { name: served, request: { model: ${model}, team: dev }, expect: { key: work-1, model: ${model} } }
`;
    await editor.show(text('gpt-4o'));
    const [failed, ...others] = await editor.next(({ version }) => version === 1);
    assert.equal(failed?.code, 'test-failed');
    assert.equal(failed.range.start.line, 5);
    assert.match(
      textOf(failed.message),
      /^"served": It would be refused: Policies and the keys' own settings leave no key for gpt-4o/,
    );
    assert.deepEqual(others, []);
    assert.deepEqual((await router.daemon.api<{ policies: unknown[] }>('GET', '/policies')).policies, []);
  });

  it('say nothing to a window that has not proved itself', async () => {
    const stranger = await Editor.open(router, 'akm-wrong');
    await stranger.show('version: 2');
    await editor.show('version: 2');
    await editor.next(({ version }) => version === 1);
    assert.equal(stranger.published, 0);
    stranger.destroy();
  });
});
