import { randomUUID } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { systemClock } from '../../../src/clock.ts';
import { RedisSubscriber } from '../../../src/feed/redis-subscriber.ts';
import { silentLog } from '../../../src/server/log.ts';
import { connectRedis } from '../../../src/server/redis-connection.ts';
import type { StoreHarness } from '../../../src/store/contract.ts';
import { RedisLayout } from '../../../src/store/redis-layout.ts';
import { RedisStore, type RedisStoreOptions } from '../../../src/store/redis-store.ts';
import type { Commit, CommitOf, CommitOutcome, JointOutcome } from '../../../src/store/store.ts';

/** What the contract tells by: the same Redis, of which each id's channel is subscribed before the first commit on it. */
interface Ears {
  readonly subscriber: RedisSubscriber;
  readonly layout: RedisLayout;
  readonly tell: (id: string) => void;
  readonly disconnect: () => void;
}

class ListeningStore extends RedisStore {
  readonly #ears: Ears;
  readonly #ids = new Map<string, string>();
  readonly #listening = new Map<string, Promise<void>>();

  constructor(options: RedisStoreOptions, ears: Ears) {
    super(options);
    this.#ears = ears;
    ears.subscriber.on('message', (channel: string, message: string) => {
      // An empty one says that the channel was subscribed, and tells of no commit.
      const id = this.#ids.get(channel);
      if (message !== '' && id !== undefined) ears.tell(id);
    });
  }

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    await this.#hear(id);
    return super.commit(id, commit);
  }

  override async commitAll(commits: readonly CommitOf[]): Promise<JointOutcome> {
    await Promise.all(commits.map(({ id }) => this.#hear(id)));
    return super.commitAll(commits);
  }

  override async close(): Promise<void> {
    this.#ears.subscriber.close();
    await super.close();
    this.#ears.disconnect();
  }

  async #hear(id: string): Promise<void> {
    if (!this.#listening.has(id)) this.#listening.set(id, this.#listen(id));
    await this.#listening.get(id);
  }

  #listen(id: string): Promise<void> {
    const channel = this.#ears.layout.channel(id);
    this.#ids.set(channel, id);
    return new Promise((resolve) => this.#ears.subscriber.subscribe(channel, () => resolve()));
  }
}

/** Stores on a Redis of whichever kind, each with a prefix of its own. */
export function redisHarness(url: string): StoreHarness {
  return {
    ttlMs: 400,
    // The TTLs are Redis' own: real time has to pass.
    elapse: (ms) => pass(ms),
    async create({ tell, ...options }) {
      const clock = systemClock();
      const { redis, isCluster, close } = connectRedis({
        url,
        timeoutMs: 5000,
        clock,
        log: silentLog,
        channel: 'test:channel',
      });
      const layout = new RedisLayout(`contract:${randomUUID()}`);
      const ears = { subscriber: new RedisSubscriber({ redis, clock }), layout, tell, disconnect: close };
      return new ListeningStore({ ...options, redis, layout, isSharded: isCluster }, ears);
    },
  };
}
