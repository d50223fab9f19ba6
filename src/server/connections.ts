import type { Server as HttpServer, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The HTTP connections of a server, so that closing it waits for requests only and not for clients that keep a connection open. */
export interface Connections {
  /** Says that a response streams events, and has no end of its own. */
  readonly streams: (response: ServerResponse) => void;
  /** How many of them there are. */
  readonly streamCount: number;
  /** Whether a request runs on a connection. */
  isAsked(socket: Socket): boolean;
  /** Ends each connection as soon as no request runs on it. */
  close(): void;
  /** What cuts each stream. To cut it, rather than to complete it, tells its client to come back. */
  leaving(): readonly (() => void)[];
}

/** Node by itself would wait for connections that have not sent a request yet, and for those whose last one ends while it closes. */
export function trackConnections(httpServer: HttpServer): Connections {
  const running = new Map<Socket, Set<ServerResponse>>();
  const streams = new Set<ServerResponse>();
  let isClosing = false;
  // One comes anew with each offer of another protocol that it makes.
  const known = new WeakSet<Socket>();
  httpServer.on('connection', (socket) => {
    running.set(socket, new Set());
    if (!known.has(socket)) socket.once('close', () => running.delete(socket));
    known.add(socket);
  });
  // A WebSocket ends by its own protocol.
  httpServer.on('upgrade', ({ socket }) => {
    running.delete(socket);
    if (isClosing) socket.destroy();
  });
  httpServer.on('request', ({ socket }, response) => {
    const responses = running.get(socket);
    responses?.add(response);
    response.once('close', () => {
      responses?.delete(response);
      streams.delete(response);
      if (isClosing && responses?.size === 0) socket.destroySoon();
    });
  });
  return {
    streams(response) {
      // Its client may have left before.
      if (!response.closed) streams.add(response);
      if (isClosing) response.destroy();
    },
    get streamCount() {
      return streams.size;
    },
    isAsked: (socket) => (running.get(socket)?.size ?? 0) > 0,
    close() {
      isClosing = true;
      for (const [socket, responses] of running) if (responses.size === 0) socket.destroy();
    },
    leaving: () => [...streams].map((response) => () => void response.destroy()),
  };
}
