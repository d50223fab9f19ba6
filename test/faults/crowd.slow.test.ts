import { expect, it, onTestFinished } from 'vitest';
import { Api } from '../helpers/api.ts';
import { eventually } from '../helpers/eventually.ts';
import { type RedisServer, startRedis } from '../helpers/redis/server.ts';
import { httpClient } from '../helpers/transports.ts';
import { Balancer } from './balancer.ts';
import { ResumingSubscriber } from './resuming-subscriber.ts';

const BOARD = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`field ${n}`, 'x'.repeat(20)]));

/** How many scripts Redis has run. */
async function scriptsRun(redis: RedisServer): Promise<number> {
  const stats = await redis.client().info('commandstats');
  return [...stats.matchAll(/cmdstat_(?:evalsha|fcall|eval)[^:]*:calls=(\d+)/g)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}

it('5,000 clients of ten contexts that are dropped at once come back, for what ten clients would cost Redis', async () => {
  const redis = await startRedis();
  // Between two updates of this process, which is all 5,000 clients too, more time can pass than a connection is kept for.
  const balancer = new Balancer(redis.url, { ARPEGGIO_LIMITS: JSON.stringify({ idleMs: 60_000 }) });
  await balancer.add();
  const first = new Api(httpClient(balancer.http()));
  const ids = Array.from({ length: 10 }, (_, n) => `room:${n}`);
  for (const id of ids) await first.set(id, BOARD);
  const crowd = Array.from(
    { length: 5000 },
    (_, n) => new ResumingSubscriber(String(ids[n % ids.length]), balancer.websocket),
  );
  onTestFinished(async () => {
    await Promise.all(crowd.map((subscriber) => subscriber.leave()));
  });
  await eventually(() => expect(crowd.filter(({ version }) => version < 1)).toEqual([]));
  await balancer.add();
  const before = await scriptsRun(redis);
  balancer.killOldest();
  const second = new Api(httpClient(balancer.http()));
  for (const id of ids) await second.update(id, { late: true });
  // All of them, within the thirty seconds that are promised.
  await eventually(() => expect(crowd.filter(({ version }) => version < 2)).toHaveLength(0));
  expect((await scriptsRun(redis)) - before).toBeLessThan(20 * ids.length);
  for (const { returns } of crowd) expect(returns).toBe(1);
  expect(crowd.flatMap(({ faults }) => faults)).toEqual([]);
}, 240_000);
