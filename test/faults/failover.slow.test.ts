import { describe, expect, it } from 'vitest';
import { RedisLayout } from '../../src/store/redis-layout.ts';
import { eventually } from '../helpers/eventually.ts';
import { startCluster } from '../helpers/redis/cluster.ts';
import { startSentinels } from '../helpers/redis/sentinels.ts';
import { Follower } from './follower.ts';
import { NEVER_MS, startNode } from './node.ts';
import { keepWriting } from './writers.ts';

const layout = new RedisLayout('arpeggio');

describe('Sentinel fails over', () => {
  it('to a replica that had lagged behind: version 10 was acknowledged, the next is 3, and no client diverges', async () => {
    const sentinels = await startSentinels();
    const [master, replica] = sentinels.servers;
    const nodes = [await startNode(sentinels.url), await startNode(sentinels.url, { heartbeatMs: 500 })];
    const [a, b] = nodes.map(({ manager }) => manager);
    if (!a || !b) throw new Error('There are two nodes.');
    await a.set('a', { n: 1 });
    const second = (await a.set('a', { n: 2 })).context;
    const copy = replica.client();
    await eventually(async () => expect(await copy.hget(layout.context('a'), 'version')).toBe('2'));
    await sentinels.lag();
    for (let n = 3; n <= 9; n += 1) await a.set('a', { n });
    const tenth = (await a.set('a', { n: 10 })).context;
    expect(tenth.version).toBe(10);
    const followers = nodes.map(({ manager }) => new Follower(manager, 'a', { mayStepBack: true }));
    for (const follower of followers) await follower.reaches(10);

    await master.kill();
    await sentinels.haveElected(replica);
    const third = await eventually(() => b.set('a', { other: 3 }));
    expect(third.context.version).toBe(3);
    for (const follower of followers) await follower.isCurrent();
    // Whoever had been told of the tenth gets no delta and no "no change" from it, now or when there is another tenth.
    for (let n = 4; n <= 12; n += 1) {
      expect(await a.sync('a', { cursor: tenth.cursor })).toMatchObject({ kind: 'full' });
      await (n % 2 === 0 ? a : b).update('a', { [`key ${n}`]: n });
    }
    expect(await a.sync('a', { cursor: second.cursor })).toMatchObject({ kind: 'delta', fromVersion: 2 });
    for (const follower of followers) {
      await follower.isCurrent();
      expect(follower.copy).toMatchObject({ version: 12 });
    }

    // The old master comes back, and follows.
    await master.restart();
    await eventually(async () => expect(await master.client().info('replication')).toContain('role:slave'));
    await a.update('a', { last: true });
    for (const follower of followers) await follower.isCurrent();
  }, 60_000);

  it('while writers and subscribers are at work: they go on at the new master', async () => {
    const sentinels = await startSentinels();
    const [master, replica] = sentinels.servers;
    const nodes = await Promise.all([startNode(sentinels.url), startNode(sentinels.url)]);
    await nodes[0].manager.set('a', {});
    const followers = nodes.map(({ manager }) => new Follower(manager, 'a', { mayStepBack: true }));
    const writing = nodes.map(({ manager }, n) => keepWriting(manager, 'a', `node ${n}`));
    await followers[0]?.reaches(20);
    // Paused, not killed: it still believes to be the master when it wakes up.
    master.pause();
    await sentinels.haveElected(replica);
    const before = writing.map(({ acknowledged }) => acknowledged.length);
    await eventually(() => {
      for (const [n, { acknowledged }] of writing.entries())
        expect(acknowledged.length).toBeGreaterThan(before[n]! + 20);
    });
    master.resume();
    await eventually(async () => expect(await master.client().info('replication')).toContain('role:slave'));
    for (const writer of writing) await writer.stop();
    for (const follower of followers) await follower.isCurrent();
  }, 60_000);
});

describe('A Cluster', () => {
  it('takes writes on every master, and tells of them, over one subscriber connection each', async () => {
    const cluster = await startCluster();
    const nodes = await Promise.all([0, 1].map(() => startNode(cluster.url, { heartbeatMs: NEVER_MS })));
    const ids = Array.from({ length: 30 }, (_, n) => `context ${n}`);
    const followers = ids.map((id, n) => new Follower(nodes[n % 2]!.manager, id));
    await Promise.all(ids.map((id, n) => nodes[(n + 1) % 2]!.manager.set(id, { n })));
    await Promise.all(ids.map((id, n) => nodes[(n + 1) % 2]!.manager.update(id, { more: true })));
    for (const follower of followers) {
      await follower.reaches(2);
      await follower.isCurrent();
    }
    const owners = new Set(await Promise.all(ids.map((id) => cluster.ownerOf(layout.context(id)))));
    expect(owners.size).toBe(3);
    for (const master of cluster.masters) {
      const listed = String(await master.client().call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
      expect(listed.match(/ssub=[1-9]/g)).toHaveLength(2);
    }
    const page = await nodes[0]!.manager.list({ prefix: 'context ', first: 20 });
    expect(page.contexts.map(({ contextId }) => contextId)).toEqual([...ids].sort().slice(0, 20));
  }, 60_000);

  it('moves a slot under live subscriptions and writes: no gap, no double, nothing lost', async () => {
    const cluster = await startCluster();
    const nodes = await Promise.all([0, 1].map(() => startNode(cluster.url, { heartbeatMs: NEVER_MS })));
    await nodes[0]?.manager.set('a', {});
    const followers = nodes.map(({ manager }) => new Follower(manager, 'a'));
    const writing = nodes.map(({ manager }, n) => keepWriting(manager, 'a', `node ${n}`));
    for (let moves = 0; moves < 3; moves += 1) {
      const before = followers[0]?.copy?.version ?? 0;
      await followers[0]?.reaches(before + 30);
      const owner = await cluster.ownerOf(layout.context('a'));
      const next = cluster.masters.find((master) => master !== owner);
      if (!next) throw new Error('There are three masters.');
      await cluster.move(layout.context('a'), next);
    }
    const written = await Promise.all(writing.map((writer) => writer.stop()));
    for (const follower of followers) await follower.isCurrent();
    const head = await nodes[0]?.manager.get('a');
    for (const { acknowledged } of written) {
      for (const { key } of acknowledged) expect(head?.context).toHaveProperty([key]);
    }
    expect(head?.version).toBe(1 + Object.keys(head?.context ?? {}).length);
    // Without a heartbeat it is pub/sub that tells, at the slot's new place too.
    const { context } = await nodes[0]!.manager.update('a', { last: true });
    for (const follower of followers) await follower.reaches(context.version);
  }, 60_000);

  it('loses a master: its replica takes over, and everybody goes on there', async () => {
    const cluster = await startCluster({ replicas: true });
    const nodes = await Promise.all([0, 1].map(() => startNode(cluster.url, { heartbeatMs: 500 })));
    await nodes[0]?.manager.set('a', {});
    const followers = nodes.map(({ manager }) => new Follower(manager, 'a', { mayStepBack: true }));
    const writing = nodes.map(({ manager }, n) => keepWriting(manager, 'a', `node ${n}`));
    await followers[0]?.reaches(20);
    const owner = await cluster.ownerOf(layout.context('a'));
    await owner.kill();
    const before = writing.map(({ acknowledged }) => acknowledged.length);
    await eventually(() => {
      for (const [n, { acknowledged }] of writing.entries())
        expect(acknowledged.length).toBeGreaterThan(before[n]! + 20);
    });
    expect(await cluster.ownerOf(layout.context('a'))).not.toBe(owner);
    for (const writer of writing) await writer.stop();
    for (const follower of followers) await follower.isCurrent();
  }, 60_000);
});
