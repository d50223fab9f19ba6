import type { Cluster, Redis } from 'ioredis';
import type { Log } from './log.ts';
import { describeRedis, type RedisTarget } from './redis-url.ts';

export type Info = { readonly [field: string]: string };

/**
 * Looks at the server, or each master of a Cluster that answers, before anybody relies on it.
 *
 * @throws Error where it can't keep what is promised, saying what to change
 */
export async function checkRedis(
  redis: Redis | Cluster,
  target: RedisTarget,
  channel: string,
  log: Log,
): Promise<void> {
  const nodes = 'nodes' in redis ? redis.nodes('master') : [redis];
  let reached = 0;
  for (const node of nodes) {
    const info = await infoOf(node);
    if (info === 'unreachable') {
      log.error('A master of the Redis Cluster does not answer: its version and its settings were not checked.');
      continue;
    }
    reached += 1;
    if (info === 'forbidden') {
      log.error('Redis does not let its user run INFO: its version and its settings were not checked.');
      continue;
    }
    const problem = problemOf(info, target.kind);
    if (problem !== null) throw new Error(`Redis at ${describeRedis(target)} ${problem}`);
    const policy = info['maxmemory_policy'] ?? '';
    if (policy.startsWith('volatile-')) {
      log.error(
        `Redis may evict request ids and tombstones before their time (maxmemory-policy ${policy}): a retried write could ` +
          'count twice. Set maxmemory-policy to noeviction.',
      );
    }
  }
  if (reached === 0) throw new Error(`Redis at ${describeRedis(target)} does not answer.`);
  await checkChannel(redis, channel, target);
}

/** Without the right to its channels every commit would be stored, and no subscriber told. */
async function checkChannel(redis: Redis | Cluster, channel: string, target: RedisTarget): Promise<void> {
  try {
    await ('nodes' in redis ? redis.spublish(channel, '') : redis.publish(channel, ''));
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOPERM')) return;
    throw new Error(
      `Redis at ${describeRedis(target)} does not let its user publish on its channels: grant &${channel.split(':')[0]}:*.`,
    );
  }
}

function problemOf(info: Info, kind: RedisTarget['kind']): string | null {
  const [major = 0, minor = 0] = (info['redis_version'] ?? '').split('.').map(Number);
  const [needed, neededMinor] = kind === 'cluster' ? [7, 0] : [6, 2];
  if (major < needed || (major === needed && minor < neededMinor)) {
    return `is of version ${info['redis_version']}; it takes ${needed}.${neededMinor} or later.`;
  }
  if (info['redis_mode'] === 'sentinel') return 'is a Sentinel: use redis+sentinel://HOSTS/NAME.';
  if (info['redis_mode'] === 'cluster' && kind !== 'cluster')
    return 'is a node of a Cluster: use redis+cluster://HOSTS.';
  if (info['redis_mode'] !== 'cluster' && kind === 'cluster') return 'is not a Cluster: use redis://HOST.';
  if (info['role'] === 'slave') return 'is a replica, which takes no writes: name the master.';
  const policy = info['maxmemory_policy'] ?? '';
  if (policy.startsWith('allkeys-')) {
    return `may evict parts of contexts when its memory is full (maxmemory-policy ${policy}): set maxmemory-policy to noeviction.`;
  }
  return null;
}

/** What a server says of itself, where it answers and may. */
export async function infoOf(node: Redis): Promise<Info | 'forbidden' | 'unreachable'> {
  try {
    const lines = (await node.info()).split('\r\n');
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
  } catch (error) {
    return error instanceof Error && error.message.startsWith('NOPERM') ? 'forbidden' : 'unreachable';
  }
}
