import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import type { Address } from '../../src/server/create-server.ts';
import { noDeliveries } from '../../src/server/fanout/deliveries.ts';
import { KeepAlive, LOOK_MS, SLOWEST_BYTES, STALLED_LOOKS } from '../../src/server/keep-alive.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { connectTo } from '../helpers/raw.ts';
import { initSocket } from '../helpers/raw-socket.ts';
import { serverSockets } from '../helpers/server-sockets.ts';

const TEXT_BYTES = 900_000;
/** One event of which the slowest reader takes longer than a connection may stand still. */
const HUGE_BYTES = 8_000_000;
const query =
  'subscription { contextChanged(id: "a", version: 0) { ... on FullContext { context } ... on Delta { delta } } }';

/** A subscriber that reads nothing but what it is told to, and answers no ping, for it does not look at what it reads. */
interface Way {
  readonly name: string;
  subscribe(address: Address): Promise<Socket>;
}

/** A client masks what it sends; zeros change nothing. */
function frame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const length = text.length < 126 ? [0x80 | text.length] : [0xfe, text.length >> 8, text.length & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), text]);
}

const webSocket: Way = {
  name: 'WebSocket',
  async subscribe(address) {
    const socket = await connectTo(address);
    const head = ['GET /graphql HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'];
    const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
    socket.write([...head, ...key, 'Sec-WebSocket-Protocol: graphql-transport-ws', '', ''].join('\r\n'));
    socket.write(frame({ type: 'connection_init' }));
    await eventually(() => expect(String(socket.read())).toContain('connection_ack'));
    socket.write(frame({ type: 'subscribe', id: '1', payload: { query } }));
    return socket;
  },
};

const eventStream: Way = {
  name: 'SSE',
  async subscribe(address) {
    const socket = await connectTo(address);
    const parameters = new URLSearchParams({ query });
    socket.write(`GET /graphql?${parameters} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
    return socket;
  },
};

/** A server whose time is moved by hand, and its end of the one connection to it. */
async function start() {
  const clock = new FakeClock();
  const deliveries = noDeliveries();
  const sockets = serverSockets();
  const app = await startApp({
    clock,
    deliveries,
    feed: new MemoryFeed(),
    heartbeatMs: 2 ** 31 - 1,
    limits: { contextBytes: 2 ** 24 },
  });
  let n = 0;
  const update = async (bytes: number): Promise<void> => {
    n += 1;
    await app.server.manager.set('a', { text: `${n}`.padEnd(bytes) });
    for (let i = 0; i < 3; i += 1) await turn();
  };
  const own = (): Socket => sockets[0] ?? expect.fail('Nobody has connected.');
  return {
    ...app,
    clock,
    deliveries,
    own,
    update,
    /** Until the systems between the two take no more. */
    async fill(bytes: number): Promise<void> {
      await eventually(() => expect(app.feed.size).toBe(1));
      for (let sent = -1; sent !== own().bytesWritten || own().writableLength === 0; ) {
        sent = own().bytesWritten;
        for (let i = 0; i < 2; i += 1) await update(bytes);
      }
    },
  };
}

async function take(socket: Socket, bytes: number): Promise<void> {
  for (let taken = 0; taken < bytes; await turn()) taken += (socket.read() as Buffer | null)?.length ?? 0;
}

const isCut = (socket: Socket) => () => expect(socket.destroyed).toBe(true);

describe.each([webSocket, eventStream])('A subscriber over $name that is backed up', ({ subscribe }) => {
  it('is never thrown out as long as it takes a little, a part of one event at a time', async () => {
    const { address, clock, deliveries, own, fill, feed } = await start();
    const reader = await subscribe(address);
    await fill(HUGE_BYTES);
    for (let time = 0; time < 60; time += 1) {
      clock.elapse(LOOK_MS);
      await take(reader, SLOWEST_BYTES);
      if (feed.size > 0) await fill(HUGE_BYTES);
    }
    expect(own().destroyed).toBe(false);
    expect(feed.size).toBeLessThanOrEqual(1);
    expect(deliveries.cutForSilence).toBe(0);
    expect(deliveries.eventsMerged).toBeGreaterThan(0);
  });

  it('is cut when it takes nothing for five minutes, and leaves nothing behind', async () => {
    const { address, clock, deliveries, own, fill, feed } = await start();
    const timers = clock.waiting;
    await subscribe(address);
    await fill(TEXT_BYTES);
    clock.elapse(STALLED_LOOKS * LOOK_MS);
    await turn();
    expect(own().destroyed).toBe(false);
    clock.elapse(LOOK_MS);
    await eventually(isCut(own()));
    await eventually(() => expect(feed.size).toBe(0));
    expect(deliveries.cutForSilence).toBe(1);
    // Nobody looks after it any more.
    await eventually(() => expect(clock.waiting).toBe(timers));
  });
});

describe('A WebSocket that is backed up', () => {
  it('is cut when it takes nothing for five minutes, whatever it sends meanwhile', async () => {
    const { address, clock, deliveries, own, fill } = await start();
    const reader = await webSocket.subscribe(address);
    await fill(TEXT_BYTES);
    for (let time = 0; time <= STALLED_LOOKS; time += 1) {
      expect(own().destroyed).toBe(false);
      const { bytesRead } = own();
      reader.write(frame({ type: 'pong' }));
      await eventually(() => expect(own().bytesRead).toBeGreaterThan(bytesRead));
      clock.elapse(LOOK_MS);
    }
    await eventually(isCut(own()));
    expect(deliveries.cutForSilence).toBe(1);
  });
});

/** Lets time pass as long as it takes the server to look, and to be answered by whoever answers. */
async function pass({ clock, own }: Pick<Awaited<ReturnType<typeof start>>, 'clock' | 'own'>): Promise<void> {
  const { bytesWritten } = own();
  clock.elapse(LOOK_MS);
  expect(own().bytesWritten).toBeGreaterThan(bytesWritten);
}

describe('A WebSocket on which nothing happens', () => {
  it('stays as long as its client answers pings', async () => {
    const app = await start();
    await initSocket(app.address);
    for (let time = 0; time < 20; time += 1) {
      const { bytesRead } = app.own();
      await pass(app);
      await eventually(() => expect(app.own().bytesRead).toBeGreaterThan(bytesRead));
    }
    expect(app.own().destroyed).toBe(false);
    expect(app.deliveries.cutForSilence).toBe(0);
  });

  it('is cut when a ping is not answered until the next look', async () => {
    const app = await start();
    await webSocket.subscribe(app.address);
    await eventually(() => expect(app.feed.size).toBe(1));
    await pass(app);
    expect(app.own().destroyed).toBe(false);
    app.clock.elapse(LOOK_MS);
    await eventually(isCut(app.own()));
    await eventually(() => expect(app.feed.size).toBe(0));
  });

  it('stays while the server itself reads nothing of what it sends', () => {
    const clock = new FakeClock();
    const keepAlive = new KeepAlive(clock, () => {});
    let isUnread = true;
    let isCut = false;
    const cut = () => {
      isCut = true;
    };
    keepAlive.keep(new EventEmitter(), new Socket(), { ping: () => {}, cut, isUnread: () => isUnread });
    clock.elapse(100 * LOOK_MS);
    expect(isCut).toBe(false);
    isUnread = false;
    clock.elapse(2 * LOOK_MS);
    expect(isCut).toBe(true);
  });

  it('is waited for longer where the systems between may hold much before the ping', async () => {
    const app = await start();
    await webSocket.subscribe(app.address);
    await eventually(() => expect(app.feed.size).toBe(1));
    await app.update(TEXT_BYTES);
    await eventually(() => expect(app.own().writableLength).toBe(0));
    for (let time = 0; time < Math.floor(TEXT_BYTES / SLOWEST_BYTES); time += 1) await pass(app);
    expect(app.own().destroyed).toBe(false);
    app.clock.elapse(3 * LOOK_MS);
    await eventually(isCut(app.own()));
  });
});

describe('An event stream on which nothing happens', () => {
  it('stays: nothing waits for its client', async () => {
    const { address, clock, own, feed } = await start();
    await eventStream.subscribe(address);
    await eventually(() => expect(feed.size).toBe(1));
    clock.elapse(100 * LOOK_MS);
    await turn();
    expect(own().destroyed).toBe(false);
  });
});

describe('All connections', () => {
  it('are looked after by one timer, each once in a while, until they end', () => {
    const clock = new FakeClock();
    const keepAlive = new KeepAlive(clock, () => {});
    const pinged: number[] = [];
    const cut = () => {};
    const connections = [0, 1, 2].map((n) => {
      const connection = new EventEmitter();
      const stream = new Socket();
      let came = 0;
      Object.defineProperty(stream, 'bytesRead', { get: () => (came += 1) });
      keepAlive.keep(connection, stream, { ping: () => pinged.push(n), cut });
      clock.elapse(LOOK_MS / 3);
      return connection;
    });
    expect(clock.waiting).toBe(1);
    clock.elapse(4 * LOOK_MS);
    expect(pinged.filter((n) => n === 0)).toHaveLength(5);
    expect(pinged.filter((n) => n === 2)).toHaveLength(4);
    connections[0]?.emit('close');
    clock.elapse(LOOK_MS);
    expect(pinged.filter((n) => n === 0)).toHaveLength(5);
    for (const connection of connections.slice(1)) connection.emit('close');
    expect(clock.waiting).toBe(0);
  });
});
