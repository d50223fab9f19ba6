import { onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { replicates } from './replication.ts';
import { RedisServer } from './server.ts';

const NAME = 'mymaster';
const SENTINELS = 3;

/** A master with one replica, and three sentinels of which two must agree. */
export class Sentinels {
  readonly servers: readonly [RedisServer, RedisServer];
  readonly sentinels: readonly RedisServer[];

  private constructor(servers: readonly [RedisServer, RedisServer], sentinels: readonly RedisServer[]) {
    this.servers = servers;
    this.sentinels = sentinels;
  }

  static async start(): Promise<Sentinels> {
    const master = await RedisServer.start();
    const replica = await RedisServer.start({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    await replicates(master);
    const sentinel = [
      `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 2`,
      `sentinel down-after-milliseconds ${NAME} 500`,
      `sentinel failover-timeout ${NAME} 3000`,
      '',
    ].join('\n');
    const started = await Promise.all(Array.from({ length: SENTINELS }, () => RedisServer.start({ sentinel })));
    for (const sentinel of started) await hasten(sentinel);
    const group = new Sentinels([master, replica], started);
    await group.#haveMet();
    return group;
  }

  get url(): string {
    return `redis+sentinel://${this.sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${NAME}`;
  }

  /** The replica gets nothing any more. It may still become the master for some 5 seconds. */
  async lag(): Promise<void> {
    const [, replica] = this.servers;
    const redis = replica.connect();
    try {
      // A master without a password takes nobody who brings one.
      await redis.config('SET', 'masterauth', 'none');
      await redis.call('CLIENT', 'KILL', 'TYPE', 'master');
      await eventually(async () => {
        if (!(await redis.info('replication')).includes('master_link_status:down'))
          throw new Error('It still follows.');
      });
    } finally {
      redis.disconnect();
    }
  }

  /** Resolves once two sentinels name this server as the master, and it is. */
  async haveElected(server: RedisServer): Promise<void> {
    await eventually(async () => {
      const named = await Promise.all(this.sentinels.map((sentinel) => ask(sentinel, 'get-master-addr-by-name')));
      const votes = named.filter((address) => Array.isArray(address) && address[1] === String(server.port)).length;
      if (votes < 2) throw new Error(`${votes} sentinels name it.`);
      const redis = server.connect();
      const info = await redis.info('replication').finally(() => redis.disconnect());
      if (!info.includes('role:master')) throw new Error('It is no master yet.');
    });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()));
  }

  async #haveMet(): Promise<void> {
    for (const sentinel of this.sentinels) {
      await eventually(async () => {
        const [others, replicas] = await Promise.all([ask(sentinel, 'sentinels'), ask(sentinel, 'replicas')]);
        const count = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
        if (count(others) < SENTINELS - 1 || count(replicas) < 1) throw new Error('They have not met yet.');
      });
    }
  }
}

/** They look around every 200 ms and not every 2 to 10 seconds, where they are new enough (7.0) to be told. */
async function hasten(sentinel: RedisServer): Promise<void> {
  const redis = sentinel.connect();
  const periods = ['info-period', 'publish-period', 'ask-period', 'ping-period'].flatMap((name) => [name, '200']);
  await redis.call('SENTINEL', 'DEBUG', ...periods).catch(() => {});
  redis.disconnect();
}

async function ask(sentinel: RedisServer, question: string): Promise<unknown> {
  const redis = sentinel.connect();
  try {
    return await redis.call('SENTINEL', question, NAME);
  } finally {
    redis.disconnect();
  }
}

/** Sentinels for one test. */
export async function startSentinels(): Promise<Sentinels> {
  const sentinels = await Sentinels.start();
  onTestFinished(() => sentinels.stop());
  return sentinels;
}
