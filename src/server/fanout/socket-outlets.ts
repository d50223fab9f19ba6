import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Outlet } from './member.ts';

/** What graphql-ws knows of a connection. */
interface Connection {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

/** How much may wait in a connection before its operations are told no more until it has gone, in bytes. */
export const BACKED_UP_BYTES = 64 * 1024;
/** How often to look whether a connection is free that does not tell, in milliseconds. */
const LOOK_MS = 20;
const TEXT = { binary: false };

/** How long operations of a connection may wait for the ones before them, all of these together, in milliseconds. */
const TURN_MS = 1000;

/** Writes graphql-transport-ws `next` messages, whose payload is the same for many, each with its own operation's id. */
export class SocketOutlets {
  /** Per connection, what is to run once it has drained. */
  readonly #waiting = new WeakMap<WebSocket, Set<() => Promise<void>>>();

  to({ socket, request }: Connection, id: string): Outlet {
    return new SocketOutlet(socket, request.socket, id, this);
  }

  /** Has `run` wait for its turn on a connection that is backed up, unless the returned function is called before. */
  wait(socket: WebSocket, stream: Socket, run: () => Promise<void>): () => void {
    const known = this.#waiting.get(socket);
    const waiting = known ?? new Set();
    waiting.add(run);
    if (!known) {
      this.#waiting.set(socket, waiting);
      void this.#drain(socket, stream, waiting);
    }
    return () => waiting.delete(run);
  }

  /** One after the other, each for as long as the connection is free: all at once they would fill it beyond any bound. */
  async #drain(socket: WebSocket, stream: Socket, waiting: Set<() => Promise<void>>): Promise<void> {
    while (waiting.size > 0) {
      while (!isFree(socket)) {
        if (socket.readyState !== socket.OPEN) return;
        await drained(stream);
      }
      const patience = passed(TURN_MS);
      for (const run of waiting) {
        if (!isFree(socket)) break;
        waiting.delete(run);
        await Promise.race([run(), patience]);
      }
    }
    this.#waiting.delete(socket);
  }
}

/** One operation's. There is one for each subscriber, idle as it may be: fields cost less than closures. */
class SocketOutlet implements Outlet {
  readonly #socket: WebSocket;
  readonly #stream: Socket;
  readonly #prefix: Buffer;
  readonly #hasExtensions: boolean;
  readonly #outlets: SocketOutlets;

  constructor(socket: WebSocket, stream: Socket, id: string, outlets: SocketOutlets) {
    this.#socket = socket;
    this.#stream = stream;
    this.#prefix = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    this.#hasExtensions = socket.extensions !== '';
    this.#outlets = outlets;
  }

  get isFree(): boolean {
    return isFree(this.#socket);
  }

  write(payload: Buffer): void {
    const socket = this.#socket;
    const stream = this.#stream;
    // A frame made here goes past ws, which is well only where ws would send it as it is, and has nothing waiting to go before it.
    const isPlain = !this.#hasExtensions && socket.bufferedAmount === stream.writableLength;
    if (isPlain && socket.readyState === socket.OPEN) stream.write(frame(this.#prefix, payload));
    else socket.send(Buffer.concat([this.#prefix, payload, SUFFIX]), TEXT);
  }

  whenFree(run: () => Promise<void>): () => void {
    return this.#outlets.wait(this.#socket, this.#stream, run);
  }
}

function isFree(socket: WebSocket): boolean {
  return socket.readyState === socket.OPEN && socket.bufferedAmount <= BACKED_UP_BYTES;
}

/** Never resolves for a connection that ends before. */
function drained(stream: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableNeedDrain) stream.once('drain', resolve);
    // What waits in ws itself is not told of.
    else void passed(LOOK_MS).then(resolve);
  });
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
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
