import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { encodeCursor } from '../../src/context/cursor.ts';
import { eventually } from '../helpers/eventually.ts';
import { Random } from '../simulation/random.ts';
import { Line } from './links/line.ts';
import { Recorder } from './recording.ts';
import { Subscriber } from './workload/subscriber.ts';

/** A server that tells one state, and, once it has heard that the client has left, another. */
async function talkativeServer(stateAt: (version: number) => object): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => {
    server.close();
  });
  server.on('connection', (socket) => {
    const send = (message: object): void => socket.send(JSON.stringify(message));
    const tell = (version: number): void =>
      send({ type: 'next', id: '1', payload: { data: { answer: stateAt(version) } } });
    socket.on('message', (text) => {
      const { type, payload } = JSON.parse(String(text));
      if (type === 'connection_init') send({ type: 'connection_ack' });
      if (type === 'subscribe') tell(1);
      if (type === 'complete') tell(2);
      if (type !== 'ping') return;
      send({ type: 'pong', payload });
      tell(3);
    });
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

test('what comes after the server has heard that its reader left is written down as late, and what was on its way is not', async () => {
  const cursorAt = (version: number): string => encodeCursor({ life: 'life', version, tag: 'tag' });
  const stateAt = (version: number) => ({
    ...({ __typename: 'FullContext', contextId: 'x', life: 'life', reason: 'INITIAL' } as const),
    ...{ version, cursor: cursorAt(version), context: {} },
  });
  const url = await talkativeServer(stateAt);
  const recorder = new Recorder();
  const line = new Line([url], 'WebSocket', 0);
  const options = { name: 'eve', context: 'x', habit: 'steady', line, random: new Random(1), recorder } as const;
  await new Subscriber(options).finish({ context: 'x', state: stateAt(1), cursor: cursorAt(1) }, 1000);
  const [session] = recorder.subscriptions[0]!.sessions;
  expect(session?.events.map(({ event }) => event.version)).toEqual([1, 2]);
  await eventually(() => expect(session?.late.map(({ event }) => event.version)).toEqual([3]));
});
