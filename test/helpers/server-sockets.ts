import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** The server's ends of the connections that are made from now on, to any server of this process. */
export function serverSockets(): readonly Socket[] {
  const sockets: Socket[] = [];
  const collect = (message: unknown): void => {
    sockets.push((message as { readonly socket: Socket }).socket);
  };
  subscribe('net.server.socket', collect);
  onTestFinished(() => {
    unsubscribe('net.server.socket', collect);
  });
  return sockets;
}
