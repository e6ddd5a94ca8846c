import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A program that has nothing to do with the router and answers every request with a page. */
export interface ForeignListener {
  readonly port: number;
  /** Everything that was sent to it: first lines, headers and bodies. */
  received(): string;
  stop(): Promise<void>;
}

/** Listens on a port of 127.0.0.1, in the test's own process. */
export async function foreignListener(port = 0, page = '<h1>Hello</h1>'): Promise<ForeignListener> {
  let received = '';
  const server = createServer((request, response) => {
    received += `${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n`;
    request.setEncoding('utf8').on('data', (text: string) => (received += text));
    request.once('end', () => response.end(page));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received: () => received,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
