import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

const PAUSE_SECONDS = 30;

/** A simulated provider that authenticates, limits and refuses in its own way, and answers as OpenAI does. */
export interface AcmeProvider {
  readonly url: string;
  close(): void;
}

/** `limits`: how often each key may ask before it has to pause. */
export async function startAcme(limits: Readonly<Record<string, number>>): Promise<AcmeProvider> {
  const left = new Map(Object.entries(limits));
  const server = http.createServer((request, response) => {
    answer(request, left).then(
      ({ status, headers, body }) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(JSON.stringify(body));
      },
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close().closeAllConnections(),
  };
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

async function answer(request: http.IncomingMessage, left: Map<string, number>): Promise<Answer> {
  const { model } = (await json(request)) as { readonly model: string };
  const secret = String(request.headers['x-acme-key']);
  const remaining = left.get(secret);
  if (request.url !== '/talk') return { status: 404, body: { fault: 'NOWHERE' } };
  if (remaining === undefined) return { status: 403, body: { fault: 'WHO_ARE_YOU' } };
  if (remaining === 0) return { status: 420, body: { fault: 'TOO_FAST', pause: PAUSE_SECONDS } };
  left.set(secret, remaining - 1);
  return {
    status: 200,
    headers: { 'x-acme-left': `${remaining - 1}` },
    body: {
      id: 'acme-1',
      object: 'chat.completion',
      created: 0,
      model,
      choices: [{ index: 0, message: { role: 'assistant', content: 'Beep.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
    },
  };
}
