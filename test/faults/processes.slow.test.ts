import { describe, expect, it } from 'vitest';
import { Api } from '../helpers/api.ts';
import { eventually } from '../helpers/eventually.ts';
import { MainProcess } from '../helpers/main-process.ts';
import { setContext, updateContext } from '../helpers/operations.ts';
import { startRedis } from '../helpers/redis/server.ts';
import { httpClient } from '../helpers/transports.ts';
import { Follower } from './follower.ts';
import { NEVER_MS, startNode } from './node.ts';

interface RunningProcess {
  readonly main: MainProcess;
  readonly http: string;
  readonly api: Api;
}

async function startProcess(redisUrl: string): Promise<RunningProcess> {
  const main = new MainProcess([], { PORT: '0', REDIS_URL: redisUrl });
  const http = await main.says(/GraphQL over HTTP and SSE\s+(\S+)/);
  return { main, http, api: new Api(httpClient(http)) };
}

describe('Several processes on one Redis', () => {
  it('two of them take 1,000 concurrent updates of one context and keep 1,000', async () => {
    const redis = await startRedis();
    const processes = await Promise.all([startProcess(redis.url), startProcess(redis.url)]);
    await processes[0].api.set('a', {});
    const updates = Array.from({ length: 1000 }, (_, n) => processes[n % 2]!.api.update('a', { [`key ${n}`]: n }));
    const versions = (await Promise.all(updates)).map(({ context }) => context.version);
    expect(new Set(versions).size).toBe(1000);
    for (const { api } of processes) {
      const context = await api.read('a');
      expect(context?.version).toBe(1001);
      expect(Object.keys(context?.context ?? {})).toHaveLength(1000);
    }
    for (const { main } of processes) expect(main.stderr).toBe('');
  });

  it('one is killed in the middle of writes, again and again: no torn commit, no acknowledged write lost', async () => {
    const redis = await startRedis();
    const watcher = await startNode(redis.url, { heartbeatMs: NEVER_MS });
    await watcher.manager.set('a', {});
    const follower = new Follower(watcher.manager, 'a');
    const acknowledged: string[] = [];
    for (let kills = 0; kills < 4; kills += 1) {
      const { main, api } = await startProcess(redis.url);
      const before = acknowledged.length;
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let n = 0; ; n += 1) {
          const key = `${kills}.${writer}.${n}`;
          await api.update('a', { [key]: true });
          acknowledged.push(key);
        }
      });
      const ended = Promise.allSettled(writers);
      await eventually(() => expect(acknowledged.length).toBeGreaterThan(before + 50));
      main.signal('SIGKILL');
      await ended;
    }
    const head = await watcher.manager.get('a');
    for (const key of acknowledged) expect(head?.context).toHaveProperty([key]);
    expect(head?.version).toBe(1 + Object.keys(head?.context ?? {}).length);
    await follower.isCurrent();
    // Whatever was written has its delta: the window leads to the present from wherever it begins.
    const version = (head?.version ?? 0) - 90;
    expect(await watcher.manager.sync('a', { version })).toMatchObject({ kind: 'delta', fromVersion: version });
    expect(await redis.client().zcard('arpeggio:v2:{135}:ids')).toBe(1);
  }, 60_000);

  it('a request that one of them took to its grave is settled by another, by its request id', async () => {
    const redis = await startRedis();
    const [dying, living] = await Promise.all([startProcess(redis.url), startProcess(redis.url)]);
    await living.api.set('a', { n: 0 });
    const requests = Array.from({ length: 200 }, (_, n) => ({
      id: 'a',
      changes: { [`key ${n}`]: n },
      requestId: `r${n}`,
    }));
    const first = requests.map((variables) => dying.api.client.run(updateContext, variables));
    await Promise.race(first);
    dying.main.signal('SIGKILL');
    const answered = (await Promise.allSettled(first)).filter(({ status }) => status === 'fulfilled').length;
    expect(answered).toBeLessThan(requests.length);
    await Promise.all(requests.map((variables) => living.api.client.run(updateContext, variables)));
    expect(await living.api.read('a')).toMatchObject({ version: 201 });
    const other = { id: 'a', context: {}, requestId: 'r0' };
    expect(await living.api.failure(setContext, other)).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
