import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A subscription to `chat` by a bare WebSocket, so that a client costs little: its messages are told as they come. Rejects where it is cut before. */
export async function subscribe(
  url: string,
  query: string | null,
  onMessage: (message: string) => void,
): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  await once(socket, 'open');
  // Where nothing speaks GraphQL, being connected is being subscribed.
  if (query !== null) {
    socket.send('{"type":"connection_init"}');
    const cut = new AbortController();
    socket.once('close', () => cut.abort());
    await once(socket, 'message', cut);
    const payload = { query, variables: { id: 'chat' } };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
  }
  socket.on('message', (data) => onMessage(String(data)));
  return socket;
}

/** The version that a message leads to; 0 where it is of none. */
export function versionIn(message: string): number {
  return Number(/"version":(\d+)/.exec(message)?.[1] ?? 0);
}
