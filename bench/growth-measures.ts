import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { ContextManager, JsonObject, Server } from '../src/index.ts';
import { createServer } from '../src/server/create-server.ts';
import { silentLog } from '../src/server/log.ts';
import { groupChat } from './chord-context.ts';
import { Crowd } from './crowd.ts';
import { RemoteSide } from './sides/remote.ts';
import { byWebSocket } from './subscriber.ts';
import { median } from './table.ts';

/** One figure: of which chart, on which line, at which place of the axis. Times are in microseconds, sizes in bytes. */
export interface Point {
  readonly chart: string;
  readonly line: string;
  readonly x: number;
  readonly y: number;
}

/** A store under the library, without a transport. */
export interface Place {
  readonly name: string;
  readonly redisUrl: string | undefined;
}

/** How long each figure is measured, in milliseconds, and how often at least. */
const MEASURE_MS = 300;
const TIMES = 7;
/** How many writes are under way together where a state is only being prepared. */
const AT_ONCE = 500;

/** The median time of one call, one after the other. */
async function time(call: () => Promise<unknown>): Promise<number> {
  for (let i = 0; i < 5; i += 1) await call();
  const samples: number[] = [];
  const until = performance.now() + MEASURE_MS;
  while (samples.length < TIMES || performance.now() < until) {
    const start = performance.now();
    await call();
    samples.push((performance.now() - start) * 1000);
  }
  return median(samples);
}

async function withServer(
  { redisUrl }: Place,
  deltaThreshold: number,
  use: (server: Server) => Promise<void>,
): Promise<void> {
  const backing = redisUrl === undefined ? {} : { redisUrl, redisPrefix: `growth-${deltaThreshold}-${Math.random()}` };
  const server = createServer({ port: 0, archive: 'off', log: silentLog, deltaThreshold, ...backing });
  await server.listen();
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

/** So many texts of a hundred bytes, in objects of at most 64 keys. */
function texts(count: number): JsonObject {
  if (count <= 64)
    return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, `${i} `.padEnd(100, 'a')]));
  const size = 64 ** Math.ceil(Math.log(count) / Math.log(64) - 1);
  const parts = Array.from({ length: Math.ceil(count / size) }, (_, i) => texts(Math.min(size, count - i * size)));
  return Object.fromEntries(parts.map((part, i) => [`k${i}`, part]));
}

/** A change of the first text. */
function change(context: JsonObject, n: number): JsonObject {
  const inner = context['k0'];
  return { k0: typeof inner === 'object' ? change(inner as JsonObject, n) : `${n} `.padEnd(100, 'b') };
}

/** An update, and what `sync` gives from the version before and from nowhere, by the size of a context. */
export async function bySize(place: Place, sizes: readonly number[]): Promise<Point[]> {
  const points: Point[] = [];
  await withServer(place, 100, async ({ manager }) => {
    for (const x of sizes) {
      const id = `size:${x}`;
      const context = texts(Math.max(1, Math.floor(x / 109)));
      let { version } = (await manager.set(id, context)).context;
      const put = async (line: string, call: () => Promise<unknown>) => {
        points.push({ chart: 'size', line: `${line}, ${place.name}`, x, y: await time(call) });
      };
      await put('update', async () => {
        version = (await manager.update(id, change(context, version))).context.version;
      });
      await put('sync, one delta', () => manager.sync(id, { version: version - 1 }));
      await put('sync, whole', () => manager.sync(id));
    }
  });
  return points;
}

/** An update, and what `sync` gives from the oldest version that has not left the window, by the window's length. */
export async function byWindow(place: Place, lengths: readonly number[]): Promise<Point[]> {
  const points: Point[] = [];
  for (const x of lengths) {
    await withServer(place, x, async ({ manager }) => {
      let n = 0;
      const update = () => {
        n += 1;
        return manager.update('chat', { participants: { [`user:${1 + (n % 50)}`]: { seen: n } } });
      };
      await manager.set('chat', groupChat(50));
      await filled(x, update);
      const put = async (line: string, call: () => Promise<unknown>) => {
        points.push({ chart: 'window', line: `${line}, ${place.name}`, x, y: await time(call) });
      };
      await put('update', update);
      const { version } = (await update()).context;
      const answer = await manager.sync('chat', { version: version - x });
      if (answer.kind !== 'delta') throw new Error(`The oldest version held gets ${answer.kind}.`);
      await put('sync, oldest', () => manager.sync('chat', { version: version - x }));
    });
  }
  return points;
}

/** Calls on one context of many, and what another one costs in memory, by their number. */
export async function byCount(place: Place, counts: readonly number[]): Promise<Point[]> {
  const points: Point[] = [];
  await withServer(place, 100, async ({ manager }) => {
    let made = 0;
    for (const x of counts) {
      const before = await memory(place);
      const had = made;
      await filled(x - made, () => {
        made += 1;
        return manager.set(idOf(made), profile(made));
      });
      const used = (await memory(place)) - before;
      // Of few, it is lost in what the process does besides.
      if (x >= 1000) points.push({ chart: 'memory', line: place.name, x, y: used / (x - had) });
      let n = 0;
      const any = (): string => {
        n += 1;
        return idOf(1 + ((n * 7919) % x));
      };
      const put = async (line: string, call: () => Promise<unknown>) => {
        points.push({ chart: 'contexts', line: `${line}, ${place.name}`, x, y: await time(call) });
      };
      const updated: { readonly id: string; readonly version: number }[] = [];
      await put('update', async () => {
        const { context } = await manager.update(any(), { seen: n });
        updated.push({ id: context.contextId, version: context.version });
      });
      await put('sync', () => {
        n += 1;
        const { id = '', version = 0 } = updated[updated.length - 1 - (n % Math.min(x, 100))] ?? {};
        return manager.sync(id, { version: version - 1 });
      });
      await put('a page of 50', () => manager.list({ first: 50, after: any() }));
    }
  });
  return points;
}

/** What telling an update costs the server, in all and for each subscriber, by their number. */
export async function bySubscribers(side: string, query: string, counts: readonly number[]): Promise<Point[]> {
  const points: Point[] = [];
  const server = await RemoteSide.start(side, 'status');
  const crowd = new Crowd(server);
  let joined = 0;
  for (const x of counts) {
    await crowd.join(x - joined, () => byWebSocket(query));
    joined = x;
    const updates = Math.min(1000, Math.max(8, Math.ceil(30_000 / x)));
    for (let i = 0; i < 8; i += 1) await crowd.deliver(1);
    const before = await server.cpu();
    for (let i = 0; i < updates; i += 1) await crowd.deliver(1);
    const y = ((await server.cpu()) - before) / updates;
    points.push({ chart: 'event', line: side, x, y }, { chart: 'subscriber', line: side, x, y: y / x });
  }
  crowd.leave();
  await server.stop();
  return points;
}

function idOf(n: number): string {
  return `context:${n}`;
}

function profile(n: number): JsonObject {
  return {
    name: `Participant ${n}`,
    status: 'online',
    metadata: { device: 'mobile', language: 'en-US', theme: 'light' },
  };
}

async function filled(count: number, write: () => ReturnType<ContextManager['set']>): Promise<void> {
  for (let done = 0; done < count; done += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - done) }, write));
  }
}

/** Bytes in use, of this process or of its Redis. */
async function memory({ redisUrl }: Place): Promise<number> {
  if (redisUrl === undefined) {
    for (let i = 0; i < 3; i += 1) {
      globalThis.gc?.();
      await setImmediate();
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }
  const redis = new Redis(redisUrl);
  const info = await redis.info('memory');
  redis.disconnect();
  return Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
}
