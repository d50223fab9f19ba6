import type { Cluster, Redis } from 'ioredis';
import pLimit from 'p-limit';
import { type Clock, systemClock } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import { withDefaults } from '../limits.ts';
import { JoinedReads, logAbove } from './joined-reads.ts';
import { RedisCalls } from './redis-calls.ts';
import { RedisCommits } from './redis-commits.ts';
import { RedisIndex } from './redis-index.ts';
import type { RedisLayout } from './redis-layout.ts';
import { RedisScript } from './redis-scripts.ts';
import { headFrom, logFrom, positionTexts, receiptFrom, snapshotFrom } from './redis-values.ts';
import {
  type AgeQuery,
  type Commit,
  type CommitOf,
  type CommitOutcome,
  type JointOutcome,
  type Listed,
  type ListQuery,
  type Log,
  onlyOutcome,
  type Receipt,
  type Snapshot,
  type Store,
  type StoredRecord,
  type StoreOptions,
  storeDefaults,
  type Trimmed,
} from './store.ts';
import { parseStored } from './stored-json.ts';

export interface RedisStoreOptions extends StoreOptions {
  /** A single Redis, a Sentinel's master, or a Cluster. Whoever made it connects and closes it. */
  readonly redis: Redis | Cluster;
  readonly layout: RedisLayout;
  /** How long a call is tried while Redis does not answer, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** @default the system's clock */
  readonly clock?: Clock;
  /** Told of what a call failed with in the end; its caller is told no more than that the store is not available. */
  readonly onFailure?: (error: unknown) => void;
  /** Whether commits are told by sharded pub/sub. @default false */
  readonly isSharded?: boolean;
}

/** How long `ready` tries, in milliseconds. */
const LOOK_MS = 1000;
/** Up to how many bytes of deltas a brief log always has. */
const BRIEF_BYTES = 4096;
/** How often trimming one context moves its snapshot on before it leaves the rest to the next time. */
const TRIM_ROUNDS = 3;
/** How many contexts are trimmed at once: each may have its whole state read and written, and calls that are waited for come between. */
const TRIMS_AT_ONCE = 4;

/**
 * The store that many processes share: Redis 6.2 or later, as one server, behind Sentinel, or as a Cluster of 7.0 or later.
 *
 * A commit is one script, so that it happens whole or not at all, and is told by that script. It writes its deltas, and the state only
 * now and then: what stands is a snapshot and the deltas behind it. What ages here ages by Redis' own clock.
 * What was acknowledged is as durable as Redis is configured to be. Tombstones and receipts expire by themselves; contexts never do.
 */
export class RedisStore implements Store {
  readonly #redis: Redis | Cluster;
  readonly #layout: RedisLayout;
  readonly #calls: RedisCalls;
  /** For whoever wants to know how things stand, and soon. */
  readonly #looks: RedisCalls;
  readonly #commits: RedisCommits;
  readonly #index: RedisIndex;
  readonly #snapshots: JoinedReads<Snapshot | null>;
  readonly #logs: JoinedReads<Log>;
  readonly #scripts = {
    read: new RedisScript('read'),
    readLog: new RedisScript('read-log'),
    snapshot: new RedisScript('snapshot'),
    findReceipt: new RedisScript('find-receipt'),
    trim: new RedisScript('trim'),
    writeRecord: new RedisScript('write-record'),
  };

  constructor(options: RedisStoreOptions) {
    const { redis, layout, clock = systemClock(), timeoutMs = 5000, isSharded = false, onFailure, ...rest } = options;
    this.#redis = redis;
    this.#layout = layout;
    this.#calls = new RedisCalls(clock, timeoutMs, onFailure);
    this.#looks = new RedisCalls(clock, Math.min(timeoutMs, LOOK_MS));
    this.#commits = new RedisCommits({
      ...checked(withDefaults(storeDefaults, rest)),
      ...{ redis, layout, clock, isSharded, calls: this.#calls, briefBytes: BRIEF_BYTES },
      readLog: (id, after) => this.#readLog(id, after),
    });
    this.#index = new RedisIndex(redis, layout);
    this.#snapshots = new JoinedReads((id) => this.#readSnapshot(id));
    this.#logs = new JoinedReads((id, after) => this.#readLog(id, after));
  }

  read(id: string): Promise<Snapshot | null> {
    return this.#snapshots.read(id);
  }

  async readLog(id: string, after: number, isBrief = false): Promise<Log> {
    return isBrief ? this.#readLog(id, after, true) : logAbove(await this.#logs.read(id, after), after);
  }

  async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    return onlyOutcome(await this.#commits.run([{ id, commit }]));
  }

  commitAll(commits: readonly CommitOf[]): Promise<JointOutcome> {
    return this.#commits.run(commits);
  }

  async findReceipt(id: string, key: string): Promise<Receipt | null> {
    const text = await this.#run(this.#scripts.findReceipt, [this.#layout.receipts(id)], [key]);
    return typeof text === 'string' ? receiptFrom(text) : null;
  }

  /** Asks every partition for its part of a page, and merges. */
  async list({ prefix, after, limit }: ListQuery): Promise<readonly Listed[]> {
    const page: Listed[] = [];
    let last = after;
    for (let missing = limit; missing > 0; missing = limit - page.length) {
      const ids = await this.#calls.read(() => this.#index.idsAfter(prefix, last, missing));
      page.push(...(await this.#calls.read(() => this.#heads(ids))));
      if (ids.length < missing) break;
      last = ids.at(-1) ?? null;
    }
    return page;
  }

  async listIdle({ until, limit }: AgeQuery): Promise<readonly Listed[]> {
    const ids = await this.#calls.read(() => this.#index.idsUpTo('idle', until, limit));
    return this.#calls.read(() => this.#heads(ids));
  }

  async trim({ until, limit }: AgeQuery): Promise<Trimmed> {
    const ids = await this.#calls.read(() => this.#index.idsUpTo('aged', until, limit));
    const inTurn = pLimit(TRIMS_AT_ONCE);
    try {
      const dropped = await inTurn.map(ids, (id) => this.#trim(id, until));
      return { contexts: ids.length, deltas: dropped.reduce((sum, count) => sum + count, 0) };
    } finally {
      inTurn.clearQueue();
    }
  }

  async readRecord(name: string): Promise<StoredRecord> {
    const { value, revision } = await this.#calls.read(() => this.#redis.hgetall(this.#layout.record(name)));
    if (value === undefined) return { value: null, revision: 0 };
    return { value: parseStored(value) as JsonObject, revision: Number(revision) };
  }

  async writeRecord(name: string, value: JsonObject, revision: number): Promise<boolean> {
    const text = JSON.stringify(value);
    const key = this.#layout.record(name);
    const { value: isWritten, isRepeated } = await this.#calls.answered(() =>
      this.#scripts.writeRecord.run(this.#redis, [key], [text, revision]),
    );
    if (isWritten === 1 || !isRepeated) return isWritten === 1;
    // An attempt that was not answered may have written it.
    const stored = await this.readRecord(name);
    return stored.revision === revision + 1 && JSON.stringify(stored.value) === text;
  }

  async ready(): Promise<void> {
    await this.#looks.read(() => this.#redis.ping());
  }

  async close(): Promise<void> {
    this.#calls.close();
    this.#looks.close();
  }

  async #readSnapshot(id: string): Promise<Snapshot | null> {
    const keys = [this.#layout.context(id), this.#layout.log(id)];
    return snapshotFrom((await this.#run(this.#scripts.read, keys, [])) as string[]);
  }

  async #readLog(id: string, after: number, isBrief = false): Promise<Log> {
    const keys = [this.#layout.context(id), this.#layout.log(id)];
    return logFrom((await this.#run(this.#scripts.readLog, keys, [after, isBrief ? BRIEF_BYTES : ''])) as string[]);
  }

  /** Deltas behind the snapshot go once it has moved past them. */
  async #trim(id: string, until: number): Promise<number> {
    const layout = this.#layout;
    const keys = [layout.log(id), layout.aged(layout.partitionOf(id)), layout.context(id)];
    let dropped = 0;
    for (let round = 0; round < TRIM_ROUNDS; round += 1) {
      const [gone = 0, left = 0] = (await this.#run(this.#scripts.trim, keys, [id, until])) as readonly number[];
      dropped += gone;
      if (left === 0) break;
      const snapshot = await this.#readSnapshot(id);
      if (snapshot?.status !== 'live') break;
      const state = JSON.stringify(snapshot.context);
      const args = [...positionTexts(snapshot.position), state];
      await this.#run(this.#scripts.snapshot, [layout.context(id), layout.log(id)], args);
    }
    return dropped;
  }

  /** Their live heads, in the same order; whatever has ended since is left out. */
  async #heads(ids: readonly string[]): Promise<readonly Listed[]> {
    const heads = await Promise.all(
      ids.map((id) => this.#redis.hmget(this.#layout.context(id), 'life', 'version', 'tag', 'head')),
    );
    return ids.flatMap((id, i) => {
      const head = headFrom(...(heads[i] as [string, string, string, string]));
      return head?.status === 'live' ? [{ id, head }] : [];
    });
  }

  #run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#calls.read(() => script.run(this.#redis, keys, args));
  }
}

/** Scripts take whole numbers, and must not fail half-way for another. @throws TypeError that names the option */
function checked({
  deltaThreshold,
  tombstoneTtlMs,
  receiptTtlMs,
  receiptLimit,
}: Required<StoreOptions>): Required<StoreOptions> {
  const options = { deltaThreshold, tombstoneTtlMs, receiptTtlMs, receiptLimit };
  for (const [name, value] of Object.entries(options)) {
    if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`${name} is a positive integer on Redis.`);
  }
  return options;
}
