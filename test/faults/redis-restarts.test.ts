import { describe, expect, it } from 'vitest';
import { ArpeggioError } from '../../src/errors.ts';
import { eventually } from '../helpers/eventually.ts';
import { startRedis } from '../helpers/redis/server.ts';
import { Follower } from './follower.ts';
import { startNode } from './node.ts';
import { keepWriting } from './writers.ts';

const durable = { args: ['--appendonly', 'yes', '--appendfsync', 'always'] };

describe('Redis', () => {
  it('is killed and restarted in the middle of writes: every acknowledged write is there, each once', async () => {
    const redis = await startRedis(durable);
    const nodes = await Promise.all([startNode(redis.url), startNode(redis.url)]);
    await nodes[0].manager.set('a', {});
    const followers = nodes.map(({ manager }) => new Follower(manager, 'a'));
    const writing = nodes.map(({ manager }, n) => keepWriting(manager, 'a', `node ${n}`));
    for (let kills = 0; kills < 3; kills += 1) {
      const before = writing.map(({ acknowledged }) => acknowledged.length);
      await eventually(() => {
        for (const [n, { acknowledged }] of writing.entries())
          expect(acknowledged.length).toBeGreaterThan(before[n]! + 20);
      });
      await redis.kill();
      await redis.restart();
    }
    const written = await Promise.all(writing.map((writer) => writer.stop()));
    const head = await nodes[0].manager.get('a');
    const acknowledged = written.flatMap((writer) => writer.acknowledged);
    for (const { key } of acknowledged) expect(head?.context).toHaveProperty([key]);
    expect(new Set(acknowledged.map(({ version }) => version)).size).toBe(acknowledged.length);
    // What is there besides was said to be unknown, and each key made exactly one version.
    const unknown = new Set(written.flatMap((writer) => writer.unknown));
    const others = Object.keys(head?.context ?? {}).filter((key) => !acknowledged.some((write) => write.key === key));
    expect(others.filter((key) => !unknown.has(key))).toEqual([]);
    expect(head?.version).toBe(1 + Object.keys(head?.context ?? {}).length);
    for (const follower of followers) await follower.isCurrent();
  });

  it('is restarted and has kept nothing: subscribers are told that it is lost, and of the next life', async () => {
    const redis = await startRedis();
    const { manager } = await startNode(redis.url, { heartbeatMs: 200 });
    await manager.set('a', { n: 1 });
    const follower = new Follower(manager, 'a');
    await follower.reaches(1);
    await redis.restart();
    await eventually(() => expect(follower.events.at(-1)).toMatchObject({ kind: 'deleted', reason: 'LOST' }));
    await eventually(() => manager.set('a', { n: 2 }));
    await eventually(() =>
      expect(follower.events.at(-1)).toMatchObject({ kind: 'full', reason: 'NEW_LIFE', version: 1 }),
    );
    await follower.isCurrent();
  });

  it('stands still for a while: what was asked meanwhile counts once, and nobody misses anything', async () => {
    const redis = await startRedis();
    const { manager } = await startNode(redis.url, { redisTimeoutMs: 1000 });
    await manager.set('a', { n: 0 });
    const follower = new Follower(manager, 'a');
    await follower.reaches(1);
    // With the state at hand the commit is what is sent first.
    const open = await manager.open('a');
    redis.pause();
    const requests = ['r1', 'r2', 'r3'].map((requestId) => ({ requestId }));
    const write = (options: { requestId: string }) => open.update({ [options.requestId]: true }, options);
    const failures = await Promise.allSettled(requests.map(write));
    for (const failure of failures) {
      expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE', applied: 'UNKNOWN' } });
    }
    redis.resume();
    const settled = await eventually(() => Promise.all(requests.map(write)));
    expect(settled.map(({ context }) => context.context)).toContainEqual({ n: 0, r1: true, r2: true, r3: true });
    expect((await manager.get('a'))?.version).toBe(4);
    await follower.isCurrent();
  });

  it('forgets its scripts, and is given them again', async () => {
    const redis = await startRedis();
    const { manager } = await startNode(redis.url);
    await manager.set('a', { n: 1 });
    const client = redis.client();
    for (const call of [
      () => manager.update('a', { n: 2 }, { requestId: 'r' }),
      () => manager.sync('a', { version: 1 }),
      () => manager.update('a', { n: 2 }, { requestId: 'r' }),
    ]) {
      await client.script('FLUSH');
      await call();
    }
    expect((await manager.get('a'))?.version).toBe(2);
  });

  it('is emptied under live subscriptions: they are told, and go on', async () => {
    const redis = await startRedis();
    const { manager } = await startNode(redis.url, { heartbeatMs: 100 });
    for (const id of ['a', 'b']) await manager.set(id, { id });
    const followers = ['a', 'b'].map((id) => new Follower(manager, id));
    for (const follower of followers) await follower.reaches(1);
    await redis.client().flushall();
    await expect(manager.update('a', { n: 1 })).rejects.toThrow(ArpeggioError);
    await manager.set('b', { anew: true });
    await eventually(() => expect(followers[0]?.events.at(-1)).toMatchObject({ kind: 'deleted', reason: 'LOST' }));
    await eventually(() => expect(followers[1]?.copy?.context).toEqual({ anew: true }));
    for (const follower of followers) await follower.isCurrent();
  });
});
