import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { listening, type Start, telling } from './side.ts';

/** No GraphQL at all: one buffer, sent to every socket. */
export const rawWs: Start = async (changes) => {
  const server = createServer();
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const update = telling(changes, (event) => {
    const message = { id: '1', type: 'next', payload: { data: { contextChanged: event } } };
    const frame = Buffer.from(JSON.stringify(message));
    for (const socket of sockets.clients) socket.send(frame, { binary: false });
  });
  return { url: await listening(server), update };
};
