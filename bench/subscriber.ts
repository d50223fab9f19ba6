import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';

/** A subscriber of `chat`, told of each version as it comes, and where it is cut off. Returns how it leaves. */
export type Join = (url: string, onVersion: (version: number) => void, onCut: () => void) => Promise<() => void>;

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

/** By WebSocket; `check` throws for a message that is not as it should be. */
export function byWebSocket(query: string | null, check: (message: string) => void = () => {}): Join {
  return async (url, onVersion, onCut) => {
    const socket = await subscribe(url, query, (message) => {
      check(message);
      onVersion(versionIn(message));
    });
    socket.once('close', onCut);
    return () => {
      socket.off('close', onCut);
      socket.terminate();
    };
  };
}

/** By an event stream on a connection of its own, read without a parser of HTTP. */
export function byEventStream(query: string): Join {
  return async (url, onVersion, onCut) => {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    const body = JSON.stringify({ query, variables: { id: 'chat' } });
    socket.write(`${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
    await once(socket, 'data');
    // A chunk may end in the middle of a version.
    let rest = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      const text = rest + chunk;
      const last = text.lastIndexOf('"version":');
      rest = last < 0 ? text.slice(-20) : text.slice(last);
      onVersion(Number(/^"version":(\d+),/.exec(rest)?.[1] ?? 0));
    });
    socket.on('error', () => {}).once('close', onCut);
    return () => {
      socket.off('close', onCut);
      socket.destroy();
    };
  };
}

const HEAD =
  'POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n';

/** The version that a message leads to; 0 where it is of none. */
export function versionIn(message: string): number {
  return Number(/"version":(\d+)/.exec(message)?.[1] ?? 0);
}
