import { createServer, type Server, type Socket } from 'node:net';
import { serveWindow, type WindowParts } from './window-connection.ts';

/** Listens on a Unix socket or named pipe for editor windows; each gets a connection of its own. */
export class LspServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(parts: WindowParts) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      serveWindow(parts, socket, () => this.#sockets.delete(socket));
    });
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /** Windows reconnect by themselves, to whoever listens next. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}
