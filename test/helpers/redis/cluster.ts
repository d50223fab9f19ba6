import calculateSlot from 'cluster-key-slot';
import type { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { replicates } from './replication.ts';
import { RedisServer } from './server.ts';

const SLOTS = 16_384;
const MASTERS = 3;

/** Three masters, each with a replica where asked for, on the loopback. */
export class RedisCluster {
  readonly masters: readonly RedisServer[];
  readonly replicas: readonly RedisServer[];

  private constructor(masters: readonly RedisServer[], replicas: readonly RedisServer[]) {
    this.masters = masters;
    this.replicas = replicas;
  }

  static async start({ replicas: hasReplicas = false } = {}): Promise<RedisCluster> {
    const args = [
      '--cluster-enabled',
      'yes',
      '--cluster-node-timeout',
      '1000',
      '--cluster-replica-validity-factor',
      '0',
    ];
    const start = () => RedisServer.start({ args });
    const masters = await Promise.all(Array.from({ length: MASTERS }, start));
    const replicas = hasReplicas ? await Promise.all(Array.from({ length: MASTERS }, start)) : [];
    const cluster = new RedisCluster(masters, replicas);
    await cluster.#join();
    return cluster;
  }

  get url(): string {
    return `redis+cluster://${this.masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  }

  /** The server that serves a key's slot, as any living node sees it. */
  async ownerOf(key: string): Promise<RedisServer> {
    const slot = calculateSlot(key);
    const living = await this.#anyone();
    const ranges = await on(living, (redis) => redis.cluster('SLOTS'));
    const port = ranges.find(([first, last]) => first <= slot && slot <= last)?.[2]?.[1];
    const owner = this.#all().find((server) => server.port === port);
    if (!owner) throw new Error(`No server of the cluster serves slot ${slot}.`);
    return owner;
  }

  /** Moves a key's slot to another master, with all keys in it, as a resharding does. */
  async move(key: string, to: RedisServer): Promise<void> {
    const slot = calculateSlot(key);
    const from = await this.ownerOf(key);
    const [fromId, toId] = await Promise.all([idOf(from), idOf(to)]);
    await on(to, (redis) => redis.cluster('SETSLOT', slot, 'IMPORTING', fromId));
    await on(from, (redis) => redis.cluster('SETSLOT', slot, 'MIGRATING', toId));
    for (;;) {
      const keys = await on(from, (redis) => redis.cluster('GETKEYSINSLOT', slot, 100));
      if (keys.length === 0) break;
      await on(from, (redis) => redis.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys));
    }
    for (const server of [to, from, ...this.masters]) {
      await on(server, (redis) => redis.cluster('SETSLOT', slot, 'NODE', toId));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((server) => server.stop()));
  }

  #all(): readonly RedisServer[] {
    return [...this.masters, ...this.replicas];
  }

  async #anyone(): Promise<RedisServer> {
    for (const server of this.#all()) {
      const isUp = await on(server, (redis) => redis.ping()).catch(() => null);
      if (isUp) return server;
    }
    throw new Error('No server of the cluster answers.');
  }

  async #join(): Promise<void> {
    const [first] = this.masters;
    await Promise.all(
      this.masters.map((master, i) =>
        on(master, async (redis) => {
          await redis.cluster('SET-CONFIG-EPOCH', i + 1);
          const range = [Math.ceil((SLOTS * i) / MASTERS), Math.ceil((SLOTS * (i + 1)) / MASTERS) - 1];
          await redis.call('CLUSTER', 'ADDSLOTSRANGE', ...range);
        }),
      ),
    );
    for (const server of this.#all().slice(1)) {
      await on(server, (redis) => redis.cluster('MEET', '127.0.0.1', Number(first?.port)));
    }
    await this.isWhole({ hasReplicas: false });
    for (const [i, replica] of this.replicas.entries()) {
      const master = await idOf(this.masters[i] as RedisServer);
      await eventually(() => on(replica, (redis) => redis.cluster('REPLICATE', master)));
    }
    await this.isWhole();
    if (this.replicas.length > 0) await Promise.all(this.masters.map(replicates));
  }

  /** Resolves once every living node sees every slot served, and every replica follows its master. */
  async isWhole({ hasReplicas = this.replicas.length > 0 } = {}): Promise<void> {
    for (const server of this.#all()) {
      await eventually(() =>
        on(server, async (redis) => {
          const info = await redis.cluster('INFO');
          const nodes = await redis.cluster('NODES');
          if (!info.includes('cluster_state:ok') || !info.includes(`cluster_known_nodes:${this.#all().length}`)) {
            throw new Error(`The cluster is not whole: ${info}`);
          }
          if (hasReplicas && String(nodes).match(/slave/g)?.length !== this.replicas.length) {
            throw new Error(`It does not know of all replicas: ${nodes}`);
          }
          const replication = await redis.info('replication');
          if (replication.includes('role:slave') && !replication.includes('master_link_status:up')) {
            throw new Error('A replica does not follow yet.');
          }
        }),
      );
    }
  }
}

async function idOf(server: RedisServer): Promise<string> {
  return on(server, async (redis) => String(await redis.cluster('MYID')));
}

/** One call on one server, over a connection of its own. */
async function on<T>(server: RedisServer, call: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = server.connect({ maxRetriesPerRequest: 0, retryStrategy: () => null });
  try {
    return await call(redis);
  } finally {
    redis.disconnect();
  }
}

/** A cluster for one test. */
export async function startCluster(options?: Parameters<typeof RedisCluster.start>[0]): Promise<RedisCluster> {
  const cluster = await RedisCluster.start(options);
  onTestFinished(() => cluster.stop());
  return cluster;
}
