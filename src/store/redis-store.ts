import type { Cluster, Redis } from 'ioredis';
import pLimit from 'p-limit';
import { type Clock, systemClock } from '../clock.ts';
import { StoreUnavailableError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { withDefaults } from '../limits.ts';
import { JoinedReads, logAbove } from './joined-reads.ts';
import { RedisCalls } from './redis-calls.ts';
import { RedisIndex } from './redis-index.ts';
import type { RedisLayout } from './redis-layout.ts';
import { RedisScript } from './redis-scripts.ts';
import { settle } from './redis-settling.ts';
import { Tails } from './redis-tails.ts';
import {
  entryText,
  headFrom,
  headText,
  logFrom,
  positionTexts,
  receiptFrom,
  receiptText,
  snapshotFrom,
} from './redis-values.ts';
import {
  type AgeQuery,
  type Commit,
  type CommitOutcome,
  type Listed,
  type ListQuery,
  type Log,
  type Receipt,
  type Snapshot,
  type Store,
  type StoredRecord,
  type StoreOptions,
  samePosition,
  storeDefaults,
  type Trimmed,
} from './store.ts';
import { parseStored } from './stored-json.ts';
import { Turns } from './turns.ts';

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
  readonly #options: Required<StoreOptions>;
  readonly #tellCommand: 'PUBLISH' | 'SPUBLISH';
  readonly #calls: RedisCalls;
  /** For whoever wants to know how things stand, and soon. */
  readonly #looks: RedisCalls;
  readonly #turns: Turns;
  readonly #tails: Tails;
  readonly #index: RedisIndex;
  readonly #snapshots: JoinedReads<Snapshot | null>;
  readonly #logs: JoinedReads<Log>;
  readonly #scripts = {
    commit: new RedisScript('commit'),
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
    this.#options = checked(withDefaults(storeDefaults, rest));
    this.#tellCommand = isSharded ? 'SPUBLISH' : 'PUBLISH';
    this.#calls = new RedisCalls(clock, timeoutMs, onFailure);
    this.#looks = new RedisCalls(clock, Math.min(timeoutMs, LOOK_MS));
    this.#turns = new Turns(clock);
    this.#tails = new Tails(this.#options.deltaThreshold);
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
    let isRepeated = false;
    let isWhole = false;
    try {
      for (;;) {
        const answer = await this.#calls.answered(() => this.#commit(id, commit, isWhole));
        isRepeated ||= answer.isRepeated;
        const [kind, ...rest] = answer.value as readonly string[];
        if (kind === 'wait') {
          await this.#turns.pause();
          continue;
        }
        if (kind === 'snapshot') {
          isWhole = true;
          continue;
        }
        const outcome = outcomeFrom(kind, rest);
        this.#turns.note(id, outcome.kind === 'conflict');
        if (kind === 'committed' && rest.length > 0)
          this.#tails.note(id, { deltas: Number(rest[0]), bytes: Number(rest[1]) });
        if (!isRepeated || outcome.kind === 'committed') return outcome;
        return await settle(commit, outcome, () => this.#readLog(id, commit.expected?.version ?? 0));
      }
    } catch (error) {
      // An attempt before may have been executed, whatever became of the last one.
      throw isRepeated ? new StoreUnavailableError({ applied: 'UNKNOWN', cause: error }) : error;
    }
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

  /** `isWhole`: whether the state must come along. */
  #commit(id: string, commit: Commit, isWhole: boolean): Promise<unknown> {
    const { expected, entries, next, receipts, trace = '' } = commit;
    const layout = this.#layout;
    const partition = layout.partitionOf(id);
    const { deltaThreshold, tombstoneTtlMs, receiptTtlMs, receiptLimit } = this.#options;
    const kind = samePosition(expected, next.position) ? 'stay' : next.status;
    const texts = entries.map(entryText);
    const live = kind === 'live' && next.status === 'live' ? next : null;
    const bytes = texts.reduce((sum, text) => sum + text.length, 0);
    const takesState = live !== null && (isWhole || this.#tails.isOver(id, { ...commit, next: live }, bytes));
    const bound = live && this.#tails.bound(live);
    const keys = [
      layout.context(id),
      layout.log(id),
      layout.receipts(id),
      layout.receiptQueue(id),
      layout.ids(partition),
      layout.idle(partition),
      layout.aged(partition),
      layout.channel(id),
      layout.turn(id),
    ];
    return this.#scripts.commit.run(this.#redis, keys, [
      id,
      ...positionTexts(expected),
      kind,
      ...positionTexts(next.position),
      headText(next),
      live?.insertedAt ?? '',
      takesState ? JSON.stringify(live.context) : '',
      deltaThreshold,
      bound?.deltas ?? '',
      bound?.bytes ?? '',
      tombstoneTtlMs,
      receiptTtlMs,
      receiptLimit,
      this.#tellCommand,
      this.#turns.name,
      this.#turns.claimMs(id),
      BRIEF_BYTES,
      trace,
      receipts.length,
      ...receipts.flatMap((receipt) => [receipt.key, receiptText(receipt)]),
      ...texts,
    ]);
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

/** What commit.lua returns of a commit that was decided. */
function outcomeFrom(kind: string | undefined, rest: readonly string[]): CommitOutcome {
  switch (kind) {
    case 'committed':
      return { kind };
    case 'repeated':
      return { kind, receipts: rest.map(receiptFrom) };
    case 'conflict':
      return { kind, log: logFrom(rest) };
    default:
      throw new TypeError('commit.lua answers committed, repeated or conflict.');
  }
}
