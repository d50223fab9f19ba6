import { randomUUID } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import { systemClock } from '../../../src/clock.ts';
import { RedisFeed } from '../../../src/feed/redis-feed.ts';
import { silentLog } from '../../../src/server/log.ts';
import { connectRedis } from '../../../src/server/redis-connection.ts';
import type { StoreHarness } from '../../../src/store/contract.ts';
import { RedisLayout } from '../../../src/store/redis-layout.ts';
import { RedisStore, type RedisStoreOptions } from '../../../src/store/redis-store.ts';
import type { Commit, CommitOutcome } from '../../../src/store/store.ts';

/** What the contract tells by: the feed of the same Redis, which listens to each id before the first commit on it. */
interface Ears {
  readonly feed: RedisFeed;
  readonly tell: (id: string) => void;
  readonly disconnect: () => void;
}

class ListeningStore extends RedisStore {
  readonly #ears: Ears;
  readonly #listening = new Map<string, Promise<void>>();

  constructor(options: RedisStoreOptions, ears: Ears) {
    super(options);
    this.#ears = ears;
  }

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    if (!this.#listening.has(id)) this.#listening.set(id, this.#listen(id));
    await this.#listening.get(id);
    return super.commit(id, commit);
  }

  override async close(): Promise<void> {
    await this.#ears.feed.close();
    await super.close();
    this.#ears.disconnect();
  }

  async #listen(id: string): Promise<void> {
    const { feed, tell } = this.#ears;
    // That the subscription was confirmed is heard too, and no commit.
    let isFirst = true;
    await feed.listen(id, () => {
      if (!isFirst) tell(id);
      isFirst = false;
    });
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
      const feed = new RedisFeed({ redis, clock, channelOf: (id) => layout.channel(id) });
      return new ListeningStore({ ...options, redis, layout, isSharded: isCluster }, { feed, tell, disconnect: close });
    },
  };
}
