import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { RedisLayout } from '../../src/store/redis-layout.ts';
import { eventually } from '../helpers/eventually.ts';
import { startRedis } from '../helpers/redis/server.ts';
import { TcpProxy } from '../helpers/redis/tcp-proxy.ts';
import { Follower } from './follower.ts';
import { NEVER_MS, startNode } from './node.ts';
import { swallowReplyToCommit } from './swallow.ts';
import { keepWriting } from './writers.ts';

/** How many scripts that write were run. */
async function commitsAt(redis: Redis): Promise<number> {
  const [, calls = '0'] = /cmdstat_hmget:calls=(\d+)/.exec(await redis.info('commandstats')) ?? [];
  return Number(calls);
}

describe('A reply that is swallowed, and then the connection cut', () => {
  it.each([
    ['a first version', {}, { n: 1 }],
    ['an update', { n: 0 }, { n: 1 }],
  ])('of %s: it is answered as done, and was done once', async (_, before, changes) => {
    const server = await startRedis();
    const proxy = await TcpProxy.start(server.port);
    const { manager } = await startNode(proxy.url);
    const other = await startNode(server.url);
    const isFirst = Object.keys(before).length === 0;
    // So that Redis knows the scripts: one answer is swallowed, not two.
    await manager.set('warm', {});
    if (!isFirst) await manager.set('a', before);
    const version = isFirst ? 1 : 2;
    const swallowed = swallowReplyToCommit(proxy);
    const writing = manager.set('a', changes);
    await swallowed;
    await eventually(async () => expect((await other.manager.get('a'))?.version).toBe(version));
    // Somebody else goes on from there meanwhile.
    await other.manager.update('a', { more: true });
    proxy.heal();
    proxy.cut();
    const { context, delta } = await writing;
    expect(context).toMatchObject({ version, context: changes });
    expect(delta).toMatchObject({ fromVersion: version - 1, version });
    expect(await manager.get('a')).toMatchObject({ version: version + 1, context: { ...changes, more: true } });
  });

  it('of a deletion, of a write with a request id, and of one that changes nothing', async () => {
    const server = await startRedis();
    const proxy = await TcpProxy.start(server.port);
    const { manager } = await startNode(proxy.url);
    await manager.set('a', { n: 0 });
    const redis = server.client();
    let commits = await commitsAt(redis);
    const steps = [
      () => manager.update('a', { n: 1 }, { requestId: 'r' }),
      () => manager.update('a', { n: 1 }, { requestId: 'same' }),
      () => manager.delete('a', { requestId: 's' }),
    ];
    for (const step of steps) {
      const swallowed = swallowReplyToCommit(proxy);
      const answered = step();
      await swallowed;
      commits += 1;
      await eventually(async () => expect(await commitsAt(redis)).toBe(commits));
      proxy.heal();
      proxy.cut();
      await answered;
      commits = await commitsAt(redis);
    }
    const tombstone = await manager.delete('a', { requestId: 's' });
    expect(tombstone).toMatchObject({ kind: 'deleted', version: 2 });
    expect(await manager.get('a')).toBeNull();
  });
});

describe('Pub/sub', () => {
  it('is killed six times during writes: 24 subscribers on two processes end equal, with no gap and no double', async () => {
    const server = await startRedis();
    const nodes = await Promise.all([0, 1].map(() => startNode(server.url, { heartbeatMs: NEVER_MS })));
    const [first] = nodes;
    await first?.manager.set('a', {});
    const followers = Array.from({ length: 24 }, (_, n) => new Follower(nodes[n % 2]!.manager, 'a'));
    for (const follower of followers) await follower.reaches(1);
    const writing = nodes.map(({ manager }, n) => keepWriting(manager, 'a', `node ${n}`));
    const redis = server.client();
    for (let kills = 0; kills < 6; kills += 1) {
      await eventually(async () => {
        expect(await redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub')).toMatch(/(cmd=subscribe[\s\S]*){2}/);
      });
      await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    }
    const written = await Promise.all(writing.map((writer) => writer.stop()));
    const acknowledged = written.flatMap((writer) => writer.acknowledged);
    for (const follower of followers) await follower.isCurrent();
    expect((await first?.manager.get('a'))?.version).toBe(1 + acknowledged.length);
    expect(written.flatMap(({ unknown }) => unknown)).toEqual([]);
  });

  it('is black-holed, and no connection ever ends: the probe finds out and what was missed is told', async () => {
    const server = await startRedis();
    const proxy = await TcpProxy.start(server.port);
    const node = await startNode(proxy.url, { heartbeatMs: NEVER_MS });
    const other = await startNode(server.url);
    await node.manager.set('a', { n: 0 });
    const follower = new Follower(node.manager, 'a');
    await follower.reaches(1);
    await eventually(() => expect(proxy.blackHoleSubscribers()).toBe(1));
    const lostAt = performance.now();
    await other.manager.set('a', { n: 1 });
    await follower.reaches(2);
    // A bound that is promised: told to people who rely on it, and far above what it takes.
    expect(performance.now() - lostAt).toBeLessThan(10_000);
    await other.manager.set('a', { n: 2 });
    await follower.isCurrent();
  });

  it('is black-holed for good: the process is not ready until it hears again', async () => {
    const server = await startRedis();
    const proxy = await TcpProxy.start(server.port);
    const { server: node } = await startNode(proxy.url);
    const status = async (): Promise<number> => (await node.fetch(new Request('http://127.0.0.1/ready'))).status;
    expect(await status()).toBe(200);
    await eventually(async () => {
      proxy.blackHoleSubscribers();
      expect(await status()).toBe(503);
    });
    expect((await node.fetch(new Request('http://127.0.0.1/health'))).status).toBe(200);
    await eventually(async () => expect(await status()).toBe(200));
  });

  it('stays with a server that was left by all others: the probe finds out', async () => {
    const [old, next] = [await startRedis(), await startRedis()];
    const proxy = await TcpProxy.start(old.port);
    const node = await startNode(proxy.url, { heartbeatMs: NEVER_MS });
    await node.manager.set('a', { n: 0 });
    const follower = new Follower(node.manager, 'a', { mayStepBack: true });
    await follower.reaches(1);
    proxy.targetPort = next.port;
    proxy.cutAllButSubscribers();
    await eventually(() => node.manager.set('a', { n: 1 }));
    await follower.isCurrent();
  });

  it('doubles, reorders and forges: nobody is told anything that is not so', async () => {
    const server = await startRedis();
    const { manager } = await startNode(server.url, { heartbeatMs: NEVER_MS });
    await manager.set('a', { n: 0 });
    const follower = new Follower(manager, 'a');
    await follower.reaches(1);
    const redis = server.client();
    const channel = new RedisLayout('arpeggio').channel('a');
    const forged = ['2', '999', '-1', '', 'null', '{"version":3}', '{', 'probe x.1', '\u0000', 'x'.repeat(100_000)];
    for (let n = 1; n <= 20; n += 1) {
      for (const message of forged) expect(await redis.publish(channel, message)).toBe(1);
      await manager.set('a', { n });
    }
    await follower.isCurrent();
    expect(follower.events.filter(({ kind }) => kind === 'full')).toHaveLength(1);
  });
});

describe('A slow or broken network', () => {
  it('delays everything by 30 ms each way: nothing is lost', async () => {
    const server = await startRedis();
    const proxy = await TcpProxy.start(server.port);
    const { manager } = await startNode(proxy.url);
    proxy.requests = 30;
    proxy.replies = 30;
    await manager.set('a', {});
    const follower = new Follower(manager, 'a');
    await Promise.all(Array.from({ length: 100 }, (_, n) => manager.update('a', { [`key ${n}`]: true })));
    await follower.isCurrent();
    expect((await manager.get('a'))?.version).toBe(101);
  });

  it('leads one process on a long way to Redis: it has its turns among others that are nearer', async () => {
    const server = await startRedis();
    const proxy = await TcpProxy.start(server.port);
    const [far, near] = [await startNode(proxy.url), await startNode(server.url)];
    await far.manager.set('a', {});
    proxy.requests = 5;
    proxy.replies = 5;
    const writers = [1, 2].map((n) => keepWriting(near.manager, 'a', `near ${n}`));
    for (let n = 0; n < 20; n += 1) await far.manager.update('a', { far: n });
    for (const writer of writers) expect((await writer.stop()).unknown).toEqual([]);
    expect((await near.manager.get('a'))?.context).toMatchObject({ far: 19 });
  });

  it('is cut again and again during writes: every acknowledged write is there, each once', async () => {
    const server = await startRedis();
    const proxy = await TcpProxy.start(server.port);
    const nodes = [await startNode(proxy.url), await startNode(server.url)];
    await nodes[0]?.manager.set('a', {});
    const followers = nodes.map(({ manager }) => new Follower(manager, 'a'));
    const writing = nodes.map(({ manager }, n) => keepWriting(manager, 'a', `node ${n}`));
    for (let cuts = 0; cuts < 8; cuts += 1) {
      const { acknowledged } = writing[0]!;
      const before = acknowledged.length;
      await eventually(() => expect(acknowledged.length).toBeGreaterThan(before + 2));
      proxy.cut();
    }
    const written = await Promise.all(writing.map((writer) => writer.stop()));
    const head = await nodes[1]?.manager.get('a');
    const versions = written.flatMap(({ acknowledged }) => acknowledged.map(({ version }) => version));
    expect(new Set(versions).size).toBe(versions.length);
    expect(head?.version).toBe(1 + Object.keys(head?.context ?? {}).length);
    for (const { acknowledged } of written) {
      for (const { key } of acknowledged) expect(head?.context).toHaveProperty([key]);
    }
    for (const follower of followers) await follower.isCurrent();
  });

  it('is black-holed: calls fail in time and say what is not known, and all goes on once it is whole again', async () => {
    const server = await startRedis();
    const proxy = await TcpProxy.start(server.port);
    const { manager } = await startNode(proxy.url, { redisTimeoutMs: 1000 });
    await manager.set('a', { n: 0 });
    const follower = new Follower(manager, 'a');
    await follower.reaches(1);
    const open = await manager.open('a');
    proxy.blackHole();
    // Who has the state at hand sends the commit; who has not fails before, by a read.
    await expect(open.update({ n: 1 })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', applied: 'UNKNOWN' });
    open.close();
    await expect(manager.update('a', { n: 1 })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', applied: 'NO' });
    await expect(manager.get('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    proxy.heal();
    await eventually(() => manager.update('a', { n: 2 }));
    await follower.isCurrent();
  });
});
