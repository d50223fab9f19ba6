import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { RedisFeed } from '../../src/feed/redis-feed.ts';
import { eventually } from '../helpers/eventually.ts';

function opened(channelPrefix = randomUUID()) {
  const redis = new Redis(inject('redisUrl'));
  const channelOf = (id: string): string => `${channelPrefix}:${id}`;
  const failures: unknown[] = [];
  const feed = new RedisFeed({ redis, clock: systemClock(), channelOf, onFailure: (error) => failures.push(error) });
  onTestFinished(async () => {
    await feed.close();
    redis.disconnect();
  });
  const tell = (id: string): Promise<number> => redis.publish(channelOf(id), '1');
  const channels = async (): Promise<unknown[]> => redis.pubsub('CHANNELS', channelOf('*'));
  return { feed, redis, tell, channels, failures };
}

test('whoever listens hears, and whoever has left does not', async () => {
  const { feed, tell, channels } = opened();
  const heard = [0, 0];
  const [leave, leaveToo] = [await feed.listen('a', () => heard[0]!++), await feed.listen('a', () => heard[1]!++)];
  expect(await channels()).toHaveLength(1);
  const before = [...heard];
  await tell('a');
  await eventually(() => expect(heard).toEqual(before.map((count) => count + 1)));
  leave();
  await tell('a');
  await eventually(() => expect(heard[1]).toBe(Number(before[1]) + 2));
  expect(heard[0]).toBe(Number(before[0]) + 1);
  leaveToo();
  leaveToo();
  await eventually(async () => expect(await channels()).toEqual([]));
  expect(feed.size).toBe(0);
});

test('leaving and coming back, however quickly, leaves nobody deaf', async () => {
  const { feed, tell, channels } = opened();
  const ids = Array.from({ length: 30 }, (_, n) => `context ${n}`);
  await Promise.all(
    ids.map(async (id, n) => {
      for (let round = 0; round < 40; round += 1) {
        const leave = await feed.listen(id, () => {});
        if ((round + n) % 3 === 0) await turn();
        leave();
        if ((round + n) % 2 === 0) await turn();
      }
    }),
  );
  const heard = new Map<string, number>();
  const leaves = await Promise.all(ids.map((id) => feed.listen(id, () => heard.set(id, (heard.get(id) ?? 0) + 1))));
  const before = new Map(heard);
  for (const id of ids) await tell(id);
  await eventually(() => {
    for (const id of ids) expect(heard.get(id) ?? 0, id).toBeGreaterThan(before.get(id) ?? 0);
  });
  for (const leave of leaves) leave();
  await eventually(async () => expect(await channels()).toEqual([]));
});

test('whoever listens is told to look whenever the subscription was made anew', async () => {
  const { feed, redis, tell } = opened();
  let heard = 0;
  await feed.listen('a', () => {
    heard += 1;
  });
  for (let kills = 0; kills < 3; kills += 1) {
    const before = heard;
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(() => expect(heard).toBeGreaterThan(before));
  }
  const before = heard;
  await tell('a');
  await eventually(() => expect(heard).toBeGreaterThan(before));
});

test('closed, it opens nothing any more', async () => {
  const { feed, redis } = opened();
  const subscribers = async () => String(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
  await feed.listen('a', () => {});
  await feed.close();
  const late = feed.listen('b', () => {});
  late.catch(() => {});
  await turn();
  expect(await subscribers()).not.toContain('name=arpeggio');
});
