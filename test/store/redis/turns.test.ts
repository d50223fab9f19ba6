import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Author } from '../../../src/store/contract/author.ts';
import { RedisLayout } from '../../../src/store/redis-layout.ts';
import { RedisStore } from '../../../src/store/redis-store.ts';
import type { CommitOf, LiveContext } from '../../../src/store/store.ts';

const IDS = ['{g}:a', '{g}:b'] as const;

/** Two processes on one Redis, with two contexts at their first version, and a look at whose turn it is in each. */
async function opened() {
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  const layout = new RedisLayout(`turns:${randomUUID()}`);
  const [one, other] = [0, 1].map(() => new RedisStore({ redis, layout })) as [RedisStore, RedisStore];
  const author = new Author();
  const heads = await Promise.all(
    IDS.map(async (id) => {
      const begin = author.begin(null, {});
      await one.commit(id, begin);
      return begin.next;
    }),
  );
  const turns = () => Promise.all(IDS.map((id) => redis.get(layout.turn(id))));
  /** What can't be committed any more. */
  const stale = (): CommitOf[] => IDS.map((id) => ({ id, commit: author.begin(null, {}) }));
  const lose = async (store: RedisStore, commits: readonly CommitOf[]) => {
    for (let n = 0; n < 3; n += 1) expect(await store.commitAll(commits)).toMatchObject({ kind: 'refused' });
  };
  const fresh = (n: number): CommitOf[] =>
    IDS.map((id, i) => ({ id, commit: author.advance(heads[i] as LiveContext, [{ n }]) }));
  return { redis, layout, one, other, turns, stale, lose, fresh };
}

test('who has lost several contexts three times in a row takes their turns, and gives them back', async () => {
  const { one, other, turns, stale, lose, fresh } = await opened();
  await lose(one, stale().slice(0, 1));
  const [turn] = await turns();
  expect(await turns()).toEqual([expect.any(String), null]);
  await lose(one, stale());
  expect(await turns()).toEqual([turn, turn]);
  const commits = fresh(1);
  // Waits until the turn is over, however that comes about.
  const late = other.commitAll(fresh(2));
  expect(await one.commitAll(commits)).toEqual({ kind: 'committed' });
  expect(await turns()).toEqual([null, null]);
  expect(await late).toMatchObject({ kind: 'refused' });
});

test('where one of them is another’s turn, none is taken', async () => {
  const { redis, layout, one, turns, stale, lose } = await opened();
  await redis.set(layout.turn(IDS[1]), 'another');
  await lose(one, stale());
  expect(await turns()).toEqual([null, 'another']);
  await redis.del(layout.turn(IDS[1]));
  await lose(one, stale());
  const [a, b] = await turns();
  expect(a).toEqual(expect.any(String));
  expect(b).toBe(a);
});
