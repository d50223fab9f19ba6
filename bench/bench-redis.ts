import process from 'node:process';
import { Redis } from 'ioredis';
import { RedisServer } from '../test/helpers/redis/server.ts';

export interface RedisUsage {
  /** Microseconds of its CPU. */
  readonly cpu: number;
  /** Bytes of its append-only file; NaN where it keeps none. */
  readonly aof: number;
}

/** The Redis that `REDIS_URL` names, or one that is started for this run, as it always is where settings are asked for. */
export class BenchRedis {
  readonly url: string;
  readonly #redis: Redis;
  readonly #server: RedisServer | undefined;

  private constructor(url: string, server?: RedisServer) {
    this.url = url;
    this.#server = server;
    this.#redis = new Redis(url);
  }

  static async start(args: readonly string[] = []): Promise<BenchRedis> {
    const given = process.env['REDIS_URL'];
    if (given && args.length === 0) return new BenchRedis(given);
    const server = await RedisServer.start({ args });
    return new BenchRedis(server.url, server);
  }

  /** What it has used until now. */
  async usage(): Promise<RedisUsage> {
    const text = `${await this.#redis.info('cpu')}${await this.#redis.info('persistence')}`;
    const field = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1] ?? Number.NaN);
    return { cpu: (field('used_cpu_user') + field('used_cpu_sys')) * 1e6, aof: field('aof_current_size') };
  }

  /** Takes away every key that begins with a prefix. */
  async clear(prefix: string): Promise<void> {
    for await (const keys of this.#redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
      if (keys.length > 0) await this.#redis.unlink(...keys);
    }
  }

  async stop(): Promise<void> {
    this.#redis.disconnect();
    await this.#server?.stop();
  }
}
