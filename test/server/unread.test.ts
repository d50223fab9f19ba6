import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AT_ONCE, FULL_BYTES } from '../../src/server/turns.ts';
import { type AppOptions, startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { gated } from '../helpers/gates.ts';
import { initSocket } from '../helpers/raw-socket.ts';
import { serverSockets } from '../helpers/server-sockets.ts';

const ANSWER_BYTES = 900_000;
/** More than a server may hold of one connection, and more than the systems between take. */
const COUNT = 60;
const MOST_HELD = FULL_BYTES + (AT_ONCE + 1) * ANSWER_BYTES;

const query = '{ context(id: "big") { context } }';
const unshared =
  'subscription { contextChanged(id: "big", version: 0) @include(if: true) { ... on FullContext { context } } }';
const sync = '{ sync(id: "big", version: 1) { __typename } }';

/** A server with one large context, and its end of the first connection to it. */
async function start(options?: AppOptions, bytes = ANSWER_BYTES) {
  const sockets = serverSockets();
  const app = await startApp(options);
  await app.server.manager.set('big', { text: 'x'.repeat(bytes) });
  const own = () => sockets[0] ?? expect.fail('Nobody has connected.');
  return {
    ...app,
    own,
    /** The most that the server holds unsent while `isOver` is false. */
    async mostHeld(isOver: (turns: number) => boolean): Promise<number> {
      let most = 0;
      for (let turns = 0; !isOver(turns); turns += 1) {
        most = Math.max(most, own().writableLength);
        await turn();
      }
      return most;
    },
  };
}

describe('A WebSocket that does not read', () => {
  it.each([
    ['queries', query],
    ['subscriptions that are not shared', unshared],
  ])('is answered a few %s, and the others once it reads', async (_, document) => {
    const { address, own, mostHeld } = await start();
    const raw = await initSocket(address);
    raw.socket.pause();
    for (let i = 0; i < COUNT; i += 1) raw.subscribe(`${i}`, document);
    await eventually(() => expect(own().writableLength).toBeGreaterThan(FULL_BYTES));
    expect(await mostHeld((turns) => turns === 300)).toBeLessThan(MOST_HELD);
    raw.socket.resume();
    const answers = () => raw.received.filter(({ type }) => type === 'next');
    expect(await mostHeld(() => answers().length === COUNT)).toBeLessThan(MOST_HELD);
    expect(new Set(answers().map(({ id }) => id)).size).toBe(COUNT);
    await eventually(() => expect(own().isPaused()).toBe(false));
  });

  it('is read no further while it is full, and again once it has taken what waited', async () => {
    // What has read much once is given buffers of 32 MiB by some systems, and the answers have to be more than those take.
    const { address, own } = await start({ limits: { contextBytes: 4_000_000 } }, 3_000_000);
    const raw = await initSocket(address);
    for (let time = 1; time <= 2; time += 1) {
      raw.socket.pause();
      for (let i = 0; i < AT_ONCE; i += 1) raw.subscribe(`${time} ${i}`, query);
      await eventually(() => expect(own().writableLength).toBeGreaterThan(FULL_BYTES));
      raw.send({ type: 'ping' });
      await eventually(() => expect(own().isPaused()).toBe(true));
      const { bytesRead } = own();
      for (let i = 0; i < 20; i += 1) raw.send({ type: 'ping', payload: { text: 'x'.repeat(ANSWER_BYTES) } });
      for (let i = 0; i < 100; i += 1) await turn();
      // What node had begun to read.
      expect(own().bytesRead).toBeLessThan(bytesRead + ANSWER_BYTES);
      raw.socket.resume();
      await eventually(() => expect(raw.received.filter(({ type }) => type === 'pong')).toHaveLength(21 * time));
      expect(raw.received.filter(({ type }) => type === 'next')).toHaveLength(AT_ONCE * time);
    }
  });

  it('is read no further while it is full of what needs no turn', async () => {
    const { address, own } = await start();
    const raw = await initSocket(address);
    raw.socket.pause();
    const ping = { type: 'ping', payload: { text: 'x'.repeat(900) } };
    for (let i = 0; i < 20_000; i += 1) raw.send(ping);
    await eventually(() => expect(own().isPaused()).toBe(true));
    expect(own().writableLength).toBeLessThan(2 * FULL_BYTES);
    raw.socket.resume();
    await eventually(() => expect(raw.received.filter(({ type }) => type === 'pong')).toHaveLength(20_000));
  });

  it('is read no further while what it has asked waits for its turn', async () => {
    const { options, reading } = gated();
    const { address, own } = await start(options);
    const raw = await initSocket(address);
    reading.shut();
    for (let i = 0; i < 3 * AT_ONCE; i += 1) raw.subscribe(`${i}`, sync);
    await eventually(() => expect(own().isPaused()).toBe(true));
    await eventually(() => expect(reading.waiting).toBe(AT_ONCE));
    reading.open();
    await eventually(() => expect(raw.received.filter(({ type }) => type === 'next')).toHaveLength(3 * AT_ONCE));
    await eventually(() => expect(own().isPaused()).toBe(false));
  });
});
