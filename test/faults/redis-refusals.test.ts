import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { RedisLayout } from '../../src/store/redis-layout.ts';
import { eventually } from '../helpers/eventually.ts';
import { type RedisServer, startRedis } from '../helpers/redis/server.ts';
import { Follower } from './follower.ts';
import { startNode } from './node.ts';

interface Refusal {
  readonly code: string;
  readonly args?: readonly string[];
  begin(redis: Redis, server: RedisServer): Promise<unknown>;
  end(redis: Redis): Promise<unknown>;
}

/** Replies that a real Redis gives, brought about for real. */
const refusals: readonly Refusal[] = [
  {
    code: 'OOM',
    begin: (redis) => redis.config('SET', 'maxmemory', 1),
    end: (redis) => redis.config('SET', 'maxmemory', 0),
  },
  {
    code: 'NOREPLICAS',
    begin: (redis) => redis.config('SET', 'min-replicas-to-write', 1),
    end: (redis) => redis.config('SET', 'min-replicas-to-write', 0),
  },
  {
    code: 'READONLY',
    begin: (redis) => redis.replicaof('127.0.0.1', 1),
    end: (redis) => redis.replicaof('NO', 'ONE'),
  },
  {
    code: 'MISCONF',
    // A snapshot can't take the place of a folder.
    args: ['--appendonly', 'yes', '--dbfilename', 'appendonlydir'],
    async begin(redis) {
      await redis.config('SET', 'save', '3600 1');
      await eventually(async () => {
        await redis.bgsave().catch(() => {});
        expect(await redis.info('persistence')).toContain('rdb_last_bgsave_status:err');
      });
    },
    end: (redis) => redis.config('SET', 'save', ''),
  },
  {
    code: 'NOAUTH',
    async begin(redis) {
      await redis.config('SET', 'requirepass', 'changed');
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
    end: (redis) => redis.config('SET', 'requirepass', ''),
  },
];

describe.each(refusals)('While Redis answers $code', ({ code, args = [], begin, end }) => {
  it('a write fails and says that nothing was stored; afterwards all goes on', async () => {
    const server = await startRedis({ args });
    const { manager, logged } = await startNode(server.url, { redisTimeoutMs: 500 });
    await manager.set('a', { n: 1 });
    const follower = new Follower(manager, 'a');
    await follower.reaches(1);
    const redis = server.client();
    await begin(redis, server);
    // A call on a connection that is just being cut may have been executed, for all we know.
    if (code === 'NOAUTH') await eventually(() => expect(logged.join()).toContain('Redis is out of reach'));
    await expect(manager.update('a', { n: 2 }, { requestId: 'r' })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      applied: 'NO',
    });
    expect(logged.join('\n')).toMatch(
      code === 'NOAUTH' ? /Redis is out of reach/ : new RegExp(`ReplyError \\(${code}\\)`),
    );
    await end(redis);
    await eventually(() => manager.update('a', { n: 2 }, { requestId: 'r' }));
    expect(await manager.get('a')).toMatchObject({ version: 2, context: { n: 2 } });
    await follower.isCurrent();
  });
});

it('while Redis loads, calls wait for it', async () => {
  const server = await startRedis({ args: ['--appendonly', 'yes', '--key-load-delay', '100'] });
  const { manager } = await startNode(server.url, { redisTimeoutMs: 20_000 });
  for (let n = 0; n < 40; n += 1) await manager.set(`context ${n}`, { n });
  await server.kill();
  const restarted = server.restart();
  const context = await manager.get('context 7');
  expect(context?.context).toEqual({ n: 7 });
  await manager.update('context 7', { n: 8 });
  await restarted;
});

it.each(['pexpire', 'zadd', 'publish', 'ltrim'])(
  'a user who may not %s is never told that a write was stored which was not',
  async (command) => {
    const server = await startRedis();
    const { manager } = await startNode(server.url, { redisTimeoutMs: 500 });
    await server.client().call('ACL', 'SETUSER', 'default', `-${command}`);
    for (const [id, requestId] of [
      ['a', 'r'],
      ['b', undefined],
    ] as const) {
      const told = await manager.set(id, { n: 1 }, { requestId }).then(
        ({ context }) => context.version,
        ({ applied }) => applied,
      );
      if (told === 1) expect(await manager.get(id)).toMatchObject({ version: 1, context: { n: 1 } });
      else expect(told).toBe('UNKNOWN');
    }
  },
);

describe('A value in our namespace that is not ours', () => {
  const layout = new RedisLayout('arpeggio');
  const partition = layout.partitionOf('a');
  const keys = {
    context: layout.context('a'),
    log: layout.log('a'),
    receipts: layout.receipts('a'),
    'receipt queue': layout.receiptQueue('a'),
    'index of ids': layout.ids(partition),
    'index of idle contexts': layout.idle(partition),
    'index of aged deltas': layout.aged(partition),
  };

  it.each(Object.entries(keys))('in place of the %s: the write is refused whole, and others go on', async (_, key) => {
    const server = await startRedis();
    const { manager } = await startNode(server.url);
    const redis = server.client();
    await manager.set('a', { n: 1 });
    await redis.del(key);
    await redis.set(key, 'not ours');
    const before = await dump(redis);
    await expect(manager.set('a', { n: 2 }, { requestId: 'r' })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      applied: 'NO',
    });
    await expect(manager.delete('a', { requestId: 's' })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await dump(redis)).toEqual(before);
    const other = Array.from({ length: 1000 }, (_item, n) => `b${n}`).find(
      (id) => layout.partitionOf(id) !== partition,
    );
    await manager.set(String(other), { n: 1 });
    await redis.del(key);
    // What stood there is gone for good; but nothing else is in the way any more.
    await manager.set('a', { n: 3 });
    expect((await manager.get('a'))?.context).toEqual({ n: 3 });
  });
});

/** Everything there is, byte by byte. */
async function dump(redis: Redis): Promise<ReadonlyMap<string, string | undefined>> {
  const names = (await redis.keys('*')).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, (await redis.dumpBuffer(name))?.toString('hex')] as const)),
  );
}
