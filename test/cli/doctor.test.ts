import { describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { MainProcess } from '../helpers/main-process.ts';
import { reply, startFakeRedis } from '../helpers/redis/fake-redis.ts';
import { freePort, startRedis } from '../helpers/redis/server.ts';

interface Report {
  readonly code: number | null;
  readonly text: string;
  /** By the name of the check. */
  readonly checks: ReadonlyMap<string, { readonly status: string; readonly found: string; readonly advice?: string }>;
}

async function reportOf(env: { readonly [name: string]: string } = {}, args: readonly string[] = []): Promise<Report> {
  const main = new MainProcess(['doctor', '--json', ...args], env);
  const code = await main.exit;
  const findings = main.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return {
    code,
    text: main.stdout + main.stderr,
    checks: new Map(findings.map((finding) => [finding.check, finding])),
  };
}

const statuses = ({ checks }: Report) => Object.fromEntries([...checks].map(([check, { status }]) => [check, status]));

describe('arpeggio doctor', () => {
  it('finds nothing wrong with a server that is on its own, but that its contexts are in memory', async () => {
    const report = await reportOf();
    expect(statuses(report)).toEqual({ configuration: 'ok', Node: 'ok', access: 'ok', pages: 'ok', store: 'warn' });
    expect(report.code).toBe(0);
  });

  it('finds nothing wrong with a server in production on a Redis that keeps what it is given', async () => {
    const redis = await startRedis({ args: ['--appendonly', 'yes'], password: 'hunter2' });
    const access = JSON.stringify({ anonymous: { read: ['*'] } });
    const env = { NODE_ENV: 'production', HOST: '0.0.0.0', ARPEGGIO_ACCESS: access, REDIS_URL: redis.url };
    const report = await reportOf(env);
    expect(new Set(Object.values(statuses(report))), report.text).toEqual(new Set(['ok']));
    expect([...report.checks.keys()].slice(5)).toEqual([
      'Redis',
      'persistence',
      'memory',
      'replicas',
      'scripts and keys',
      'notifications',
      'latency',
      'clocks',
    ]);
    expect(report.checks.get('Redis')?.found).toMatch(/version \d+\./);
    expect(report.code).toBe(0);
    expect(report.text).not.toContain('hunter2');
    // What it has written is where no server looks, and expires.
    expect(await redis.client().keys('arpeggio:v*')).toEqual([]);
    await eventually(async () => expect(await redis.client().dbsize()).toBe(0));
  });

  it('says what the server would be refused for, and what is risky', async () => {
    const redis = await startRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'volatile-ttl'] });
    const report = await reportOf({ HOST: '0.0.0.0', REDIS_URL: redis.url });
    expect(statuses(report)).toMatchObject({ access: 'fail', pages: 'warn', settings: 'warn', persistence: 'warn' });
    expect(report.checks.get('settings')?.advice).toMatch(/volatile-ttl.*noeviction/);
    expect(report.checks.get('memory')?.found).toMatch(/^\d+ MiB of 100$/);
    expect(report.code).toBe(1);
    const insecure = await reportOf({ HOST: '0.0.0.0' }, [
      '--insecure',
      '--no-graphiql',
      '--no-dashboard',
      '--no-introspection',
    ]);
    expect(statuses(insecure)).toMatchObject({ access: 'warn', pages: 'ok' });
    expect(insecure.code).toBe(0);
  });

  it.each([
    ['of which nobody answers', async () => `redis://:hunter2@127.0.0.1:${await freePort()}`, /can't be reached/],
    [
      'that evicts anything',
      async () => (await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] })).url,
      /noeviction/,
    ],
    [
      'that is too old',
      async () =>
        (await startFakeRedis((command) => (command === 'INFO' ? reply.text('redis_version:5.0.3\r\n') : reply.ok)))
          .url,
      /6\.2 or later/,
    ],
  ])('says what is wrong with a Redis %s', async (_what, url, advice) => {
    const report = await reportOf({ REDIS_URL: await url(), ARPEGGIO_REDIS_TIMEOUT_MS: '1000' });
    expect(report.checks.get('Redis')).toMatchObject({ status: 'fail', advice: expect.stringMatching(advice) });
    expect(report.code).toBe(1);
    expect(report.text).not.toContain('hunter2');
  });

  it('says which rights are missing', async () => {
    const redis = await startRedis();
    await redis.client().call('ACL', 'SETUSER', 'blind', 'on', '>hunter2', '~other:*', '&arpeggio:*', '+@all');
    const blind = await reportOf({ REDIS_URL: `redis://blind:hunter2@127.0.0.1:${redis.port}` });
    expect(statuses(blind)).toMatchObject({ 'scripts and keys': 'fail', notifications: 'ok' });
    expect(blind.code).toBe(1);
    await redis
      .client()
      .call('ACL', 'SETUSER', 'reader', 'on', '>hunter2', '~arpeggio:*', '&arpeggio:*', '+@all', '-@write');
    const reader = await reportOf({ REDIS_URL: `redis://reader:hunter2@127.0.0.1:${redis.port}` });
    expect(reader.checks.get('scripts and keys')).toMatchObject({
      status: 'fail',
      found: expect.stringMatching(/^no context could be written: /),
    });
    expect(reader.code).toBe(1);
  });

  it('says that a configuration is refused, and why, as the server would', async () => {
    const report = await reportOf({ ARPEGGIO_ACCESS: '{"jwt":{"secret":"short"}}' });
    expect(report.checks.get('configuration')).toMatchObject({
      status: 'fail',
      advice: expect.stringContaining('32 bytes'),
    });
    expect(report.code).toBe(1);
    const unread = await reportOf({ PORT: 'x' });
    expect([unread.code, unread.text]).toEqual([2, 'arpeggio: PORT is "x"; it takes an integer from 0 to 65535.\n']);
  });

  it('tells it to people, and how it is used', async () => {
    const main = new MainProcess(['doctor']);
    expect(await main.exit).toBe(0);
    expect(main.stdout).toMatch(/^ok {4}configuration {5}can be started with\n/);
    expect(main.stdout).toMatch(/\nwarn {2}store +memory\n +Contexts are gone/);
    const help = new MainProcess(['doctor', '--help']);
    expect(await help.exit).toBe(0);
    expect(help.stdout).toContain('Usage: arpeggio doctor [--json]');
    expect(help.stdout).toContain('--redis-prefix');
  });
});
