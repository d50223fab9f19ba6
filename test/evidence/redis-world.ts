import type { Redis } from 'ioredis';
import { MainProcess } from '../helpers/main-process.ts';
import { type RedisServer, startRedis } from '../helpers/redis/server.ts';
import { WINDOW } from './servers.ts';
import type { Progress } from './workload/progress.ts';

/** Three real processes on one real Redis, which keeps what it acknowledges. */
export async function threeProcesses() {
  const redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  const env = {
    PORT: '0',
    REDIS_URL: redis.url,
    ARPEGGIO_DELTA_THRESHOLD: String(WINDOW),
    ARPEGGIO_HEARTBEAT_MS: '1000',
  };
  const processes = [1, 2, 3].map(() => new MainProcess([], env));
  const urls = await Promise.all(processes.map((main) => main.says(/GraphQL over HTTP and SSE\s+(\S+)/)));
  return { redis, processes, urls };
}

const faults: readonly ((server: RedisServer, redis: Redis) => Promise<unknown>)[] = [
  (_, redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
  (_, redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
  (_, redis) => redis.script('FLUSH'),
  async (server) => {
    await server.kill();
    await server.restart();
  },
];

/** Something happens to Redis again and again while the clients work. */
export function badWeather(server: RedisServer, rounds: number, pause: number) {
  return async (progress: Progress): Promise<void> => {
    const redis = server.connect({ maxRetriesPerRequest: null, retryStrategy: () => 20 });
    try {
      for (let round = 0; round < rounds; round += 1) {
        await progress.passed(pause);
        await faults[round % faults.length]?.(server, redis);
      }
    } finally {
      redis.disconnect();
    }
  };
}
