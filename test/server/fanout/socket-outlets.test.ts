import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { MemoryFeed } from '../../../src/feed/memory-feed.ts';
import { MemoryStore } from '../../../src/store/memory-store.ts';
import type { StoreOptions } from '../../../src/store/store.ts';
import { startApp } from '../../helpers/app.ts';
import { eventually } from '../../helpers/eventually.ts';
import { initSocket } from '../../helpers/raw-socket.ts';
import { serverSockets } from '../../helpers/server-sockets.ts';

const OPERATIONS = 100;
const EVENT_BYTES = 100_000;
const WATCH =
  'subscription($id:ID!){contextChanged(id:$id,version:0){...on Versioned{version}...on FullContext{context}...on Delta{delta}}}';

test('many operations of one connection that was backed up fill it one after the other, never all at once', async () => {
  const sockets = serverSockets();
  const { server, address } = await startApp();
  const ids = Array.from({ length: OPERATIONS }, (_, n) => `context ${n}`);
  for (const id of ids) await server.manager.set(id, { n: 0 });
  const raw = await initSocket(address);
  for (const id of ids) raw.subscribe(id, WATCH, { id });
  await eventually(() => expect(raw.received.filter(({ type }) => type === 'next')).toHaveLength(OPERATIONS));
  const [socket] = sockets;
  if (!socket) throw new Error('The server has no connection.');
  raw.socket.pause();
  let most = 0;
  const watch = () => {
    most = Math.max(most, socket.writableLength);
  };
  const text = (n: number) => `${n}`.padEnd(EVENT_BYTES);
  for (let n = 1; n <= 3; n += 1) {
    for (const id of ids) {
      await server.manager.update(id, { text: text(n) });
      await turn();
      watch();
    }
  }
  expect(most).toBeGreaterThan(EVENT_BYTES / 2);
  raw.socket.resume();
  const isTold = (id: string): boolean =>
    raw.received.some((message) => message.id === id && JSON.stringify(message.payload).includes('"version":4'));
  await eventually(() => {
    watch();
    expect(ids.filter((id) => !isTold(id))).toEqual([]);
  });
  expect(most).toBeLessThan(64 * 1024 + 3 * EVENT_BYTES);
});

test('operations whose contexts do not answer hold up the others of a connection for a second in all, not for one each', async () => {
  const clock = systemClock();
  const hung = 30;
  let isHanging = false;
  const feed = new MemoryFeed();
  const store = (options: StoreOptions) =>
    new (class extends MemoryStore {
      override readLog(...args: Parameters<MemoryStore['readLog']>): ReturnType<MemoryStore['readLog']> {
        return isHanging && args[0].startsWith('hung') ? new Promise(() => {}) : super.readLog(...args);
      }
    })({ ...options, tell: feed.tell, clock });
  const { server, address } = await startApp({ store, feed });
  const ids = [...Array.from({ length: hung }, (_, n) => `hung ${n}`), 'large', 'answering'];
  for (const id of ids) await server.manager.set(id, { n: 0 });
  const raw = await initSocket(address);
  for (const id of ids) raw.subscribe(id, WATCH, { id });
  await eventually(() => expect(raw.received.filter(({ type }) => type === 'next')).toHaveLength(ids.length));
  raw.socket.pause();
  for (let n = 0; n < 8; n += 1) {
    await server.manager.update('large', { text: `${n}`.padEnd(900_000) });
    await turn();
  }
  for (const id of ids) await server.manager.update(id, { n: 1 });
  isHanging = true;
  raw.socket.resume();
  // Longer than this test may take they would wait, one after the other.
  await eventually(() => {
    const told = raw.received.filter(({ id }) => id === 'answering').map(({ payload }) => JSON.stringify(payload));
    expect(told.some((payload) => payload.includes('"version":2'))).toBe(true);
  });
});
