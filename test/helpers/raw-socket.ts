import { once } from 'node:events';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { Address } from '../../src/server/create-server.ts';
import { eventually } from './eventually.ts';

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A WebSocket that speaks graphql-transport-ws word by word. */
export class RawSocket {
  readonly socket: WebSocket;
  readonly received: Message[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.received.push(JSON.parse(String(data))));
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
    socket.on('error', () => {});
  }

  send(message: Message | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ type: 'subscribe', id, payload: { query, variables } });
  }

  /** Sends several messages in one piece. */
  sendTogether(messages: readonly Message[]): void {
    const stream = Reflect.get(this.socket, '_socket') as Socket;
    stream.cork();
    for (const message of messages) this.send(message);
    stream.uncork();
  }

  /** The first message for an operation, once it has come. */
  async messageFor(id: string): Promise<Message> {
    return eventually(() => {
      const message = this.received.find((received) => received.id === id);
      if (!message) throw new Error(`There is no message for ${id}.`);
      return message;
    });
  }

  /** With what the server closed it, once it has. */
  async closing(): Promise<{ readonly code: number; readonly reason: string }> {
    return eventually(() => {
      if (!this.closed) throw new Error('The socket is not closed.');
      return this.closed;
    });
  }
}

/** An open socket on which nothing has been said yet. */
export async function openSocket(
  { websocket }: Address,
  options: ClientOptions = {},
  protocol: string | string[] = 'graphql-transport-ws',
): Promise<RawSocket> {
  const socket = new WebSocket(websocket, protocol, options);
  const raw = new RawSocket(socket);
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return raw;
}

/** An open socket on which operations may start. */
export async function initSocket(address: Address, options?: ClientOptions): Promise<RawSocket> {
  const raw = await openSocket(address, options);
  raw.send({ type: 'connection_init' });
  await eventually(() => {
    if (!raw.received.some(({ type }) => type === 'connection_ack')) throw new Error('There is no acknowledgement.');
  });
  return raw;
}
