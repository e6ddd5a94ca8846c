import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

interface Behaviour {
  /** Where a name leads, whatever port is asked for: nothing here asks a real name server. */
  readonly hosts: Readonly<Record<string, number>>;
  /** `user:password`; anybody may come in if left out. */
  readonly credentials?: string;
  /** The answer to every request, instead of a tunnel. */
  readonly refuses?: number;
}

/** A real proxy for CONNECT (RFC 9110, 9.3.6) that keeps what it was asked for. */
export class ConnectProxy {
  /** `host:port` of every request. */
  readonly asked: string[] = [];
  readonly #server: http.Server;
  readonly #behaviour: Behaviour;
  readonly #sockets = new Set<net.Socket>();

  private constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
    this.#server = http.createServer((_request, response) => response.writeHead(405).end());
    this.#server.on('connect', (request: http.IncomingMessage, socket: net.Socket) =>
      this.#connect(request, socket),
    );
  }

  static async start(behaviour: Behaviour): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(behaviour);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Its address, with the credentials it wants. */
  get url(): string {
    const { credentials } = this.#behaviour;
    return `http://${credentials === undefined ? '' : `${credentials}@`}${this.host}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #connect(request: http.IncomingMessage, socket: net.Socket): void {
    this.asked.push(request.url ?? '');
    this.#keep(socket);
    const { credentials, refuses, hosts } = this.#behaviour;
    const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (expected && request.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
      return;
    }
    const port = hosts[(request.url ?? '').replace(/:\d+$/, '')];
    if (refuses !== undefined || port === undefined) {
      socket.end(`HTTP/1.1 ${refuses ?? 502} Refused\r\n\r\n`);
      return;
    }
    const target = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    this.#keep(target);
  }

  #keep(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
  }
}
