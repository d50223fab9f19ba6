import type { Redis } from 'ioredis';
import { MainProcess } from '../helpers/main-process.ts';
import { type RedisServer, startRedis } from '../helpers/redis/server.ts';
import { WINDOW } from './servers.ts';
import type { Progress } from './workload/progress.ts';

type Env = { readonly [name: string]: string };

/** A process at an address where there may be another one after it. */
class Station {
  readonly url: string;
  readonly #env: Env;
  #main: MainProcess;

  private constructor(env: Env, main: MainProcess, url: string) {
    this.#env = { ...env, PORT: new URL(url).port };
    this.#main = main;
    this.url = url;
  }

  static async open(env: Env): Promise<Station> {
    const main = new MainProcess([], { ...env, PORT: '0' });
    return new Station(env, main, await main.says(/GraphQL over HTTP and SSE\s+(\S+)/));
  }

  get main(): MainProcess {
    return this.#main;
  }

  /** Ends the process and starts another. The exit code of the first. */
  async restart(signal: NodeJS.Signals): Promise<number | null> {
    this.#main.signal(signal);
    const code = await this.#main.exit;
    this.#main = new MainProcess([], this.#env);
    await this.#main.says(/is listening/);
    return code;
  }
}

/** Three real processes on one real Redis, which keeps what it acknowledges. */
export async function threeProcesses() {
  const redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  const env = {
    REDIS_URL: redis.url,
    ARPEGGIO_DELTA_THRESHOLD: String(WINDOW),
    ARPEGGIO_HEARTBEAT_MS: '1000',
  };
  const stations = await Promise.all([Station.open(env), Station.open(env), Station.open(env)]);
  return { redis, stations, urls: stations.map(({ url }) => url) };
}

export type Fault = (server: RedisServer, redis: Redis) => Promise<unknown>;

export const redisFaults: readonly Fault[] = [
  (_, redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
  (_, redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
  (_, redis) => redis.script('FLUSH'),
  async (server) => {
    await server.kill();
    await server.restart();
  },
];

/** Something happens again and again while the clients work. */
export function badWeather(server: RedisServer, rounds: number, pause: number, faults: readonly Fault[] = redisFaults) {
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
