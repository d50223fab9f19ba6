import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { Address } from '../../src/server/create-server.ts';

/** A connection that sends whatever it is told to; cut when the test ends. */
export async function connectTo({ port }: Address | Pick<Address, 'port'>): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  // Cut sockets are what these tests are about.
  socket.on('error', () => {});
  return socket;
}

/** Everything that the server answers to these bytes until it closes the connection. */
export async function sendRaw(address: Address | Pick<Address, 'port'>, request: string | Uint8Array): Promise<string> {
  const socket = await connectTo(address);
  socket.write(request);
  return text(socket);
}
