import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemTime, type Time } from '../../src/client/time.ts';
import { eventually } from '../helpers/eventually.ts';
import { connect } from './clients.ts';

const schema = buildSchema(`
  scalar JSON scalar Version scalar Cursor
  interface Versioned { life: ID! version: Version! cursor: Cursor! }
  type FullContext implements Versioned { life: ID! version: Version! cursor: Cursor! context: JSON }
  type Delta implements Versioned { life: ID! version: Version! cursor: Cursor! fromVersion: Version! patch: [JSON!]! }
  type NoChange implements Versioned { life: ID! version: Version! cursor: Cursor! }
  union SyncResult = FullContext | Delta | NoChange
  type Query {
    context(id: ID!): FullContext
    sync(id: ID!, version: Version, cursor: Cursor): SyncResult!
  }
  scalar JSONObject
  type ContextChange { context: FullContext! }
  type Mutation {
    updateContext(id: ID!, changes: JSONObject!, remove: [[String!]!], expectedVersion: Version, expectedCursor: Cursor, requestId: ID): ContextChange!
  }
  type Subscription { contextChanged(id: ID!, version: Version, cursor: Cursor): SyncResult! }
`);

interface Told {
  readonly [field: string]: unknown;
}

const at = (version: number): Told => ({ life: 'life', version, cursor: `cursor ${version}` });
const full = (version: number, context: unknown): Told => ({ __typename: 'FullContext', ...at(version), context });
const delta = (fromVersion: number, version: number, n: number): Told => ({
  __typename: 'Delta',
  ...at(version),
  fromVersion,
  patch: [{ op: 'replace', path: '/n', value: n }],
});

interface Behaviour {
  readonly context: () => Told | null;
  readonly sync: (place: Told) => Told;
  readonly contextChanged: (place: Told) => AsyncIterable<Told>;
  readonly written?: () => Told;
}

/** A server that speaks the contract's words, in whatever order. */
async function misbehaving(
  behaviour: Behaviour,
  onConnection: (socket: WebSocket) => void = () => {},
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const httpServer = createServer();
  const sockets = new WebSocketServer({ server: httpServer });
  sockets.on('connection', onConnection);
  const graphql = useServer(
    {
      schema,
      roots: {
        query: {
          context: () => behaviour.context(),
          sync: (place: Told) => {
            asked.push('sync');
            return behaviour.sync(place);
          },
        },
        mutation: { updateContext: () => behaviour.written?.() },
        subscription: {
          contextChanged(place: Told) {
            asked.push('contextChanged');
            return wrapped(behaviour.contextChanged(place));
          },
        },
      },
    },
    sockets,
  );
  await new Promise<void>((resolve) => {
    httpServer.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    await graphql.dispose();
    httpServer.close();
  });
  return { url: `ws://127.0.0.1:${(httpServer.address() as AddressInfo).port}`, asked };
}

async function* wrapped(events: AsyncIterable<Told>): AsyncIterable<{ readonly contextChanged: Told }> {
  for await (const contextChanged of events) yield { contextChanged };
}

async function* silence(): AsyncGenerator<Told> {
  await never();
  yield {};
}

const never = (): Promise<never> => new Promise(() => {});

/** Time in which waiting is counted and takes none. */
class CountedTime implements Time {
  readonly waited: number[] = [];
  readonly random = (): number => 1;
  readonly now = systemTime.now;

  after(ms: number, run: () => void): () => void {
    // Patience with a copy that is behind, a connection on its way, one that nobody needs, a write.
    if ([15_000, 20_000, 1000].includes(ms) || ms > 100_000) return () => {};
    this.waited.push(ms);
    return systemTime.after(0, run);
  }
}

describe('A server that tells what does not fit', () => {
  it('is asked by sync, from where the copy stands, and followed again', async () => {
    const starts: unknown[] = [];
    const { url, asked } = await misbehaving({
      context: () => full(5, {}),
      sync: (place) => {
        starts.push(place['cursor']);
        return delta(1, 5, 5);
      },
      async *contextChanged({ cursor }) {
        starts.push(cursor);
        if (cursor === undefined) {
          yield full(1, { n: 1, kept: true });
          // Versions 2 to 4 are missing.
          yield delta(4, 5, 5);
        }
        await never();
      },
    });
    const watch = connect(url).watch('a');
    await eventually(() =>
      expect(watch.state).toMatchObject({ status: 'live', version: 5, value: { n: 5, kept: true } }),
    );
    expect(asked).toEqual(['contextChanged', 'sync', 'contextChanged']);
    expect(starts).toEqual([undefined, 'cursor 1', 'cursor 5']);
  });

  it('is asked for the whole where even sync does not fit', async () => {
    const { url, asked } = await misbehaving({
      context: () => full(9, {}),
      sync: ({ cursor }) => (cursor === undefined ? full(9, { n: 9 }) : delta(7, 9, 9)),
      async *contextChanged({ cursor }) {
        if (cursor === undefined) {
          yield full(1, { n: 1 });
          yield delta(3, 4, 4);
        }
        await never();
      },
    });
    const watch = connect(url).watch('a');
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', version: 9, value: { n: 9 } }));
    expect(asked).toEqual(['contextChanged', 'sync', 'sync', 'contextChanged']);
  });

  it('is asked ever more seldom as long as it goes on', async () => {
    const { url, asked } = await misbehaving({
      context: () => full(5, {}),
      sync: () => full(1, { n: 1 }),
      async *contextChanged() {
        yield delta(4, 5, 5);
        await never();
      },
    });
    const time = new CountedTime();
    const delays = { minMs: 100, maxMs: 3000 };
    connect(url, { retry: delays, keepAliveMs: 1e6 }, time).watch('a');
    await eventually(() => expect(asked.filter((name) => name === 'sync').length).toBeGreaterThan(8));
    // The first is mended at once.
    expect(time.waited.slice(0, 7)).toEqual([200, 400, 800, 1600, 3000, 3000, 3000]);
  });

  it.each<readonly [string, Behaviour['sync']]>([
    ['its sync never fits', () => delta(7, 8, 8)],
    [
      'its sync fails',
      () => {
        throw new Error('fault');
      },
    ],
  ])('is asked ever more seldom where %s', async (_, sync) => {
    const { url, asked } = await misbehaving({
      context: () => full(5, {}),
      sync,
      async *contextChanged() {
        yield full(1, {});
        yield delta(4, 5, 5);
        await never();
      },
    });
    const time = new CountedTime();
    const watch = connect(url, { retry: { minMs: 100, maxMs: 3000 }, keepAliveMs: 1e6 }, time).watch('a');
    await eventually(() => expect(asked.filter((name) => name === 'sync').length).toBeGreaterThan(8));
    expect(time.waited.filter((ms) => ms >= 100).length).toBeGreaterThanOrEqual(4);
    expect(watch.state.value).toEqual({});
  });

  it('or refuses for a reason that may pass, is asked ever more seldom', async () => {
    const { url, asked } = await misbehaving({
      context: () => full(1, {}),
      sync: () => full(1, {}),
      contextChanged() {
        throw new GraphQLError('Not now.', { extensions: { code: 'STORE_UNAVAILABLE' } });
      },
    });
    const time = new CountedTime();
    const watch = connect(url, { retry: { minMs: 100, maxMs: 3000 }, keepAliveMs: 1e6 }, time).watch('a');
    await eventually(() => expect(asked.length).toBeGreaterThan(8));
    expect(time.waited.slice(0, 6)).toEqual([100, 200, 400, 800, 1600, 3000]);
    expect(watch.state).toMatchObject({ status: 'connecting', error: { code: 'STORE_UNAVAILABLE' } });
  });

  it('and that keeps the copy behind, is asked once patience is over', async () => {
    let isPatient = true;
    const { url, asked } = await misbehaving({
      context: () => full(2, {}),
      sync: () => full(2, { n: 2 }),
      async *contextChanged({ cursor }) {
        if (cursor === undefined) yield full(1, { n: 1 });
        await never();
      },
    });
    const impatience: (() => void)[] = [];
    const time: Time = {
      ...systemTime,
      after: (ms, run) => {
        if (ms !== 15_000) return systemTime.after(ms, run);
        if (isPatient) impatience.push(run);
        return () => {};
      },
    };
    const watch = connect(url, {}, time).watch('a');
    await eventually(() => expect(watch.state).toMatchObject({ status: 'behind', version: 1 }));
    expect(asked).toEqual(['contextChanged']);
    isPatient = false;
    for (const run of impatience) run();
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', version: 2, value: { n: 2 } }));
    expect(asked).toEqual(['contextChanged', 'sync', 'contextChanged']);
  });
});

describe('A server that has lost what it acknowledged', () => {
  it('takes what it has lost out of what is shown, and is written to from there', async () => {
    let tell = (_: Told): void => {};
    const lost = new Promise<Told>((resolve) => {
      tell = resolve;
    });
    const { url } = await misbehaving({
      context: () => full(9, {}),
      sync: () => full(4, { n: 4 }),
      async *contextChanged() {
        yield full(9, { n: 9 });
        yield await lost;
        await never();
      },
      written: () => ({ context: at(10) }),
    });
    const client = connect(url);
    const watch = client.watch('a');
    await eventually(() => expect(watch.state).toMatchObject({ status: 'live', version: 9 }));
    await client.update('a', { mine: true });
    expect(watch.state).toMatchObject({ value: { n: 9, mine: true }, version: 9, pendingWrites: 1 });
    tell(full(4, { n: 4 }));
    await eventually(() => expect(watch.state).toMatchObject({ value: { n: 4 }, version: 4, pendingWrites: 0 }));
    expect(watch.state.value).toEqual({ n: 4 });
    await client.update('a', (context) => context);
  });
});

describe('A server that answers, and then', () => {
  it('ends the subscription, is asked ever more seldom', async () => {
    const { url, asked } = await misbehaving({
      context: () => full(1, {}),
      sync: () => full(1, {}),
      async *contextChanged() {
        yield full(1, {});
      },
    });
    const time = new CountedTime();
    connect(url, { retry: { minMs: 100, maxMs: 3000 }, keepAliveMs: 1e6 }, time).watch('a');
    await eventually(() => expect(asked.length).toBeGreaterThan(8));
    expect(time.waited.slice(0, 6)).toEqual([100, 200, 400, 800, 1600, 3000]);
  });

  it('ends the connection, is asked ever more seldom', async () => {
    let connections = 0;
    const { url, asked } = await misbehaving(
      {
        context: () => full(1, {}),
        sync: () => full(1, {}),
        async *contextChanged() {
          yield full(1, {});
          await never();
        },
      },
      (socket) => {
        connections += 1;
        socket.on('message', (data) => {
          if (String(data).includes('ArpeggioPosition')) setImmediate(() => socket.close(1011));
        });
      },
    );
    const time = new CountedTime();
    connect(url, { retry: { minMs: 100, maxMs: 3000 }, keepAliveMs: 1e6 }, time).watch('a');
    await eventually(() => expect(asked.length).toBeGreaterThan(8));
    expect(time.waited.slice(0, 6)).toEqual([100, 200, 400, 800, 1600, 3000]);
    expect(connections).toBeGreaterThan(8);
  });

  it('closes it normally, is not asked without a pause', async () => {
    const { url, asked } = await misbehaving(
      { context: () => full(1, {}), sync: () => full(1, {}), contextChanged: () => silence() },
      (socket) => {
        socket.on('message', (data) => {
          if (String(data).includes('ArpeggioChanged')) socket.close(1000);
        });
      },
    );
    const time = new CountedTime();
    connect(url, { retry: { minMs: 100, maxMs: 3000 }, keepAliveMs: 1e6 }, time).watch('a');
    await eventually(() => expect(time.waited.length).toBeGreaterThan(6));
    expect(time.waited.slice(0, 6)).toEqual([100, 200, 400, 800, 1600, 3000]);
    expect(asked.length).toBeLessThan(12);
  });
});

describe('A server that ends connections', () => {
  it('is not asked again where it says that this client is wrong', async () => {
    const httpServer = createServer();
    let connections = 0;
    new WebSocketServer({ server: httpServer }).on('connection', (socket) => {
      connections += 1;
      socket.close(4401, 'Unauthorized');
    });
    await new Promise<void>((resolve) => {
      httpServer.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void httpServer.close());
    const client = connect(`ws://127.0.0.1:${(httpServer.address() as AddressInfo).port}`);
    const watch = client.watch('a');
    const expected = { code: 'CONNECTION_REFUSED', message: 'Unauthorized' };
    await eventually(() => expect(watch.state).toMatchObject({ status: 'failed', error: expected }));
    expect(connections).toBe(1);
    await expect(client.set('a', {})).rejects.toMatchObject({ ...expected });
  });
});
