import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServer } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import { eventually } from '../helpers/eventually.ts';
import { MainProcess } from '../helpers/main-process.ts';
import { reply, type Script, startFakeRedis } from '../helpers/redis/fake-redis.ts';
import { freePort, startRedis } from '../helpers/redis/server.ts';

/** What a server that is to run on this URL says when it can't, and what it logs when it can. */
async function start(redisUrl: string): Promise<{ readonly failure: string | null; readonly logged: string }> {
  const logged: string[] = [];
  const say = (message: string) => logged.push(message);
  const server = createServer({ port: 0, redisUrl, redisTimeoutMs: 1000, log: { info: say, error: say } });
  onTestFinished(() => server.close());
  const failure = await server.listen().then(
    () => null,
    (error: Error) => error.message,
  );
  return { failure, logged: logged.join('\n') };
}

const sane = { redis_version: '7.0.15', redis_mode: 'standalone', role: 'master', maxmemory_policy: 'noeviction' };

function infoOf(fields: Partial<typeof sane>): Script {
  const lines = Object.entries({ ...sane, ...fields }).map(([name, value]) => `${name}:${value}\r\n`);
  return (command) => (command === 'INFO' ? reply.text(lines.join('')) : reply.ok);
}

describe('A server that is to run on Redis', () => {
  it('starts on one that can keep what is promised', async () => {
    expect(await start((await startRedis()).url)).toEqual({ failure: null, logged: '' });
    expect(await start((await startFakeRedis(infoOf({}))).url)).toEqual({ failure: null, logged: '' });
    expect((await start((await startFakeRedis(infoOf({ redis_version: '6.2.0' }))).url)).failure).toBeNull();
  });

  it.each([
    [{ redis_version: '6.0.16' }, /is of version 6\.0\.16; it takes 6\.2 or later/],
    [{ redis_version: '5.0.3' }, /is of version 5\.0\.3/],
    [{ maxmemory_policy: 'allkeys-lru' }, /may evict parts of contexts .*allkeys-lru.* noeviction/],
    [{ redis_mode: 'cluster' }, /is a node of a Cluster: use redis\+cluster:/],
    [{ redis_mode: 'sentinel' }, /is a Sentinel: use redis\+sentinel:/],
    [{ role: 'slave' }, /is a replica/],
  ])('refuses one with %o, and says what to change', async (fields, message) => {
    const { failure } = await start((await startFakeRedis(infoOf(fields))).url);
    expect(failure).toMatch(message);
  });

  it('refuses a real one that evicts any key, and warns of one that evicts what expires', async () => {
    const redis = await startRedis({ args: ['--maxmemory-policy', 'allkeys-random'] });
    expect((await start(redis.url)).failure).toMatch(
      /^Redis at redis:\/\/127\.0\.0\.1:\d+ may evict parts of contexts/,
    );
    await redis.client().config('SET', 'maxmemory-policy', 'volatile-ttl');
    const { failure, logged } = await start(redis.url);
    expect(failure).toBeNull();
    expect(logged).toMatch(/may evict request ids and tombstones .*volatile-ttl/);
  });

  it('says so where it may not ask for the version, and starts', async () => {
    const script: Script = (command) => (command === 'INFO' ? reply.error('NOPERM no permissions') : reply.ok);
    const { failure, logged } = await start((await startFakeRedis(script)).url);
    expect(failure).toBeNull();
    expect(logged).toMatch(/does not let its user run INFO/);
  });

  it('is refused by a password that is wrong or missing, and never shows one', async () => {
    const { port } = await startRedis({ password: 'right' });
    expect((await start(`redis://:wrong@127.0.0.1:${port}`)).failure).toBe(
      `Redis at redis://127.0.0.1:${port} refuses the user or the password that its URL gives.`,
    );
    expect((await start(`redis://127.0.0.1:${port}`)).failure).toMatch(/asks for a password/);
    expect((await start(`redis://:right@127.0.0.1:${port}`)).failure).toBeNull();
  });

  it('does all it does with the few rights that the README gives its user', async () => {
    const redis = await startRedis();
    const [, rights = ''] = /`(~arpeggio[^`]*)`/.exec(readFileSync('README.md', 'utf8')) ?? [];
    await redis.client().call('ACL', 'SETUSER', 'limited', 'on', '>secret', ...rights.split(' '));
    const server = createServer({
      port: 0,
      redisUrl: `redis://limited:secret@127.0.0.1:${redis.port}`,
      log: silentLog,
    });
    onTestFinished(() => server.close());
    await server.listen();
    const { manager, cleanup } = server;
    const watch = manager.watch('a', { version: 0 });
    const told = watch.next();
    const first = await manager.set('a', { n: 1 }, { requestId: 'r' });
    expect((await told).value).toMatchObject({ kind: 'full', version: 1 });
    const next = watch.next();
    await manager.update('a', { n: 2 });
    expect((await next).value).toMatchObject({ kind: 'delta', version: 2 });
    expect((await manager.set('a', { n: 1 }, { requestId: 'r' })).delta).toEqual(first.delta);
    expect((await manager.list()).contexts).toHaveLength(1);
    await cleanup.pass();
    await cleanup.start();
    await manager.delete('a');
    await watch.return?.();
  });

  it('says that nobody is there, in time', async () => {
    const port = await freePort();
    for (const url of [
      `redis://127.0.0.1:${port}`,
      `redis+sentinel://127.0.0.1:${port}/main`,
      `redis+cluster://127.0.0.1:${port}`,
    ]) {
      expect((await start(url)).failure).toMatch(/can't be reached: .*(ECONNREFUSED|closed|unreachable)/);
    }
    expect((await start((await startFakeRedis(() => null)).url)).failure).toMatch(/can't be reached/);
  });

  it('refuses a user who may not publish: every write would be stored, and nobody told', async () => {
    const redis = await startRedis();
    await redis.client().call('ACL', 'SETUSER', 'mute', 'on', '>secret', '~arpeggio:*', '+@all');
    const { failure } = await start(`redis://mute:secret@127.0.0.1:${redis.port}`);
    expect(failure).toMatch(/does not let its user publish on its channels: grant &arpeggio:\*/);
  });

  it('says that a Sentinel refuses the password, at once', async () => {
    const fake = await startFakeRedis(() =>
      reply.error('WRONGPASS invalid username-password pair or user is disabled.'),
    );
    const { failure } = await start(`redis+sentinel://127.0.0.1:${fake.port}/main?sentinelPassword=wrong+1`);
    expect(failure).toMatch(/^The sentinels of .* refuse sentinelUsername or sentinelPassword\.$/);
  });

  it('waits for one that comes a moment later', async () => {
    const redis = await startRedis();
    await redis.kill();
    const server = createServer({ port: 0, redisUrl: redis.url });
    onTestFinished(() => server.close());
    const listening = server.listen();
    await redis.restart();
    await listening;
  });

  it('takes no store or feed besides', () => {
    const both = { redisUrl: 'redis://127.0.0.1', feed: { listen: async () => () => {}, close: async () => {} } };
    expect(() => createServer(both)).toThrow(/takes the place of store and feed/);
  });
});

describe('The process on Redis', () => {
  it('names the Redis without its password, and is not ready while it is away, but alive', async () => {
    const redis = await startRedis({ password: 'secret' });
    const main = new MainProcess([], { PORT: '0', REDIS_URL: redis.url });
    const http = await main.says(/GraphQL over HTTP and SSE\s+(\S+)\/graphql/);
    expect(await main.says(/Store\s+(\S+)/)).toBe(`redis://127.0.0.1:${redis.port}`);
    expect(main.stdout).toMatch(/Archive\s+off/);
    const status = async (path: string): Promise<number> => (await fetch(`${http}${path}`)).status;
    expect([await status('/health'), await status('/ready')]).toEqual([200, 200]);
    await redis.kill();
    await eventually(async () => expect(await status('/ready')).toBe(503));
    expect(await status('/health')).toBe(200);
    await redis.restart();
    await eventually(async () => expect(await status('/ready')).toBe(200));
    main.signal('SIGTERM');
    expect(await main.exit).toBe(0);
    expect(main.stdout + main.stderr).not.toContain('secret');
    expect(main.stderr).toMatch(/^\[[\d:]+\] ERROR: Redis is out of reach[^\n]*\n$/);
  });

  it('ends with one line where Redis can not be used', async () => {
    const main = new MainProcess([], { REDIS_URL: (await startFakeRedis(infoOf({ redis_version: '6.0.16' }))).url });
    expect(await main.exit).toBe(1);
    expect(main.stderr).toMatch(/^arpeggio: Redis at redis:\S+ is of version 6\.0\.16; it takes 6\.2 or later\.\n$/);
    expect(main.stdout).toBe('');
  });
});
