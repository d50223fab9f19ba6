import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Author } from '../../../src/store/contract/author.ts';
import { RedisLayout } from '../../../src/store/redis-layout.ts';
import { RedisStore } from '../../../src/store/redis-store.ts';
import { eventually } from '../../helpers/eventually.ts';

/** A store of its own, and a look at what it leaves in Redis. */
function opened(tombstoneTtlMs = 60_000, receiptTtlMs = 60_000) {
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  const prefix = `keys:${randomUUID()}`;
  const layout = new RedisLayout(prefix);
  const store = new RedisStore({ redis, layout, tombstoneTtlMs, receiptTtlMs });
  /** Every key there is, with whether it expires. */
  const keys = async (): Promise<Record<string, boolean>> => {
    const names = await redis.keys(`${prefix}:*`);
    const expiring = await Promise.all(names.map(async (name) => (await redis.pttl(name)) > 0));
    return Object.fromEntries(names.map((name, i) => [name.slice(prefix.length + 1), expiring[i] as boolean]));
  };
  return { store, layout, keys, author: new Author() };
}

test('a context has its keys in the partition of its id, and none of them expires but those of receipts', async () => {
  const { store, keys, author } = opened();
  await store.commit('user:369', author.begin(null, { n: 1 }, [author.receipt('r')]));
  expect(await keys()).toEqual({
    'v2:{179}:context:user:369': false,
    'v2:{179}:log:user:369': false,
    'v2:{179}:receipts:user:369': true,
    'v2:{179}:receipt-queue:user:369': true,
    'v2:{179}:ids': false,
    'v2:{179}:idle': false,
    'v2:{179}:aged': false,
  });
});

test('a deletion leaves its tombstone and nothing else, and that expires', async () => {
  const { store, keys, author } = opened(200);
  const begin = author.begin(null, { n: 1 });
  await store.commit('a', begin);
  await store.commit('a', author.end(begin.next));
  expect(await keys()).toEqual({ 'v2:{135}:context:a': true });
  await eventually(async () => expect(await keys()).toEqual({}));
});

test('a context that follows a tombstone does not expire with it', async () => {
  const { store, keys, author } = opened();
  const begin = author.begin(null, { n: 1 });
  const end = author.end(begin.next);
  for (const commit of [begin, end, author.begin(end.next, {})]) await store.commit('a', commit);
  expect((await keys())['v2:{135}:context:a']).toBe(false);
});

test('ids of one {group} share a partition, whatever else is in them', () => {
  const layout = new RedisLayout('p');
  const ids = ['{room 7}', 'user:{room 7}', '{room 7}:{other}', 'a{room 7}b'];
  expect(new Set(ids.map((id) => layout.partitionOf(id))).size).toBe(1);
  // Empty braces are no group.
  expect(layout.partitionOf('{}a')).not.toBe(layout.partitionOf('{}b'));
});

test('ids are spread evenly over all partitions', () => {
  const layout = new RedisLayout('p');
  const counts = new Map<number, number>();
  for (let n = 0; n < 25_600; n += 1) {
    const partition = layout.partitionOf(`context ${n}`);
    counts.set(partition, (counts.get(partition) ?? 0) + 1);
  }
  expect(counts.size).toBe(256);
  expect(Math.max(...counts.values())).toBeLessThan(300);
});

test('a page takes its ids from wherever they are, also where most are in one partition', async () => {
  const { store, author } = opened();
  const ids = ['{g}', '{h}', '{i}'].flatMap((group) => Array.from({ length: 40 }, (_, n) => `${group}${100 + n}`));
  for (const id of ids) await store.commit(id, author.begin(null, {}));
  for (const limit of [1, 9, 10, 15, 41, 100, 120, 500]) {
    const page = await store.list({ prefix: '{', after: null, limit });
    expect(page.map(({ id }) => id)).toEqual(ids.slice(0, limit));
    const idle = await store.listIdle({ until: Number.MAX_SAFE_INTEGER, limit });
    expect(idle.map(({ id }) => id)).toEqual(ids.slice(0, limit));
  }
});

test('options that scripts could not take are refused before any script runs', () => {
  const redis = new Redis(inject('redisUrl'), { lazyConnect: true });
  const make = (options: object) => () => new RedisStore({ redis, layout: new RedisLayout('p'), ...options });
  for (const value of [0, -1, 1.5, 1e20, Number.NaN]) {
    expect(make({ deltaThreshold: value })).toThrow('deltaThreshold is a positive integer');
    expect(make({ receiptTtlMs: value })).toThrow('receiptTtlMs is a positive integer');
  }
  expect(() => new RedisLayout('{p}')).toThrow('no braces');
});
