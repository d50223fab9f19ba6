import { describe, expect, it } from 'vitest';
import type { ContextManager } from '../../src/context/manager.ts';
import { PatchFailedError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';
import { eventually } from '../helpers/eventually.ts';
import { startCluster } from '../helpers/redis/cluster.ts';
import { startRedis } from '../helpers/redis/server.ts';
import { TcpProxy } from '../helpers/redis/tcp-proxy.ts';
import { Follower } from './follower.ts';
import { startNode } from './node.ts';
import { swallowReplyToCommit } from './swallow.ts';
import { keepWriting } from './writers.ts';

const IDS = ['{bank}:a', '{bank}:b', '{bank}:c'] as const;

/** Each write moves one from an account to another, and leaves its key in both; to be handed to who keeps writing. */
function accounts({ get, writeMany }: Pick<ContextManager, 'get' | 'writeMany'>) {
  let moves = 0;
  const move = async (changes: JsonObject): ReturnType<ContextManager['update']> => {
    moves += 1;
    const pair = [IDS[moves % 3], IDS[(moves + 1) % 3]];
    for (;;) {
      const accounts = await Promise.all(pair.map((id) => get(String(id))));
      const writes = accounts.map((account, i) => {
        const balance = Number(account?.context['balance']);
        const keys = Object.entries(changes).map(([key, value]) => ({ op: 'add', path: `/${key}`, value }));
        const patch = [
          { op: 'test', path: '/balance', value: balance },
          { op: 'replace', path: '/balance', value: balance + (i === 0 ? -1 : 1) },
          ...keys,
        ];
        return { verb: 'patch' as const, id: String(pair[i]), patch };
      });
      try {
        const [first] = await writeMany(writes);
        if (first && 'context' in first) return first;
        throw new Error('An update leaves a context.');
      } catch (error) {
        if (!(error instanceof PatchFailedError)) throw error;
      }
    }
  };
  return { update: (_: string, changes: JsonObject) => move(changes) };
}

function bound({ manager }: { readonly manager: ContextManager }) {
  return accounts({ get: (id) => manager.get(id), writeMany: (writes) => manager.writeMany(writes) });
}

/** Of each key how many contexts have it: two, or none, whatever happened. */
async function keysOf(manager: ContextManager): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const id of IDS) {
    for (const key of Object.keys((await manager.get(id))?.context ?? {}))
      if (key !== 'balance') counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

describe('Writes that are one', () => {
  it('are whole or not at all while Redis is killed: what moves between contexts is never lost or doubled', async () => {
    const redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const nodes = await Promise.all([startNode(redis.url), startNode(redis.url)]);
    for (const id of IDS) await nodes[0].manager.set(id, { balance: 100 });
    const followers = IDS.map((id, n) => new Follower(nodes[n % 2]!.manager, id));
    const writing = nodes.flatMap((node, n) => [
      keepWriting(bound(node), '', `first ${n}`),
      keepWriting(bound(node), '', `second ${n}`),
    ]);
    // In their way, to be overtaken by and to overtake.
    const others = IDS.map((id, n) => keepWriting(nodes[n % 2]!.manager, id, 'alone'));
    for (let kills = 0; kills < 3; kills += 1) {
      const before = writing.map(({ acknowledged }) => acknowledged.length);
      await eventually(() => {
        for (const [n, { acknowledged }] of writing.entries())
          expect(acknowledged.length).toBeGreaterThan(before[n]! + 5);
      });
      await redis.kill();
      await redis.restart();
    }
    const written = await Promise.all(writing.map((writer) => writer.stop()));
    const alone = await Promise.all(others.map((writer) => writer.stop()));
    const counts = await keysOf(nodes[0].manager);
    const unknown = new Set(written.flatMap((writer) => writer.unknown));
    for (const { acknowledged } of written) for (const { key } of acknowledged) expect(counts.get(key), key).toBe(2);
    for (const [key, count] of counts) {
      if (key.startsWith('alone')) continue;
      expect(count, key).toBe(2);
      if (!written.some(({ acknowledged }) => acknowledged.some((write) => write.key === key)))
        expect(unknown).toContain(key);
    }
    const ends = await Promise.all(IDS.map((id) => nodes[1].manager.get(id)));
    expect(ends.reduce((sum, end) => sum + Number(end?.context['balance']), 0)).toBe(300);
    for (const { acknowledged } of alone) expect(acknowledged.length).toBeGreaterThan(0);
    for (const follower of followers) await follower.isCurrent();
  }, 60_000);

  it('of which the answer was swallowed are found to be done, though others have gone on from one of them', async () => {
    const server = await startRedis();
    const proxy = await TcpProxy.start(server.port);
    const { manager } = await startNode(proxy.url);
    const other = await startNode(server.url);
    for (const id of IDS) await manager.set(id, { n: 0 });
    const swallowed = swallowReplyToCommit(proxy);
    const writing = manager.writeMany(IDS.map((id) => ({ verb: 'update', id, changes: { n: 1 } })));
    await swallowed;
    await eventually(async () => expect((await other.manager.get(IDS[1]))?.version).toBe(2));
    await other.manager.update(IDS[0], { more: true });
    proxy.heal();
    proxy.cut();
    expect(await writing).toMatchObject(IDS.map(() => ({ context: { version: 2, context: { n: 1 } } })));
    expect(await manager.get(IDS[0])).toMatchObject({ version: 3, context: { n: 1, more: true } });
    for (const id of IDS.slice(1)) expect(await manager.get(id)).toMatchObject({ version: 2 });
  });

  it('have their turns on a long way to Redis, among others that are nearer', async () => {
    const server = await startRedis();
    const proxy = await TcpProxy.start(server.port);
    const [near, far] = await Promise.all([startNode(server.url), startNode(proxy.url)]);
    for (const id of IDS) await near.manager.set(id, {});
    proxy.replies = 10;
    const writing = IDS.map((id) => keepWriting(near.manager, id, 'near'));
    for (let n = 0; n < 5; n += 1)
      await far.manager.writeMany(IDS.map((id) => ({ verb: 'update', id, changes: { [`far ${n}`]: true } })));
    await Promise.all(writing.map((writer) => writer.stop()));
    for (const id of IDS) expect((await near.manager.get(id))?.context).toHaveProperty(['far 4']);
  });

  it('are told by each master of a Cluster, and stay together where ids are spread', async () => {
    const cluster = await startCluster();
    const [here, there] = await Promise.all([startNode(cluster.url), startNode(cluster.url)]);
    for (const group of ['a', 'b', 'c', 'd', 'e']) {
      const ids = [`{${group}}`, `x{${group}}:1`, `{${group}}:2`];
      const watches = ids.map((id) => there.manager.watch(id, { version: 0 }));
      const written = await here.manager.writeMany(ids.map((id) => ({ verb: 'set', id, context: { group } })));
      expect(written).toHaveLength(3);
      for (const watch of watches) {
        expect((await watch.next()).value).toMatchObject({ version: 1 });
        await watch.return?.();
      }
    }
  });
});
