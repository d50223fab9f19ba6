import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import type { LimitHits } from '../limits.ts';

/** Counts the requests that node itself refuses, and answers as it does. `isAsked`: whether a request's headers have come. */
export function countRefused(httpServer: HttpServer, isAsked: (socket: Socket) => boolean, hits: LimitHits): void {
  // Whoever listens for `clientError` has to answer in node's place; what it ends connections with comes here all the same.
  function look(this: Socket, { code }: NodeJS.ErrnoException): void {
    if (code === 'HPE_HEADER_OVERFLOW') hits.headerBytes += 1;
    else if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && isAsked(this)) hits.requestMs += 1;
    else if (code === 'ERR_HTTP_REQUEST_TIMEOUT') hits.headersMs += 1;
  }
  const known = new WeakSet<Socket>();
  httpServer.on('connection', (socket) => {
    // One whose upgrade is declined comes again.
    if (!known.has(socket)) socket.on('error', look);
    known.add(socket);
  });
}
