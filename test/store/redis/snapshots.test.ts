import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import type { JsonObject } from '../../../src/json.ts';
import { Author, type LiveCommit } from '../../../src/store/contract/author.ts';
import { RedisLayout } from '../../../src/store/redis-layout.ts';
import { RedisScript } from '../../../src/store/redis-scripts.ts';
import { RedisStore } from '../../../src/store/redis-store.ts';
import { eventually } from '../../helpers/eventually.ts';

/** Stores of several processes on one prefix, and a look at what they leave in Redis. */
function opened(...thresholds: readonly number[]) {
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  const layout = new RedisLayout(`snapshots:${randomUUID()}`);
  const stores = thresholds.map((deltaThreshold) => new RedisStore({ redis, layout, deltaThreshold }));
  /** The version of the snapshot, how many bytes lie behind it, and what the snapshot is. */
  const stored = async (id: string) => {
    const { snapshot, logged, context } = await redis.hgetall(layout.context(id));
    return { snapshot: Number(snapshot), logged: Number(logged), context: JSON.parse(context ?? 'null') };
  };
  const keptBytes = async (id: string, behind: number) =>
    (await redis.lrange(layout.log(id), -behind, -1)).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { redis, layout, stores, store: stores[0] as RedisStore, stored, keptBytes, author: new Author() };
}

const LARGE: JsonObject = Object.freeze({
  people: Object.freeze(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`person ${n}`, 'é'.repeat(250)]))),
});

function withChange(before: JsonObject, change: JsonObject): JsonObject {
  return Object.freeze({ ...before, ...change });
}

describe('a commit writes what it changes, and the state now and then', () => {
  test('of several that are one, the states of those alone that need it', async () => {
    const { stores, stored, author } = opened(100, 100);
    const [one, other] = stores as [RedisStore, RedisStore];
    const [a, b] = [author.begin(null, LARGE), author.begin(null, LARGE)];
    await one.commit('{g}:a', a);
    await one.commit('{g}:b', b);
    const text = (share: number) => ({ text: 'x'.repeat(Math.round(a.next.bytes * share)) });
    const second = author.advance(a.next, [withChange(LARGE, text(0.6))]);
    await one.commit('{g}:a', second);
    expect(await stored('{g}:a')).toMatchObject({ snapshot: 1 });
    // This one does not know what lies behind the snapshots.
    const commits = [
      { id: '{g}:b', commit: author.advance(b.next, [withChange(LARGE, { n: 1 })]) },
      { id: '{g}:a', commit: author.advance(second.next, [withChange(LARGE, { n: 1, ...text(0.5) })]) },
    ];
    expect(await other.commitAll(commits)).toEqual({ kind: 'committed' });
    expect(await stored('{g}:a')).toMatchObject({ snapshot: 3, logged: 0 });
    expect(await stored('{g}:b')).toMatchObject({ snapshot: 1 });
    for (const { id, commit } of commits) expect(await one.read(id)).toEqual(commit.next);
  });

  test('as often as the deltas behind the snapshot would outweigh the state', async () => {
    const { store, stored, keptBytes, author } = opened(100);
    let commit: LiveCommit = author.begin(null, LARGE);
    await store.commit('a', commit);
    let moves = 0;
    let most = 0;
    for (let n = 1; n <= 60; n += 1) {
      const before = (await stored('a')).snapshot;
      commit = author.advance(commit.next, [withChange(commit.next.context, { text: `${n}`.repeat(300) })]);
      await store.commit('a', commit);
      const { snapshot, logged, context } = await stored('a');
      const behind = commit.next.position.version - snapshot;
      expect(logged).toBe(behind === 0 ? 0 : await keptBytes('a', behind));
      if (behind === 0) expect(context).toEqual(commit.next.context);
      if (snapshot !== before) moves += 1;
      most = Math.max(most, logged);
      expect((await store.read('a'))?.position).toEqual(commit.next.position);
      expect(await store.read('a')).toEqual(commit.next);
    }
    expect(most).toBeLessThanOrEqual(commit.next.bytes);
    expect(most).toBeGreaterThan(commit.next.bytes / 2);
    expect(moves).toBeGreaterThan(1);
    expect(moves).toBeLessThan(10);
  });

  test.each([
    [1024, [1, 2, 3]],
    [1025, [1, 1, 1]],
  ])('and every time where the state has no more than 1 KiB: %i bytes', async (size, snapshots) => {
    const { store, stored, author } = opened(100);
    let commit: LiveCommit = author.begin(null, {});
    const moves: number[] = [];
    for (let n = 1; n <= 3; n += 1) {
      await store.commit('a', commit);
      moves.push((await stored('a')).snapshot);
      expect(await store.read('a')).toEqual(commit.next);
      commit = author.advance(commit.next, [{ n, text: 'x'.repeat(size - '{"n":1,"text":""}'.length) }]);
      expect(commit.next.bytes).toBe(size);
    }
    expect(moves).toEqual(snapshots);
  });

  test('as often as the log forgets what lies behind the snapshot', async () => {
    const { store, stored, author } = opened(3);
    let commit: LiveCommit = author.begin(null, LARGE);
    await store.commit('a', commit);
    const snapshots: number[] = [];
    for (let n = 1; n <= 9; n += 1) {
      commit = author.advance(commit.next, [withChange(commit.next.context, { n })]);
      await store.commit('a', commit);
      snapshots.push((await stored('a')).snapshot);
      expect(await store.read('a')).toEqual(commit.next);
    }
    expect(snapshots).toEqual([1, 1, 1, 5, 5, 5, 5, 9, 9]);
  });

  test('also where the process does not know how much lies there', async () => {
    const { stores, stored, author } = opened(3, 3, 3, 3, 3);
    let commit: LiveCommit = author.begin(null, LARGE);
    const snapshots: number[] = [];
    for (const [n, store] of stores.entries()) {
      if (n > 0) commit = author.advance(commit.next, [withChange(commit.next.context, { n })]);
      expect(await store.commit('a', commit)).toEqual({ kind: 'committed' });
      snapshots.push((await stored('a')).snapshot);
    }
    expect(snapshots).toEqual([1, 1, 1, 1, 5]);
  });

  test('nor how many bytes those are', async () => {
    const { stores, stored, author } = opened(100, 100, 100, 100, 100, 100);
    let commit: LiveCommit = author.begin(null, LARGE);
    const snapshots: number[] = [];
    for (const [n, store] of stores.entries()) {
      const text = `${n}`.repeat(6000);
      if (n > 0) commit = author.advance(commit.next, [withChange(commit.next.context, { [`text ${n % 2}`]: text })]);
      expect(await store.commit('a', commit)).toEqual({ kind: 'committed' });
      snapshots.push((await stored('a')).snapshot);
      expect(await store.read('a')).toEqual(commit.next);
    }
    // 6,000 twice as additions, then 12,000 each as changes, to a state of 32,000.
    expect(snapshots).toEqual([1, 1, 1, 1, 5, 5]);
  });

  test.each([
    ['by number', 10, 1],
    ['by bytes', 100, 3000],
  ])('and a process that has written before need not be asked for it: %s', async (_what, threshold, size) => {
    const { redis, store, author } = opened(threshold);
    const calls = vi.spyOn(redis, 'evalsha');
    let commit: LiveCommit = author.begin(null, LARGE);
    for (let n = 0; n < 40; n += 1) {
      await store.commit('a', commit);
      commit = author.advance(commit.next, [withChange(commit.next.context, { text: `${n % 10}`.repeat(size) })]);
    }
    expect(calls).toHaveBeenCalledTimes(40);
  });

  test('nor does a commit of receipts alone make it forget', async () => {
    const { redis, store, author } = opened(3);
    let commit: LiveCommit = author.begin(null, LARGE);
    for (let n = 0; n < 3; n += 1) {
      await store.commit('a', commit);
      commit = author.advance(commit.next, [withChange(commit.next.context, { n })]);
    }
    await store.commit('a', commit);
    await store.commit('a', author.note(commit.next, [author.receipt('r')]));
    const calls = vi.spyOn(redis, 'evalsha');
    await store.commit('a', author.advance(commit.next, [withChange(commit.next.context, { n: 4 })]));
    expect(calls).toHaveBeenCalledTimes(1);
  });

  test('and looks at the oldest delta, which may be as large as the state, only where it is another', async () => {
    const { redis, layout, store, author } = opened(3);
    const monitor = await redis.monitor();
    onTestFinished(() => monitor.disconnect());
    const looks: (string | undefined)[] = [];
    monitor.on('monitor', (_time, [command, key]: readonly string[]) => {
      if (key === layout.log('a')) looks.push(command?.toUpperCase());
    });
    let commit: LiveCommit = author.begin(null, LARGE);
    for (let n = 1; n <= 5; n += 1) {
      await store.commit('a', commit);
      commit = author.advance(commit.next, [withChange(commit.next.context, { n })]);
    }
    await eventually(() => expect(looks.filter((look) => look === 'RPUSH')).toHaveLength(5));
    await eventually(() => expect(looks.filter((look) => look === 'LINDEX')).toHaveLength(3));
  });

  test('another life begins with a snapshot', async () => {
    const { store, stored, author } = opened(100);
    const begin = author.begin(null, LARGE);
    const second = author.advance(begin.next, [withChange(LARGE, { n: 1 })]);
    const restored = author.restore(second.next, { other: true }, 7);
    for (const commit of [begin, second, restored]) await store.commit('a', commit);
    expect(await stored('a')).toEqual({ snapshot: 7, logged: 0, context: { other: true } });
    expect(await store.read('a')).toEqual(restored.next);
  });
});

describe('what a caller lacks is sent as deltas', () => {
  /** A context of some 9,000 bytes, and what comes of it where a text of so many is put in and taken out, so often. */
  const sent = async (size: number, count: number, from = 1) => {
    const { store, author } = opened(100);
    let commit: LiveCommit = author.begin(null, { base: 'b'.repeat(9000) });
    const { context } = commit.next;
    await store.commit('a', commit);
    let known = commit.next;
    for (let n = 1; n <= count; n += 1) {
      if (n === from) known = commit.next;
      commit = author.advance(commit.next, [withChange(context, { text: n % 2 === 1 ? 'x'.repeat(size) : '' })]);
      await store.commit('a', commit);
    }
    const conflict = await store.commit('a', author.advance(known, [{}]));
    if (conflict.kind !== 'conflict') throw new Error('It is a conflict.');
    const logs = [await store.readLog('a', from), await store.readLog('a', from, true), conflict.log];
    for (const { head } of logs) expect(head?.position).toEqual(commit.next.position);
    return logs.map(({ entries }) => entries.length);
  };

  test('as long as they are no more than a read of the state', async () => {
    expect(await sent(1000, 8)).toEqual([8, 8, 8]);
  });

  test('else by who asks for all of them alone', async () => {
    expect(await sent(8000, 4)).toEqual([4, 0, 0]);
  });

  test('and those behind the snapshot are as much as a read of the state has', async () => {
    expect(await sent(1500, 10, 2)).toEqual([9, 9, 9]);
  });
});

describe('deltas behind the snapshot are not dropped by age before it has moved', () => {
  test('and then they are', async () => {
    const { store, stored, author, redis, layout } = opened(100);
    let commit: LiveCommit = author.begin(null, LARGE);
    await store.commit('a', commit);
    const until: number[] = [];
    for (let n = 1; n <= 6; n += 1) {
      commit = author.advance(commit.next, [withChange(commit.next.context, { n })]);
      await store.commit('a', commit);
      until.push(commit.entries[0]?.insertedAt as number);
    }
    expect(await store.trim({ until: until[3] as number, limit: 10 })).toEqual({ contexts: 1, deltas: 5 });
    expect((await stored('a')).snapshot).toBe(7);
    expect(await store.read('a')).toEqual(commit.next);
    expect((await store.readLog('a', 0)).entries.map(({ version }) => version)).toEqual([6, 7]);
    expect(await redis.zscore(layout.aged(layout.partitionOf('a')), 'a')).toBe(String(until[4]));
    expect(await store.trim({ until: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual({ contexts: 1, deltas: 2 });
    expect(await store.trim({ until: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual({ contexts: 0, deltas: 0 });
    expect(await store.read('a')).toEqual(commit.next);
  });

  test('so that the context stays among those to trim until then', async () => {
    const { store, author, redis, layout } = opened(100);
    const begin = author.begin(null, LARGE);
    const second = author.advance(begin.next, [withChange(LARGE, { n: 1 })]);
    for (const commit of [begin, second]) await store.commit('a', commit);
    const aged = layout.aged(layout.partitionOf('a'));
    const trim = () => new RedisScript('trim').run(redis, [layout.log('a'), aged, layout.context('a')], ['a', 2 ** 50]);
    expect(await trim()).toEqual([1, 1]);
    expect(await redis.zscore(aged, 'a')).toBe(String(second.entries[0]?.insertedAt));
    expect(await store.read('a')).toEqual(second.next);
  });

  test('nor those of many contexts at once, nor any more once one has failed', async () => {
    const { redis, layout, store, author } = opened(100);
    for (let n = 0; n < 20; n += 1) await store.commit(`${n}`, author.begin(null, LARGE));
    let underWay = 0;
    let most = 0;
    let isDown = true;
    const evalsha = redis.evalsha.bind(redis);
    vi.spyOn(redis, 'evalsha').mockImplementation(async (...args: readonly unknown[]) => {
      underWay += 1;
      most = Math.max(most, underWay);
      try {
        if (isDown) throw Object.assign(new Error('OOM command not allowed'), { name: 'ReplyError' });
        return await Reflect.apply(evalsha, redis, args);
      } finally {
        underWay -= 1;
      }
    });
    await expect(store.trim({ until: 2 ** 50, limit: 20 })).rejects.toThrow();
    isDown = false;
    await store.readLog('0', 0);
    const aged = await Promise.all(layout.partitions.map((partition) => redis.zcard(layout.aged(partition))));
    expect(aged.reduce((sum, count) => sum + count)).toBe(20);
    expect(await store.trim({ until: 2 ** 50, limit: 20 })).toEqual({ contexts: 20, deltas: 20 });
    expect(most).toBe(4);
  });

  test('nor while others go on writing', async () => {
    const { stores, author } = opened(100, 100);
    const [writing, trimming] = stores as [RedisStore, RedisStore];
    let commit: LiveCommit = author.begin(null, LARGE);
    await writing.commit('a', commit);
    let isDone = false;
    const trims = (async () => {
      let dropped = 0;
      while (!isDone) dropped += (await trimming.trim({ until: Number.MAX_SAFE_INTEGER, limit: 10 })).deltas;
      return dropped;
    })();
    for (let n = 1; n <= 300; n += 1) {
      commit = author.advance(commit.next, [withChange(commit.next.context, { n, text: 'x'.repeat(n) })]);
      expect(await writing.commit('a', commit)).toEqual({ kind: 'committed' });
      expect(await trimming.read('a')).toEqual(commit.next);
    }
    isDone = true;
    expect(await trims).toBeGreaterThan(0);
    await eventually(async () => expect((await trimming.trim({ until: 2 ** 50, limit: 1 })).contexts).toBe(0));
    expect(await writing.read('a')).toEqual(commit.next);
  });
});

test.each([
  ['a tag that is not that of the version', { tag: 'other' }],
  ['another life', { life: 'other' }],
  ['a version that the snapshot has passed', { version: 1 }],
  ['a version to come', { version: 3 }],
])('a snapshot is moved only to what stands, not to %s', async (_what, twist) => {
  const { redis, layout, store, author } = opened(100);
  const begin = author.begin(null, LARGE);
  const second = author.advance(begin.next, [withChange(LARGE, { n: 1 })]);
  for (const commit of [begin, second]) await store.commit('a', commit);
  const { life, version, tag } = { ...second.next.position, ...twist };
  const keys = [layout.context('a'), layout.log('a')];
  expect(await new RedisScript('snapshot').run(redis, keys, [life, version, tag, '{"wrong":true}'])).toBe(0);
  expect(await store.read('a')).toEqual(second.next);
});

test.each([
  ['all', (redis: Redis, log: string) => redis.del(log)],
  ['the last', (redis: Redis, log: string) => redis.rpop(log)],
  ['the first', (redis: Redis, log: string) => redis.ltrim(log, 2, -1)],
])('a context whose log has lost %s of what lies behind the snapshot is not read as another', async (_what, lose) => {
  const { redis, layout, store, author } = opened(100);
  const begin = author.begin(null, LARGE);
  const second = author.advance(begin.next, [withChange(LARGE, { n: 1 })]);
  const third = author.advance(second.next, [withChange(LARGE, { n: 2 })]);
  for (const commit of [begin, second, third]) await store.commit('a', commit);
  await lose(redis, layout.log('a'));
  await expect(store.read('a')).rejects.toThrow('Redis has lost deltas');
});

type Step =
  | { readonly kind: 'advance'; readonly sizes: readonly number[]; readonly by: number }
  | { readonly kind: 'trim'; readonly back: number; readonly by: number }
  | { readonly kind: 'renew'; readonly by: number };

test('whoever commits, trims and reads, with windows of their own: what is read is what was committed', async () => {
  const by = fc.nat(2);
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('advance' as const),
        sizes: fc.array(fc.nat(3000), { minLength: 1, maxLength: 4 }),
        by,
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('trim' as const), back: fc.nat(6), by }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew' as const), by }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { stores, author, redis } = opened(100, 5, 2);
      try {
        let commit: LiveCommit = author.begin(null, LARGE);
        await stores[0]?.commit('a', commit);
        let n = 0;
        for (const next of steps) {
          const store = stores[next.by] as RedisStore;
          if (next.kind === 'trim') {
            await store.trim({ until: commit.next.insertedAt - 2 * next.back, limit: 1 });
          } else {
            const { context } = commit.next;
            const states =
              next.kind === 'advance'
                ? next.sizes.map((size) => withChange(context, { [`text ${n++ % 3}`]: '"'.repeat(size), n }))
                : [];
            commit =
              next.kind === 'advance' ? author.advance(commit.next, states) : author.restore(commit.next, LARGE, n);
            expect(await store.commit('a', commit)).toEqual({ kind: 'committed' });
          }
          for (const reader of stores) expect(await reader.read('a')).toEqual(commit.next);
        }
      } finally {
        redis.disconnect();
      }
    }),
    { numRuns: 30 },
  );
});
