import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a server that can be cut: what is under way on it, in either direction, is lost then. */
export class CuttableWay {
  readonly url: string;
  readonly #sockets: ReadonlySet<Socket>;

  private constructor(url: string, sockets: ReadonlySet<Socket>) {
    this.url = url;
    this.#sockets = sockets;
  }

  static async to(target: string): Promise<CuttableWay> {
    const { port, hostname } = new URL(target);
    const sockets = new Set<Socket>();
    const keep = (socket: Socket, other: () => Socket): Socket => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other().destroy();
      });
      return socket;
    };
    const server = createServer((client) => {
      const upstream: Socket = keep(connect(Number(port), hostname), () => client);
      keep(client, () => upstream);
      client.pipe(upstream).pipe(client);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    const url = new URL(target);
    url.port = String((server.address() as AddressInfo).port);
    return new CuttableWay(url.href, sockets);
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
