import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { RedisIndex } from '../../../src/store/redis-index.ts';
import { RedisLayout } from '../../../src/store/redis-layout.ts';

/** An index of these ids, and how many more of them partitions are asked for, round by round. */
async function indexed(ids: readonly string[]) {
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  const layout = new RedisLayout(`index:${randomUUID()}`);
  for (const id of ids) await redis.zadd(layout.ids(layout.partitionOf(id)), 0, id);
  const asked = vi.spyOn(redis, 'zrangebylex');
  const rounds = () => [...new Set(asked.mock.calls.map((call) => call.at(-1)))];
  return { index: new RedisIndex(redis, layout), asked, rounds };
}

test('a page asks each of 256 partitions for a few ids, once where they are spread', async () => {
  const ids = Array.from({ length: 1000 }, (_, n) => `context:${1000 + n}`);
  const { index, asked, rounds } = await indexed(ids);
  expect(await index.idsAfter('', null, 51)).toEqual(ids.slice(0, 51));
  expect(rounds()).toEqual([4]);
  expect(asked).toHaveBeenCalledTimes(256);
});

test('and the one that has them all for twice as many each time', async () => {
  const ids = Array.from({ length: 100 }, (_, n) => `{group}:${1000 + n}`);
  const { index, asked, rounds } = await indexed(ids);
  expect(await index.idsAfter('', null, 51)).toEqual(ids.slice(0, 51));
  expect(rounds()).toEqual([4, 8, 16, 32]);
  expect(asked).toHaveBeenCalledTimes(256 + 3);
});
