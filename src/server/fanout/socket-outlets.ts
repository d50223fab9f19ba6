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
const TEXT = { binary: false };

/** Writes graphql-transport-ws `next` messages, whose payload is the same for many, each with its own operation's id. */
export class SocketOutlets {
  /** Per connection, what is to run once it has drained. */
  readonly #waiting = new WeakMap<WebSocket, Set<() => void>>();

  to({ socket, request }: Connection, id: string): Outlet {
    const stream = request.socket;
    const hasExtensions = socket.extensions !== '';
    const prefix = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    const whenFree = (run: () => void): void => this.#wait(socket, request, run);
    return {
      get isFree() {
        return socket.readyState === socket.OPEN && socket.bufferedAmount <= BACKED_UP_BYTES;
      },
      write(payload) {
        // A frame made here goes past ws, which is well only where ws would send it as it is, and has nothing waiting to go before it.
        const isPlain = !hasExtensions && socket.bufferedAmount === stream.writableLength;
        if (isPlain && socket.readyState === socket.OPEN) stream.write(frame(prefix, payload));
        else socket.send(Buffer.concat([prefix, payload, SUFFIX]), TEXT);
      },
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

const SUFFIX = Buffer.from('}');
/** RFC 6455, 5.2: the last frame of a text message. */
const FINAL_TEXT = 0x81;

/** A whole message in one unmasked frame, as servers send them: one allocation and two copies. */
function frame(prefix: Buffer, payload: Buffer): Buffer {
  const length = prefix.length + payload.length + SUFFIX.length;
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const whole = Buffer.allocUnsafe(headerLength + length);
  whole[0] = FINAL_TEXT;
  if (headerLength === 2) {
    whole[1] = length;
  } else if (headerLength === 4) {
    whole[1] = 126;
    whole.writeUInt16BE(length, 2);
  } else {
    whole[1] = 127;
    whole.writeBigUInt64BE(BigInt(length), 2);
  }
  prefix.copy(whole, headerLength);
  payload.copy(whole, headerLength + prefix.length);
  SUFFIX.copy(whole, whole.length - SUFFIX.length);
  return whole;
}
