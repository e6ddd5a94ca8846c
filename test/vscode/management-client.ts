import { readFile } from 'node:fs/promises';
import { type EndpointRecord, endpointFile, parseEndpoint } from '../../shared/endpoint.ts';
import type { KeyView } from '../../shared/model/views.ts';

/** The management API and the proxy of the daemon that the extension started. */
export class ManagementClient {
  readonly endpoint: EndpointRecord;
  readonly #url: string;

  private constructor(endpoint: EndpointRecord) {
    this.endpoint = endpoint;
    this.#url = `http://127.0.0.1:${endpoint.port}`;
  }

  /** Finds the daemon of a data folder; waits until it has said where it is. */
  static async find(home: string): Promise<ManagementClient> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      const text = await readFile(endpointFile(home), 'utf8').catch(() => '');
      const endpoint = parseEndpoint(text);
      if (endpoint) return new ManagementClient(endpoint);
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`no daemon came up in ${home}`);
  }

  /** Points a provider at a simulated one. */
  async setProvider(id: string, kind: string, name: string, baseUrl: string): Promise<void> {
    await this.#call('POST', '/api/v1/providers', { id, kind, name, baseUrl });
  }

  async addKey(providerId: string, name: string, secret: string): Promise<KeyView> {
    return (await this.#call('POST', '/api/v1/keys', { providerId, name, secret })) as KeyView;
  }

  async setEnabled(id: string, enabled: boolean): Promise<void> {
    await this.#call('PATCH', `/api/v1/keys/${id}`, { enabled });
  }

  /** A token for a tool. */
  async createToken(name: string): Promise<string> {
    return ((await this.#call('POST', '/api/v1/virtual-keys', { name })) as { token: string }).token;
  }

  /** Sends one request through the proxy and returns its status, whatever that is. */
  async ask(token: string, route: '/v1/chat/completions' | '/v1/messages', model: string): Promise<number> {
    const response = await fetch(`${this.#url}${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    await response.text();
    return response.status;
  }

  async #call(method: string, route: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.#url}${route}`, {
      method,
      headers: { 'X-API-Key': this.endpoint.managementToken, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
