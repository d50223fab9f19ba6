import process from 'node:process';
import { Redis } from 'ioredis';
import { createServer } from '../src/server/create-server.ts';
import { silentLog } from '../src/server/log.ts';
import { BenchRedis } from './bench-redis.ts';
import { number, numbers } from './environment.ts';
import { figure, keepResults, median, printTable } from './table.ts';
import { chatLoad } from './writes-load.ts';
import { changed } from './writes-redis-peers.ts';
import { LOG_LENGTH } from './writes-sides.ts';

/**
 * One write to N contexts of 12 KB at once, of which everything happens or nothing, beside what Redis offers for that by its documentation:
 * WATCH all, read all, change all in one MULTI, and again where somebody was faster. Writers write either to groups of their own or all to
 * one group, each awaiting its answer, in one process. After each run every context must have counted what was acknowledged.
 */
const sizes = numbers('BENCH_TOGETHER', [2, 10, 50]);
const ROUNDS = number('BENCH_ROUNDS', 3);
const SECONDS = number('BENCH_SECONDS', 2);
const WRITERS = 10;
const load = chatLoad();

interface Side {
  set(id: string): Promise<void>;
  /** Adds what one writer changes to each of them. */
  write(ids: readonly string[], writer: number, n: number): Promise<void>;
  /** How many versions there are behind the first. */
  count(id: string): Promise<number>;
  close(): Promise<void>;
}

/** `isOne`: whether all updates of a write are one; else each is by itself, and a reader may see some of them. */
async function arpeggio(url: string, prefix: string, isOne: boolean): Promise<Side> {
  const server = createServer({ port: 0, archive: 'off', log: silentLog, redisUrl: url, redisPrefix: prefix });
  await server.listen();
  const { manager } = server;
  return {
    async set(id) {
      await manager.set(id, load.initial);
    },
    async write(ids, writer, n) {
      const changes = load.changes(writer, n, 0);
      if (isOne) await manager.writeMany(ids.map((id) => ({ verb: 'update', id, changes })));
      else await Promise.all(ids.map((id) => manager.update(id, changes)));
    },
    count: async (id) => ((await manager.get(id))?.version ?? 0) - 1,
    close: () => server.close(),
  };
}

async function watchMulti(url: string, prefix: string): Promise<Side> {
  // What is watched belongs to a connection.
  const connections = Array.from({ length: WRITERS }, () => new Redis(url));
  const [first = new Redis(url)] = connections;
  const keyOf = (id: string): string => `${prefix}:${id}`;
  return {
    async set(id) {
      await first.set(keyOf(id), JSON.stringify({ version: 1, context: load.initial }));
    },
    async write(ids, writer, n) {
      const redis = connections[writer] ?? first;
      const keys = ids.map(keyOf);
      for (;;) {
        const [, texts] = await Promise.all([redis.watch(...keys), redis.mget(...keys)]);
        const all = redis.multi();
        keys.forEach((key, i) => {
          const { state, delta } = changed(texts[i], load.changes(writer, n, 0));
          all
            .set(key, state)
            .rpush(`${key}:log`, delta)
            .ltrim(`${key}:log`, -LOG_LENGTH, -1)
            .publish(`${key}:told`, delta);
        });
        if ((await all.exec()) !== null) return;
      }
    },
    count: async (id) => JSON.parse((await first.get(keyOf(id))) ?? '{"version":0}').version - 1,
    async close() {
      for (const redis of connections) redis.disconnect();
    },
  };
}

const sides: { readonly [name: string]: (url: string, prefix: string) => Promise<Side> } = {
  'WATCH / MULTI': watchMulti,
  'arpeggio, as one': (url, prefix) => arpeggio(url, prefix, true),
  'arpeggio, each by itself': (url, prefix) => arpeggio(url, prefix, false),
};

/** Writes a second. @throws Error where a context has counted more or fewer than were acknowledged */
async function run(side: Side, size: number, isHot: boolean): Promise<number> {
  const groups = Array.from({ length: isHot ? 1 : WRITERS }, (_, group) =>
    Array.from({ length: size }, (_, n) => `{g${group}}:${n}`),
  );
  await Promise.all(groups.flat().map((id) => side.set(id)));
  const counts = groups.map(() => 0);
  const start = performance.now();
  const writer = async (_: unknown, name: number): Promise<void> => {
    const group = name % groups.length;
    for (let n = 1; performance.now() - start < SECONDS * 1000; n += 1) {
      await side.write(groups[group] ?? [], name, n);
      counts[group] = (counts[group] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  const seconds = (performance.now() - start) / 1000;
  for (const [group, ids] of groups.entries()) {
    for (const id of ids)
      if ((await side.count(id)) !== counts[group]) throw new Error(`${id} has lost or doubled a write.`);
  }
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

const redis = await BenchRedis.start();
const loads = [false, true].flatMap((isHot) => sizes.map((size) => ({ isHot, size })));
const rows = loads.flatMap(({ isHot, size }) =>
  Object.entries(sides).map(([side, open]) => ({ isHot, size, side, open, perSecond: [] as number[] })),
);
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { isHot, size, open, perSecond } of rows) {
      const prefix = `bench-together-${process.pid}`;
      const side = await open(redis.url, prefix);
      perSecond.push(await run(side, size, isHot));
      await side.close();
      await redis.clear(prefix);
    }
  }
} finally {
  await redis.stop();
}
printTable(
  [`${WRITERS} writers, each to`, 'side', 'writes/s', 'of WATCH / MULTI'],
  rows.map(({ isHot, size, side, perSecond }) => {
    const peer = rows.find((row) => row.isHot === isHot && row.size === size)?.perSecond ?? [];
    const ratio = median(perSecond.map((value, round) => value / (peer[round] ?? Number.NaN)));
    return [
      `${size} contexts${isHot ? ', the same for all' : ' of its own'}`,
      side,
      figure(median(perSecond)),
      figure(ratio, 'x'),
    ];
  }),
);
keepResults('together', { seconds: SECONDS, rows });
