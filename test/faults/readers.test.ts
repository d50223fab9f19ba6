import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { RedisLayout } from '../../src/store/redis-layout.ts';
import { eventually } from '../helpers/eventually.ts';
import { startRedis } from '../helpers/redis/server.ts';
import { Follower } from './follower.ts';
import { NEVER_MS, startNode } from './node.ts';

/** How many scripts and reads of whole contexts Redis has run. */
async function readsAt(redis: Redis): Promise<number> {
  const stats = await redis.info('commandstats');
  const calls = ['evalsha', 'hgetall'].map((name) => new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1]);
  return calls.reduce((sum, count = '0') => sum + Number(count), 0);
}

it('5,000 subscribers come back at once, told of writes: Redis is read per context, not per subscriber', async () => {
  const redis = await startRedis();
  const { manager } = await startNode(redis.url, { heartbeatMs: NEVER_MS });
  const ids = Array.from({ length: 10 }, (_, n) => `context ${n}`);
  for (const id of ids) await manager.set(id, { n: 0 });
  const client = redis.client();
  const reads = async (doing: () => Promise<unknown>): Promise<number> => {
    const before = await readsAt(client);
    await doing();
    return (await readsAt(client)) - before;
  };
  const followers: Follower[] = [];
  const come = async (count: number): Promise<void> => {
    const coming = Array.from({ length: count }, (_, n) => new Follower(manager, String(ids[n % ids.length])));
    followers.push(...coming);
    for (const follower of coming) await follower.reaches(1);
  };
  const few = await reads(() => come(50));
  const many = await reads(() => come(4950));
  // Some looks at each of ten contexts while they subscribe, at the log and at the whole.
  expect(few).toBeLessThanOrEqual(200);
  expect(many).toBeLessThanOrEqual(500);

  const told = await reads(async () => {
    await Promise.all(ids.map((id) => manager.update(id, { n: 1 })));
    for (const follower of followers) await follower.reaches(2);
  });
  expect(told).toBeLessThanOrEqual(200);

  // One subscription each at Redis; gone when everybody has left.
  const channels = () => client.pubsub('CHANNELS', new RedisLayout('arpeggio').channel('*').replace(/\{\d+\}/, '{*}'));
  expect(await channels()).toHaveLength(10);
  await Promise.all(followers.map((follower) => follower.leave()));
  await eventually(async () => expect(await channels()).toHaveLength(0));
});
