import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ListeningApp, startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { gated } from '../helpers/gates.ts';
import { connectTo } from '../helpers/raw.ts';
import { initSocket } from '../helpers/raw-socket.ts';
import { RawStream } from '../helpers/raw-stream.ts';
import { serverSockets } from '../helpers/server-sockets.ts';

const query = `subscription ($id: ID!) {
  contextChanged(id: $id, version: 0) { __typename ... on FullContext { context } ... on Delta { changes { value } } }
}`;

/** A client that has sent its subscription, and has not read a word yet. */
interface Subscriber {
  leave(): void;
  /** How many events it was sent, once it reads. */
  read(): Promise<() => number>;
}

interface Way {
  readonly name: string;
  subscribe(app: ListeningApp, id: string): Promise<Subscriber>;
}

const overSocket = (name: string, leave: (socket: Awaited<ReturnType<typeof initSocket>>) => void): Way => ({
  name: `over a WebSocket that ${name}`,
  async subscribe({ address }, id) {
    const raw = await initSocket(address);
    raw.socket.pause();
    raw.subscribe('1', query, { id });
    return {
      leave: () => leave(raw),
      async read() {
        raw.socket.resume();
        return () => raw.received.filter(({ type }) => type === 'next').length;
      },
    };
  },
});

const ways: readonly Way[] = [
  overSocket('sends complete', (raw) => raw.send({ type: 'complete', id: '1' })),
  overSocket('is closed', (raw) => raw.socket.close()),
  overSocket('is cut', (raw) => raw.socket.terminate()),
  {
    name: 'over SSE on a connection that is cut',
    async subscribe({ address }, id) {
      const stream = new RawStream(address, query, { id });
      return {
        leave: () => stream.leave(),
        async read() {
          await stream.read();
          return () => stream.events.length;
        },
      };
    },
  },
];

describe.each(ways)('A subscriber $name leaves nothing behind', ({ subscribe }) => {
  it('right after it has sent its subscription', async () => {
    const app = await startApp();
    await app.server.manager.set('a', {});
    for (let time = 1; time <= 30; time += 1) (await subscribe(app, 'a')).leave();
    // Whoever comes last is served last: the server has met all of them by then.
    const last = await subscribe(app, 'a');
    const count = await last.read();
    await eventually(() => expect(count()).toBe(1));
    last.leave();
    await eventually(() => expect(app.feed.size).toBe(0));
  });

  it('while the feed is asked to tell of changes', async () => {
    const { options, listening } = gated();
    const app = await startApp(options);
    listening.shut();
    const subscriber = await subscribe(app, 'a');
    const settled = await subscribe(app, 'b');
    await eventually(() => expect(listening.waiting).toBe(2));
    subscriber.leave();
    listening.open();
    await eventually(() => expect(listening.waiting).toBe(0));
    await app.server.manager.set('b', {});
    const count = await settled.read();
    await eventually(() => expect(count()).toBe(1));
    await eventually(() => expect(app.feed.size).toBe(1));
    settled.leave();
    await eventually(() => expect(app.feed.size).toBe(0));
  });

  it('while its start is read', async () => {
    const { options, reading } = gated();
    const app = await startApp(options);
    reading.shut();
    const subscriber = await subscribe(app, 'a');
    await eventually(() => expect(reading.waiting).toBe(1));
    expect(app.feed.size).toBe(1);
    subscriber.leave();
    reading.open();
    await eventually(() => expect(app.feed.size).toBe(0));
  });

  it('while it waits for its first event', async () => {
    const app = await startApp();
    const subscriber = await subscribe(app, 'a');
    await eventually(() => expect(app.feed.size).toBe(1));
    subscriber.leave();
    await eventually(() => expect(app.feed.size).toBe(0));
  });

  it('after its first event, and while the next one is read', async () => {
    const { options, reading } = gated();
    const app = await startApp(options);
    const { manager } = app.server;
    await manager.set('a', { n: 0 });
    const subscriber = await subscribe(app, 'a');
    const count = await subscriber.read();
    await eventually(() => expect(count()).toBe(1));
    reading.shut();
    await manager.update('a', { n: 1 });
    await eventually(() => expect(reading.waiting).toBe(1));
    subscriber.leave();
    reading.open();
    await eventually(() => expect(app.feed.size).toBe(0));
    expect(app.logged).toEqual([]);
  });

  it('without reading a word of all that it is sent', async () => {
    const sockets = serverSockets();
    const app = await startApp();
    const { manager } = app.server;
    await manager.set('a', {});
    const subscriber = await subscribe(app, 'a');
    let n = 0;
    await eventually(async () => {
      const sent = sockets[0]?.bytesWritten;
      for (let i = 0; i < 100; i += 1, n += 1) await manager.update('a', { [`k${i % 10}`]: `${n}`.padEnd(10_000) });
      await setImmediate();
      expect(sockets[0]?.writableLength).toBeGreaterThan(0);
      expect(sockets[0]?.bytesWritten).toBe(sent);
    });
    // Over SSE it listens all the while; over a WebSocket it need not.
    expect(app.feed.size).toBeLessThanOrEqual(1);
    subscriber.leave();
    await eventually(() => expect(app.feed.size).toBe(0));
  });
});

describe('A subscriber over SSE that has sent its subscription behind another one on its connection', () => {
  it('leaves nothing behind when the connection is cut', async () => {
    const app = await startApp();
    const socket = await connectTo(app.address);
    const request = (id: string): string => {
      const parameters = new URLSearchParams({ query, variables: JSON.stringify({ id }) });
      return `GET /graphql?${parameters} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`;
    };
    await app.server.manager.set('a', {});
    socket.write(request('a') + request('b'));
    await eventually(() => expect(String(socket.read())).toContain('event: next'));
    socket.destroy();
    await eventually(() => expect(app.feed.size).toBe(0));
  });
});

const MANY = { socketOperations: 5000, socketMessagesPerSecond: 1e6 };

describe('A WebSocket with thousands of subscriptions', () => {
  it('leaves nothing behind when it is cut', async () => {
    const app = await startApp({ limits: MANY });
    const raw = await initSocket(app.address);
    for (let i = 0; i < 5000; i += 1) raw.subscribe(`${i}`, query, { id: `id ${i}` });
    await eventually(() => expect(app.feed.size).toBe(5000));
    raw.socket.terminate();
    await eventually(() => expect(app.feed.size).toBe(0));
  });

  it('leaves nothing behind when it is closed while they are set up', async () => {
    const { options, listening } = gated();
    const app = await startApp({ ...options, limits: MANY });
    const raw = await initSocket(app.address);
    listening.shut();
    for (let i = 0; i < 2000; i += 1) raw.subscribe(`${i}`, query, { id: `id ${i}` });
    await eventually(() => expect(listening.waiting).toBe(2000));
    raw.socket.close();
    await raw.closing();
    listening.open();
    await eventually(() => expect(listening.waiting).toBe(0));
    await eventually(() => expect(app.feed.size).toBe(0));
  });

  it('keeps those that it did not complete', async () => {
    const app = await startApp();
    const raw = await initSocket(app.address);
    for (let i = 0; i < 1000; i += 1) raw.subscribe(`${i}`, query, { id: `id ${i}` });
    await eventually(() => expect(app.feed.size).toBe(1000));
    for (let i = 1; i < 1000; i += 1) raw.send({ type: 'complete', id: `${i}` });
    await eventually(() => expect(app.feed.size).toBe(1));
    await app.server.manager.set('id 0', {});
    expect(await raw.messageFor('0')).toMatchObject({ type: 'next' });
  });
});

describe('A request without a port', () => {
  it('leaves nothing behind when it is aborted, or its answer cancelled', async () => {
    const app = await startApp();
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const body = JSON.stringify({ query, variables: { id: 'a' } });
    const ask = (signal?: AbortSignal): Promise<Response> =>
      app.server.fetch(new Request('http://x/graphql', { method: 'POST', headers, body, ...(signal && { signal }) }));
    const control = new AbortController();
    const readers = [(await ask(control.signal)).body?.getReader(), (await ask()).body?.getReader()];
    for (const reader of readers) expect(await reader?.read()).toMatchObject({ done: false });
    const rest = readers.map((reader) => reader?.read().catch(() => {}));
    await eventually(() => expect(app.feed.size).toBe(1));
    control.abort();
    await readers[1]?.cancel();
    await Promise.all(rest);
    await eventually(() => expect(app.feed.size).toBe(0));
  });
});
