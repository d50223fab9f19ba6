import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { Clock } from '../../clock.ts';
import { ContextManager } from '../../context/manager.ts';
import { RedisFeed } from '../../feed/redis-feed.ts';
import { RedisLayout } from '../../store/redis-layout.ts';
import { RedisStore } from '../../store/redis-store.ts';
import { type Info, infoOf } from '../redis-check.ts';
import { connectRedis } from '../redis-connection.ts';
import { describeRedis, parseRedisUrl } from '../redis-url.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

export interface RedisToCheck {
  readonly url: string;
  readonly prefix: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** What is left of the context that is written. */
const GONE_SOON = { tombstoneTtlMs: 2000, receiptTtlMs: 2000 };
const PINGS = 50;
/** Past these a write is slow, and time stamps are off, in milliseconds. */
const SLOW_MS = 5;
const OFF_MS = 1000;
/** Of the memory that Redis may have. */
const FULL = 0.8;

/**
 * Looks at a Redis as the server would, and closer. It writes a context where no server looks, under the prefix with `:doctor` after it, and
 * what is left of that expires within seconds.
 */
export async function checkRedisAt({ url, prefix, timeoutMs, clock }: RedisToCheck): Promise<readonly Finding[]> {
  const layout = new RedisLayout(`${prefix}:doctor`);
  const channel = layout.channel('');
  const warnings: string[] = [];
  const log = { info: () => {}, error: (message: string) => warnings.push(message) };
  const where = describeRedis(parseRedisUrl(url));
  const { redis, isCluster, start, close } = connectRedis({ url, timeoutMs, clock, log, channel });
  try {
    await start();
  } catch (error) {
    close();
    return [fail('Redis', where, error instanceof Error ? error.message : String(error))];
  }
  const feed = new RedisFeed({ redis, clock, channelOf: (id) => layout.channel(id) });
  try {
    const infos = await infosOf('nodes' in redis ? redis.nodes('master') : [redis]);
    const store = new RedisStore({ redis, layout, isSharded: isCluster, timeoutMs, clock, ...GONE_SOON });
    return [
      ok('Redis', `${where}, version ${infos[0]?.['redis_version'] ?? 'not told'}`),
      ...warnings.map((message) => warn('settings', 'a risk', message)),
      ...[persistence, memory, replicas].flatMap((check) => worst(infos.map(check))),
      await writing(new ContextManager({ store, feed, clock })),
      await hearing(feed, clock, timeoutMs),
      await latency(redis, clock),
      await time(redis),
    ];
  } finally {
    await feed.close();
    close();
  }
}

/** Of each node that answers, and may. */
async function infosOf(nodes: readonly Redis[]): Promise<readonly Info[]> {
  const answers = await Promise.all(nodes.map(infoOf));
  return answers.filter((answer) => typeof answer !== 'string');
}

/** One finding for all nodes: what is wrong with any. */
function worst(findings: readonly Finding[]): readonly Finding[] {
  return [findings.find(({ status }) => status !== 'ok') ?? findings[0]].filter((finding) => finding !== undefined);
}

function persistence(info: Info): Finding {
  if (info['aof_enabled'] === '1') return ok('persistence', 'appendonly');
  return warn(
    'persistence',
    'no appendonly file',
    'Acknowledged writes since the last snapshot are lost when Redis ends: set appendonly to yes.',
  );
}

function memory(info: Info): Finding {
  const [used, most] = [Number(info['used_memory']), Number(info['maxmemory'])];
  const found = `${Math.round(used / 2 ** 20)} MiB${most > 0 ? ` of ${Math.round(most / 2 ** 20)}` : ''}`;
  if (most === 0 || used < FULL * most) return ok('memory', found);
  return warn(
    'memory',
    found,
    'Past maxmemory every write is refused: raise it, or keep fewer deltas (deltaThreshold).',
  );
}

function replicas(info: Info): Finding {
  const count = Number(info['connected_slaves'] ?? 0);
  if (count === 0) return ok('replicas', 'none');
  if ('min_slaves_good_slaves' in info) return ok('replicas', `${count}, and writes wait for none of them without`);
  return warn(
    'replicas',
    `${count}`,
    'A failover loses what no replica had: set min-replicas-to-write to 1, so that without one writes are refused.',
  );
}

async function writing(manager: ContextManager): Promise<Finding> {
  try {
    const requestId = randomUUID();
    await manager.set('doctor', {}, { requestId });
    await manager.update('doctor', { isWell: true });
    await manager.sync('doctor', { version: 1 });
    await manager.list();
    await manager.delete('doctor');
    return ok('scripts and keys', 'a context was written, read, listed and deleted');
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return fail(
      'scripts and keys',
      `no context could be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Grant the user the rights that the README gives: ~PREFIX:* +@all …',
    );
  }
}

async function hearing(feed: RedisFeed, clock: Clock, timeoutMs: number): Promise<Finding> {
  const startedAt = clock.monotonic();
  const late = new Promise<'late'>((resolve) => clock.after(timeoutMs, () => resolve('late')));
  const outcome = await Promise.race([feed.ready(), late]).catch(() => 'late');
  if (outcome === 'late')
    return fail('notifications', 'no subscription was confirmed', 'Grant the user its channels: &PREFIX:*.');
  return ok('notifications', `subscribed within ${Math.round(clock.monotonic() - startedAt)} ms`);
}

async function latency(redis: Redis | Cluster, clock: Clock): Promise<Finding> {
  const times: number[] = [];
  for (let n = 0; n < PINGS; n += 1) {
    const startedAt = clock.monotonic();
    await redis.ping();
    times.push(clock.monotonic() - startedAt);
  }
  times.sort((a, b) => a - b);
  const [median = 0, worst = 0] = [times[PINGS / 2], times[PINGS - 1]];
  const found = `${median.toFixed(1)} ms in the middle, ${worst.toFixed(1)} ms at worst, of ${PINGS}`;
  if (median < SLOW_MS) return ok('latency', found);
  return warn('latency', found, 'Every write waits for it: put Redis nearer, or look what keeps it busy (SLOWLOG).');
}

async function time(redis: Redis | Cluster): Promise<Finding> {
  const [seconds = 0, micros = 0] = (await redis.time()).map(Number);
  const offMs = Math.round(Math.abs(Date.now() - seconds * 1000 - micros / 1000));
  if (offMs < OFF_MS) return ok('clocks', `${offMs} ms apart`);
  return warn(
    'clocks',
    `${offMs} ms apart`,
    'Ages and expiry go by the clock of each process: keep them in step (NTP).',
  );
}
