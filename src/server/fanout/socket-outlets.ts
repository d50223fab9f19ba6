import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import type { Outlet } from './member.ts';

/** What graphql-ws knows of a connection. */
interface Connection {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

/** How much may wait in a connection before its operations are told no more until it has gone, in bytes. */
const BACKED_UP_BYTES = 64 * 1024;

/** Writes graphql-transport-ws `next` messages, whose payload is the same for many, each with its own operation's id. */
export class SocketOutlets {
  /** Per connection, what is to run once it has drained. */
  readonly #waiting = new WeakMap<WebSocket, Set<() => void>>();

  to({ socket, request }: Connection, id: string): Outlet {
    const prefix = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    const whenFree = (run: () => void): void => this.#wait(socket, request, run);
    return {
      get isFree() {
        return socket.readyState === socket.OPEN && socket.bufferedAmount <= BACKED_UP_BYTES;
      },
      write: (payload) => socket.send(`${prefix}${payload}}`),
      whenFree,
    };
  }

  #wait(socket: WebSocket, { socket: stream }: IncomingMessage, run: () => void): void {
    const waiting = this.#waiting.get(socket);
    if (waiting) {
      waiting.add(run);
      return;
    }
    const runs = new Set([run]);
    this.#waiting.set(socket, runs);
    stream.once('drain', () => {
      this.#waiting.delete(socket);
      for (const each of runs) each();
    });
  }
}
