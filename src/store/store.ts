import type { Delta } from '../delta/delta.ts';
import type { JsonObject } from '../json.ts';

/**
 * Where the truth lives: the contexts, the window of their latest deltas, and what is left of the deleted ones.
 *
 * A store promises, for each id on its own:
 *
 * 1. **One atomic commit.** `commit` compares the position it expects with the one that stands, and writes everything it carries or
 *    nothing, at one point between call and answer. Of any number of concurrent commits on one position, one wins.
 * 2. **A chain without holes.** The entries of a life are consecutive versions, each naming the tag it starts from and the tag it
 *    makes. Past `deltaThreshold` the oldest go, and only those. Entries of an earlier life are never handed out, and a head that
 *    has ended has none.
 * 3. **Reads that follow writes.** A read that starts after a commit was answered sees it. What one read returns belongs together:
 *    a head with its own context, a head with its own log.
 * 4. **Deletion leaves a tombstone**, the ended head, for `tombstoneTtlMs`; a new life's floor is derived from it by the writer.
 * 5. **Receipts are remembered**, across lives, each for `receiptTtlMs`, and the newest `receiptLimit` per id. A commit that
 *    carries one already known writes nothing.
 * 6. **Every commit that moves the head is told** to the feed, once, after it can be read and never before; no other is.
 * 7. **What a reader does to what it was handed changes nothing stored.** (Contexts, heads and entries come in frozen at every
 *    level, so a store may keep them as they are.)
 * 8. **Age is found in order.** `listIdle` and `trim` go by the timestamps that commits carry, the oldest first, so that repeating
 *    them with any limit comes to an end.
 * 9. **Several commits as one.** `commitAll` does for several ids what `commit` does for one: of all of them everything is written, or
 *    of none anything, at one point; and none is told before all can be read.
 *
 * `arpeggio/testing` holds a store to all of these. There is no order between different ids.
 */
export interface Store extends ContextStore, UpkeepStore {
  /** Resolves when the store can serve; rejects with StoreUnavailableError when it can't. */
  ready(): Promise<void>;

  /** Lets go of what the store holds open. No call may follow. */
  close(): Promise<void>;
}

/** What contexts need of a store. */
export interface ContextStore {
  /** The head with its context; an ended head; or null where there is no trace of the id. */
  read(id: string): Promise<Snapshot | null>;

  /**
   * The head, and what the window still holds of its life's entries above version `after`, oldest first. For whoever could as well read
   * the state, a brief log may be the head alone, where the entries would have more bytes than the state, and more than 4 KiB.
   */
  readLog(id: string, after: number, isBrief?: boolean): Promise<Log>;

  /**
   * Takes the head from `commit.expected` to `commit.next`.
   *
   * @throws StoreUnavailableError with `applied: 'NO'` where nothing was written for sure; whatever else is thrown leaves the
   * outcome unknown
   */
  commit(id: string, commit: Commit): Promise<CommitOutcome>;

  /**
   * The same for several ids, each once, that are equal by `groupOf`: all of it or nothing.
   *
   * @throws as `commit`; what it says then is true of each of them
   */
  commitAll(commits: readonly CommitOf[]): Promise<JointOutcome>;

  findReceipt(id: string, key: string): Promise<Receipt | null>;

  /** Live contexts with ids that start with `prefix` and come after `after`, by code point: `limit`, or all there are. */
  list(query: ListQuery): Promise<readonly Listed[]>;
}

/** What cleaning up needs of a store. */
export interface UpkeepStore {
  /** Live contexts whose last commit was at `until` or before, the oldest first, at most `limit`. */
  listIdle(query: AgeQuery): Promise<readonly Listed[]>;

  /**
   * Drops the deltas that were made at `until` or before, in at most `limit` contexts: those whose oldest delta is the oldest first.
   * Newer ones stay, and the chain stays whole.
   */
  trim(query: AgeQuery): Promise<Trimmed>;

  /** A small record that all processes share, and how often it was written; null, 0 times, where it never was. */
  readRecord(name: string): Promise<StoredRecord>;

  /** Writes a record where its revision is still this one. Resolves to whether it was. */
  writeRecord(name: string, value: JsonObject, revision: number): Promise<boolean>;
}

/** One exact state of one id. The tag is random, made anew with each version: equal positions mean equal states, failover or not. */
export interface Position {
  readonly life: string;
  readonly version: number;
  readonly tag: string;
}

export interface LiveHead {
  readonly status: 'live';
  readonly position: Position;
  /** The highest version that this id's earlier lives are known to have had; 0 where none is known. */
  readonly floor: number;
  /** When the version was made, in the server's time unit. */
  readonly insertedAt: number;
  /** Bytes of the context as JSON in UTF-8. */
  readonly bytes: number;
  /** Values that the context is made of, itself counted. */
  readonly nodes: number;
}

/** A tombstone: the last version of a life that ended, with a tag of its own. */
export interface EndedHead {
  readonly status: 'ended';
  readonly position: Position;
  readonly floor: number;
  readonly endedAt: number;
  readonly reason: EndReason;
}

export type EndReason = 'DELETED' | 'EXPIRED';

export type Head = LiveHead | EndedHead;

export interface LiveContext extends LiveHead {
  readonly context: JsonObject;
}

export type Snapshot = LiveContext | EndedHead;

/** One version's delta: from version - 1, tagged `fromTag`, to `version`, tagged `tag`. A life's first starts from `{}` and ''. */
export interface Entry {
  readonly fromTag: string;
  readonly version: number;
  readonly tag: string;
  readonly delta: Delta;
  readonly insertedAt: number;
}

export interface Log {
  readonly head: Head | null;
  readonly entries: readonly Entry[];
}

/** That a request id was used, and the outcome to repeat. No versions between `fromVersion` and `position` means a write that changed nothing. */
export interface Receipt {
  readonly key: string;
  /** Equal for equal arguments only. */
  readonly fingerprint: string;
  readonly fromVersion: number;
  readonly position: Position;
  readonly at: number;
}

export interface Commit {
  /** The position of the head it builds on, live or ended; null: there must be no trace of the id. */
  readonly expected: Position | null;
  /** The consecutive versions it makes, oldest first; none when it ends a life, restores one, or only leaves receipts. */
  readonly entries: readonly Entry[];
  /** What stands afterwards. Another life than before starts with an empty log; at `expected` nothing but receipts is written. */
  readonly next: Snapshot;
  readonly receipts: readonly Receipt[];
  /** Goes along where other processes are told of the commit, and is not kept. A store that tells nobody elsewhere ignores it. */
  readonly trace?: string | undefined;
}

export type CommitOutcome =
  | { readonly kind: 'committed' }
  /** Another head stands: the brief log above the expected version (above 0 where that is null), as `readLog` gives it. */
  | { readonly kind: 'conflict'; readonly log: Log }
  /** Some of the receipts' keys are known: these, as they were first left. Tested before the position. */
  | { readonly kind: 'repeated'; readonly receipts: readonly Receipt[] };

export type Refusal = Exclude<CommitOutcome, { kind: 'committed' }>;

/** One of several commits. */
export interface CommitOf {
  readonly id: string;
  readonly commit: Commit;
}

/** What became of several commits as one. */
export type JointOutcome =
  | { readonly kind: 'committed' }
  /** Why, in the order of the commits; null where nothing is known to be in the way of that one. Receipts of all come before positions. */
  | { readonly kind: 'refused'; readonly refusals: readonly (Refusal | null)[] };

export interface ListQuery {
  readonly prefix: string;
  /** Exclusive; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

export interface AgeQuery {
  /** A timestamp, inclusive. */
  readonly until: number;
  readonly limit: number;
}

/** How many deltas went, from how many contexts. */
export interface Trimmed {
  readonly contexts: number;
  readonly deltas: number;
}

export interface StoredRecord {
  readonly value: JsonObject | null;
  readonly revision: number;
}

export interface Listed {
  readonly id: string;
  readonly head: LiveHead;
}

/** What every store takes, with Chord's meanings and defaults where it has them. */
export interface StoreOptions {
  /** How many of a context's latest deltas are kept. @default 100 */
  readonly deltaThreshold?: number;
  /** How long a deleted context's tombstone stays, in milliseconds. @default 24 hours */
  readonly tombstoneTtlMs?: number;
  /** How long a request id is remembered, in milliseconds. @default 10 minutes */
  readonly receiptTtlMs?: number;
  /** How many request ids are remembered for one context id. @default 10000 */
  readonly receiptLimit?: number;
}

export const storeDefaults: Required<StoreOptions> = {
  deltaThreshold: 100,
  tombstoneTtlMs: 24 * 60 * 60 * 1000,
  receiptTtlMs: 10 * 60 * 1000,
  receiptLimit: 10_000,
};

/** The tombstone of a life that ends as `head` has it. The tag is the tombstone's own. */
export function endedHead(head: Head, tag: string, endedAt: number, reason: EndReason): EndedHead {
  const { life, version } = head.position;
  return Object.freeze({
    status: 'ended',
    position: Object.freeze({ life, version, tag }),
    floor: head.floor,
    endedAt,
    reason,
  });
}

export function samePosition(a: Position | null, b: Position | null): boolean {
  if (a === null || b === null) return a === b;
  return a.tag === b.tag && a.version === b.version && a.life === b.life;
}

/**
 * What of an id decides where it is kept, as Redis Cluster has it of keys: what is between its first `{` and the next `}`, where that
 * is anything; else the whole. Ids of one group can be committed to as one.
 */
export function groupOf(id: string): string {
  return /^[^{]*\{([^}]+)\}/s.exec(id)?.[1] ?? id;
}

/** What became of the one of several commits that there was. */
export function onlyOutcome(outcome: JointOutcome): CommitOutcome {
  if (outcome.kind === 'committed') return outcome;
  const [refusal] = outcome.refusals;
  if (!refusal) throw new TypeError('What is refused is refused for a reason.');
  return refusal;
}
