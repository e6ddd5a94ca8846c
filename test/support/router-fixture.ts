import type { KeyView } from '../../shared/model/views.ts';
import type { RequestView, TraceView } from '../../shared/model/views.ts';
import { DaemonProcess } from './daemon-process.ts';
import { modelListing } from './openai-answers.ts';
import { ScriptedUpstream } from './scripted-upstream.ts';
import { createTempFolder, type TempFolder } from './temp-folder.ts';

/** Models that the simulated accounts list. */
const OPENAI_MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-5', 'text-embedding-3-small'];
const ANTHROPIC_MODELS = ['claude-sonnet-4-5-20250929', 'claude-haiku-4-5-20251001'];

/** The real daemon between a test and one simulated OpenAI and one simulated Anthropic. */
export class RouterFixture {
  readonly folder: TempFolder;
  readonly openai: ScriptedUpstream;
  readonly anthropic: ScriptedUpstream;
  daemon: DaemonProcess;
  /** A virtual key without a limit. */
  token = '';
  #env: Readonly<Record<string, string>> = {};

  private constructor(
    folder: TempFolder,
    openai: ScriptedUpstream,
    anthropic: ScriptedUpstream,
    daemon: DaemonProcess,
  ) {
    this.folder = folder;
    this.openai = openai;
    this.anthropic = anthropic;
    this.daemon = daemon;
  }

  /** With these variables in the daemon's environment. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<RouterFixture> {
    const folder = await createTempFolder();
    const openai = await ScriptedUpstream.start();
    const anthropic = await ScriptedUpstream.start();
    openai.on({ method: 'GET', path: '/v1/models' }, modelListing(OPENAI_MODELS));
    anthropic.on({ method: 'GET', path: '/v1/models' }, modelListing(ANTHROPIC_MODELS));
    const daemon = await DaemonProcess.start(folder.path, undefined, env);
    const fixture = new RouterFixture(folder, openai, anthropic, daemon);
    fixture.#env = env;
    await daemon.api('POST', '/providers', {
      id: 'openai',
      kind: 'openai',
      name: 'OpenAI',
      baseUrl: openai.url,
    });
    await daemon.api('POST', '/providers', {
      id: 'anthropic',
      kind: 'anthropic',
      name: 'Anthropic',
      baseUrl: anthropic.url,
    });
    fixture.token = await fixture.virtualKey({ name: 'test' });
    return fixture;
  }

  /** Adds a key whose secret is its name with a prefix, as `secretOf` gives it. */
  async addKey(providerId: string, name: string): Promise<KeyView> {
    return this.daemon.api<KeyView>('POST', '/keys', { providerId, name, secret: secretOf(name) });
  }

  async virtualKey(input: object): Promise<string> {
    const answer = await this.daemon.api<{ token: string }>('POST', '/virtual-keys', input);
    return answer.token;
  }

  /** The traces of all requests, oldest first, once there are so many: each is written just after its answer. */
  async traces(count: number): Promise<readonly TraceView[]> {
    const ids = await eventually(async () => {
      const { requests } = await this.daemon.api<{ requests: readonly RequestView[] }>(
        'GET',
        '/requests?limit=500',
      );
      if (requests.length < count) throw new Error(`${requests.length} of ${count} requests have a trace`);
      return requests.map((request) => request.requestId).reverse();
    });
    const traces: TraceView[] = [];
    for (const id of ids) traces.push(await this.trace(id));
    return traces;
  }

  /** A trace is written just after its answer has ended: it is waited for. */
  async trace(requestId: string): Promise<TraceView> {
    return eventually(() => this.daemon.api<TraceView>('GET', `/requests/${requestId}`));
  }

  async keys(): Promise<readonly KeyView[]> {
    const { keys } = await this.daemon.api<{ keys: readonly KeyView[] }>('GET', '/keys');
    return keys;
  }

  /** Posts JSON to the proxy with the fixture's token. */
  post(
    path: string,
    body: object | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return fetch(`${this.daemon.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** Ends the daemon as a crash does and starts it again on the same folder. */
  async crash(): Promise<void> {
    await this.daemon.kill();
    this.daemon = await DaemonProcess.start(this.folder.path, undefined, this.#env);
  }

  async stop(): Promise<void> {
    await this.daemon.stop();
    await this.openai.stop();
    await this.anthropic.stop();
    await this.folder.remove();
  }
}

/** The secret of a key that a fixture added. */
export function secretOf(name: string): string {
  return `sk-simulated-${name}-0123456789`;
}

/** Tries until it succeeds, for what happens a moment later; throws the last error after two seconds, or so long. */
export async function eventually<T>(action: () => Promise<T> | T, limitMs = 2_000): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
