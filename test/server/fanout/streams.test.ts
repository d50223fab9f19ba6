import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryFeed } from '../../../src/feed/memory-feed.ts';
import { MemoryStore } from '../../../src/store/memory-store.ts';
import type { Log } from '../../../src/store/store.ts';
import { type ListeningApp, startApp } from '../../helpers/app.ts';
import { eventually } from '../../helpers/eventually.ts';
import { gated } from '../../helpers/gates.ts';
import { initSocket } from '../../helpers/raw-socket.ts';
import { RawStream } from '../../helpers/raw-stream.ts';
import { PassThrough } from '../../store/pass-through.ts';

const WATCH = `subscription ($id: ID!, $version: Version, $cursor: Cursor) {
  contextChanged(id: $id, version: $version, cursor: $cursor) {
    __typename
    ... on Versioned { life version cursor }
    ... on FullContext { context reason }
    ... on Delta { delta }
    ... on ContextDeleted { why: reason }
  }
}`;

/** By its name: shared. Whoever takes anything is given an event stream too, by Yoga alone. */
const SHARED = 'text/event-stream';
const ALONE = '*/*';

interface Pair {
  readonly shared: RawStream;
  readonly alone: RawStream;
}

async function pairOf({ address }: ListeningApp, variables: object, query = WATCH): Promise<Pair> {
  const [shared, alone] = [SHARED, ALONE].map((accept) => new RawStream(address, query, variables, accept));
  if (!shared || !alone) throw new Error('There are two.');
  await Promise.all([shared.read(), alone.read()]);
  return { shared, alone };
}

/** What a stream said, but for the pings that come as time passes; the first belongs to the head. */
function saidBy({ text }: RawStream): string {
  return text.slice(0, 3) + text.slice(3).replaceAll(/(?<=^|\n\n):\n\n/g, '');
}

/** What can happen in this process and on the loopback without anything from outside happens. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await turn();
}

async function headOf(stream: RawStream): Promise<readonly unknown[]> {
  const { statusCode, statusMessage, rawHeaders } = await stream.response;
  return [statusCode, statusMessage, rawHeaders.filter((_, n) => rawHeaders[n - (n % 2)] !== 'Date')];
}

describe('A subscription over SSE that is shared', () => {
  it('is told what it would be told alone, byte by byte, head and all', async () => {
    const app = await startApp({ feed: new MemoryFeed() });
    const { manager } = app.server;
    const first = (await manager.set('a', { n: 1 })).context;
    await manager.update('a', { n: 2 });
    const pairs: Pair[] = [];
    for (const position of [{}, { version: 0 }, { version: 1 }, { cursor: first.cursor }])
      pairs.push(await pairOf(app, { id: 'a', ...position }));
    await settle();
    await manager.update('a', { text: 'späti 🌍 \n\ndata: x' });
    await settle();
    await manager.delete('a');
    await settle();
    await manager.set('a', { n: 3 });
    const { cursor } = (await manager.get('a')) ?? expect.fail('It is gone.');
    for (const { shared, alone } of pairs) {
      await eventually(() =>
        expect([saidBy(shared), saidBy(alone)].filter((said) => !said.includes(cursor))).toEqual([]),
      );
      expect(saidBy(shared)).toBe(saidBy(alone));
      expect(saidBy(shared)).toMatch(/^:\n\nevent: next\ndata: \{"data"/);
      expect(await headOf(shared)).toEqual(await headOf(alone));
    }
    manager.close();
    for (const { shared, alone } of pairs) {
      await eventually(() => expect([shared.ended, alone.ended]).toEqual(['whole', 'whole']));
      expect(saidBy(shared)).toBe(saidBy(alone));
      expect(saidBy(shared)).toMatch(/\n\nevent: complete\ndata:\n\n$/);
    }
  });

  it.each([
    ['an id that is none', WATCH, { id: '' }],
    ['a cursor that is none', WATCH, { id: 'a', cursor: 'x' }],
    ['a variable that is missing', WATCH, {}],
    ['a field that there is not', 'subscription { nothing }', {}],
    ['what is no GraphQL', '{', {}],
    ['a query', '{ __typename }', {}],
  ])('answers %s as it would alone', async (_, query, variables) => {
    const app = await startApp();
    const stream = new RawStream(app.address, query, variables);
    // An answer that is no stream is asked for by its name: whoever takes anything would be given JSON.
    const alone = new RawStream(app.address, query, variables, `${SHARED}; q=1`);
    await Promise.all([stream.read(), alone.read()]);
    await eventually(() => expect([stream.ended, alone.ended]).toEqual(['whole', 'whole']));
    expect(saidBy(stream)).toBe(saidBy(alone));
    expect(await headOf(stream)).toEqual(await headOf(alone));
    expect(app.feed.size).toBe(0);
  });

  it('tells of an event that fails in part as it would alone, and goes on', async () => {
    let fails = false;
    const app = await startApp({
      feed: new MemoryFeed(),
      deltaFormatter: (_, { version }) => {
        if (fails) throw new TypeError('secret');
        return version;
      },
    });
    const { manager } = app.server;
    await manager.set('a', { n: 1 });
    const pair = await pairOf(app, { id: 'a', version: 1 });
    await settle();
    fails = true;
    await manager.update('a', { n: 2 });
    await settle();
    fails = false;
    await manager.update('a', { n: 3 });
    for (const stream of [pair.shared, pair.alone])
      await eventually(() => expect(stream.events.at(-1)).toHaveProperty('data.contextChanged.version', 3));
    expect(saidBy(pair.shared)).toBe(saidBy(pair.alone));
    expect(pair.shared.events[0]).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    expect(pair.shared.text).not.toContain('secret');
    // Once for those who share it, and once for the one alone.
    expect(app.logged).toHaveLength(2);
  });

  it('is by GET what it is by POST', async () => {
    const app = await startApp();
    await app.server.manager.set('a', { n: 1 });
    const { shared, alone } = await pairOf(app, { id: 'a', version: 0 });
    const parameters = new URLSearchParams({ query: WATCH, variables: JSON.stringify({ id: 'a', version: 0 }) });
    const left = new AbortController();
    const response = await fetch(`${app.address.http}?${parameters}`, {
      headers: { accept: SHARED },
      signal: left.signal,
    });
    let text = '';
    void (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    })().catch(() => {});
    await eventually(() => expect(text).toContain('INITIAL'));
    await eventually(() => expect(saidBy(shared)).toBe(text.replaceAll(':\n\n', '').replace(/^/, ':\n\n')));
    alone.leave();
    await eventually(() => expect(app.feed.size).toBe(1));
    left.abort();
    shared.leave();
    await eventually(() => expect(app.feed.size).toBe(0));
  });

  it('leaves nothing behind where its client is gone before there is an answer', async () => {
    const feed = new MemoryFeed();
    const responses: ServerResponse[] = [];
    const collect = (message: unknown) => responses.push((message as { readonly response: ServerResponse }).response);
    subscribe('http.server.request.start', collect);
    onTestFinished(() => void unsubscribe('http.server.request.start', collect));
    /** Whoever asks is gone by then. */
    class Leaving extends PassThrough {
      override readLog(id: string, after: number): Promise<Log> {
        responses.pop()?.destroy();
        return super.readLog(id, after);
      }
    }
    const app = await startApp({
      feed,
      store: (options) => new Leaving(new MemoryStore({ ...options, tell: feed.tell })),
    });
    const stream = new RawStream(app.address, WATCH, { id: 'a', version: 0 });
    await eventually(() => expect(stream.request.destroyed).toBe(true));
    await eventually(() => expect(feed.size).toBe(0));
  });

  it('shares with all who ask the same, over WebSocket too: the context is read once for each change', async () => {
    const { options, reading } = gated();
    const app = await startApp(options);
    const { manager } = app.server;
    await manager.set('a', { n: 0 });
    const streams = Array.from({ length: 20 }, () => new RawStream(app.address, WATCH, { id: 'a', version: 0 }));
    await Promise.all(streams.map((stream) => stream.read()));
    const raw = await initSocket(app.address);
    for (let n = 0; n < 20; n += 1) raw.subscribe(`${n}`, WATCH, { id: 'a', version: 0 });
    const nexts = () => raw.received.filter(({ type }) => type === 'next');
    await eventually(() => {
      for (const { events } of streams) expect(events).toHaveLength(1);
      expect(nexts()).toHaveLength(20);
    });
    expect(app.feed.size).toBe(1);
    const before = reading.passed;
    await manager.update('a', { n: 1 });
    await eventually(() => {
      for (const { events } of streams) expect(events).toHaveLength(2);
      expect(nexts()).toHaveLength(40);
    });
    expect(reading.passed - before).toBe(1);
    expect(nexts().at(-1)?.payload).toEqual(streams[0]?.events[1]);
  });

  it('tells each subscriber what it would be told alone, whatever happens, whoever comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 8, maxLength: 25 }), async (steps) => {
        const app = await startApp({ deltaThreshold: 4, feed: new MemoryFeed() });
        const { manager } = app.server;
        const cursors: string[] = [];
        const pairs: Pair[] = [];
        const note = ({ cursor }: { readonly cursor: string }) => cursors.push(cursor);
        for (const { kind, n } of steps) {
          const cursor = cursors[n % Math.max(1, cursors.length)];
          if (kind === 'set') note((await manager.set('a', { n })).context);
          if (kind === 'update' && (await manager.get('a')))
            note((await manager.update('a', { [`k${n % 5}`]: cursors.length })).context);
          if (kind === 'delete' && (await manager.get('a'))) note(await manager.delete('a'));
          if (kind === 'comeAnywhere') pairs.push(await pairOf(app, { id: 'a' }));
          if (kind === 'comeNew') pairs.push(await pairOf(app, { id: 'a', version: 0 }));
          if (kind === 'comeBack') pairs.push(await pairOf(app, { id: 'a', ...(cursor ? { cursor } : {}) }));
          if (kind === 'leave') {
            const [gone] = pairs.splice(n % Math.max(1, pairs.length), 1);
            gone?.shared.leave();
            gone?.alone.leave();
          }
          await settle();
          for (const { shared, alone } of pairs) await eventually(() => expect(saidBy(shared)).toBe(saidBy(alone)));
        }
        const { cursor } = (await manager.set('a', { the: 'last' })).context;
        for (const { shared, alone } of pairs) {
          await eventually(() => expect(alone.text).toContain(cursor));
          await eventually(() => expect(saidBy(shared)).toBe(saidBy(alone)));
          shared.leave();
          alone.leave();
        }
        await eventually(() => expect(app.feed.size).toBe(0));
      }),
      { numRuns: 20 },
    );
  }, 120_000);
});

const KINDS = [
  'set',
  'update',
  'update',
  'delete',
  'comeAnywhere',
  'comeNew',
  'comeBack',
  'comeBack',
  'leave',
] as const;
const STEP = fc.record({ kind: fc.constantFrom(...KINDS), n: fc.nat({ max: 1000 }) });
