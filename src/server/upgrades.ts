import type { Server as HttpServer, IncomingMessage, ServerOptions, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

type Accept = (request: IncomingMessage, stream: Duplex, head: Buffer) => void;

/** Options of an HTTP server. Nodes before 22.21 and 24.9 ask nobody: there every request with `Upgrade` comes as one. */
export const upgradeOptions: ServerOptions & { readonly shouldUpgradeCallback: typeof isWebSocket } = {
  shouldUpgradeCallback: isWebSocket,
};

/** Hands over what asks to become a WebSocket. Offers of other protocols (curl and Java's client make them) are ignored, as HTTP has it. */
export function onUpgrade(httpServer: HttpServer, accept: Accept): void {
  httpServer.on('upgrade', (request, stream, head) => {
    if (isWebSocket(request)) accept(request, stream, head);
    else serveAgain(httpServer, request, stream, head);
  });
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** Node has let go of the connection: to the server it is a new one, on which the same request comes without its offer. */
function serveAgain(httpServer: HttpServer, request: IncomingMessage, stream: Duplex, head: Buffer): void {
  // What it still owes an answer to goes first.
  const owed = Reflect.get(stream, '_httpMessage') as ServerResponse | null | undefined;
  if (owed) {
    // Until then nobody else listens, and an error that nobody hears ends the process.
    const ignore = (): void => {};
    stream.on('error', ignore);
    owed.once('close', () => {
      stream.off('error', ignore);
      serveAgain(httpServer, request, stream, head);
    });
    return;
  }
  if (stream.destroyed) return;
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    // What `Connection` says of it means nothing then.
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${value}`);
  }
  httpServer.emit('connection', stream);
  stream.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
}
