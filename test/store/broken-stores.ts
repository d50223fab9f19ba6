import { MemoryStore, type MemoryStoreOptions } from '../../src/store/memory-store.ts';
import {
  type Commit,
  type CommitOf,
  type CommitOutcome,
  type Entry,
  type JointOutcome,
  type Listed,
  type ListQuery,
  type Log,
  type Receipt,
  type Refusal,
  type Snapshot,
  type Store,
  samePosition,
  storeDefaults,
} from '../../src/store/store.ts';
import { PassThrough } from './pass-through.ts';

export type BrokenStore = new (options: MemoryStoreOptions) => Store;

/** Each of these is the memory store with one fault. */
class Faulty extends PassThrough {
  protected readonly options: MemoryStoreOptions;

  constructor(options: MemoryStoreOptions, inner: Store = new MemoryStore(options)) {
    super(inner);
    this.options = options;
  }

  /** Commits on whatever stands. */
  protected async force(id: string, commit: Commit): Promise<CommitOutcome> {
    for (;;) {
      const head = await this.inner.read(id);
      const outcome = await this.inner.commit(id, { ...commit, expected: head?.position ?? null });
      if (outcome.kind !== 'conflict') return outcome;
    }
  }
}

/** The last writer wins. */
export class IgnoresExpectedPosition extends Faulty {
  override commit(id: string, commit: Commit): Promise<CommitOutcome> {
    return this.force(id, commit);
  }
}

/** Two commands where one would do: whoever checks in between passes too. */
export class ChecksThenWrites extends Faulty {
  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const known = await Promise.all(commit.receipts.map(({ key }) => this.inner.findReceipt(id, key)));
    const head = await this.inner.read(id);
    const passes = known.every((receipt) => receipt === null) && samePosition(head?.position ?? null, commit.expected);
    return passes ? this.force(id, commit) : this.inner.commit(id, commit);
  }
}

/** Takes a version for a position. */
export class ComparesVersionsOnly extends Faulty {
  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const head = await this.inner.read(id);
    return head?.position.version === commit.expected?.version ? this.force(id, commit) : this.inner.commit(id, commit);
  }
}

/** The head is there a moment before its log. */
export class WritesStateBeforeEntries extends Faulty {
  readonly #behind = new Map<string, Log>();

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const before = await this.inner.readLog(id, 0);
    this.#behind.set(id, before);
    try {
      return await this.inner.commit(id, commit);
    } finally {
      await Promise.resolve();
      this.#behind.delete(id);
    }
  }

  override async readLog(id: string, after: number): Promise<Log> {
    const { head, entries } = await this.inner.readLog(id, after);
    const behind = this.#behind.get(id);
    return { head, entries: behind ? behind.entries.filter(({ version }) => version > after) : entries };
  }
}

/** The first command of two was the last. */
export class WritesStateWithoutEntries extends Faulty {
  override commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const isUpdate = commit.next.status === 'live' && commit.next.position.version > 1;
    return this.inner.commit(id, isUpdate ? { ...commit, entries: [] } : commit);
  }
}

/** Keeps all entries itself, for those that keep the wrong ones. */
class KeepsEntries extends Faulty {
  protected readonly entries = new Map<string, readonly Entry[]>();

  protected select(entries: readonly Entry[], _commit: Commit): readonly Entry[] {
    return entries;
  }

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const before = await this.inner.read(id);
    const outcome = await this.inner.commit(id, commit);
    if (outcome.kind !== 'committed') return outcome;
    const isSameLife = before?.position.life === commit.next.position.life;
    const all = [...(this.entries.get(id) ?? []), ...commit.entries];
    this.entries.set(id, this.select(isSameLife ? all : this.begin(all, commit), commit));
    return outcome;
  }

  protected begin(_all: readonly Entry[], commit: Commit): readonly Entry[] {
    return commit.entries;
  }

  override async readLog(id: string, after: number): Promise<Log> {
    const { head } = await this.inner.readLog(id, after);
    const entries = head?.status === 'live' ? (this.entries.get(id) ?? []) : [];
    return { head, entries: entries.filter(({ version }) => version > after) };
  }
}

export class KeepsOldestDeltas extends KeepsEntries {
  protected override select(entries: readonly Entry[]): readonly Entry[] {
    return entries.slice(0, this.options.deltaThreshold ?? storeDefaults.deltaThreshold);
  }
}

export class TrimsBeforeAppending extends KeepsEntries {
  protected override select(entries: readonly Entry[], commit: Commit): readonly Entry[] {
    const kept = entries.slice(0, entries.length - commit.entries.length);
    return [...kept.slice(-(this.options.deltaThreshold ?? storeDefaults.deltaThreshold)), ...commit.entries];
  }
}

export class LeavesOldLog extends KeepsEntries {
  protected override begin(all: readonly Entry[]): readonly Entry[] {
    return all;
  }
}

/** Deleting clears the log, replacing a life does not. */
export class LeavesReplacedLog extends KeepsEntries {
  protected override begin(all: readonly Entry[], commit: Commit): readonly Entry[] {
    return commit.entries.length > 0 ? commit.entries : all;
  }
}

/** Takes the newest for enough. */
export class CutsBriefLogs extends Faulty {
  override async readLog(id: string, after: number, isBrief?: boolean): Promise<Log> {
    const { head, entries } = await this.inner.readLog(id, after);
    return { head, entries: isBrief ? entries.slice(-1) : entries };
  }
}

/** Takes everybody for one who could as well read the state. */
export class IsAlwaysBrief extends Faulty {
  override async readLog(id: string, after: number): Promise<Log> {
    const { head, entries } = await this.inner.readLog(id, after);
    return { head, entries: JSON.stringify(entries).length > 4096 ? [] : entries };
  }
}

export class ForgetsReceipts extends Faulty {
  override commit(id: string, commit: Commit): Promise<CommitOutcome> {
    return this.inner.commit(id, { ...commit, receipts: [] });
  }
}

/** Receipts are kept with the life. */
export class ForgetsReceiptsOfEndedLives extends Faulty {
  readonly #lives = new Map<string, string>();

  #keyed<T extends { readonly key: string }>(id: string, receipt: T): T {
    return { ...receipt, key: `${this.#lives.get(id) ?? ''} ${receipt.key}` };
  }

  #unkeyed<T extends { readonly key: string }>(receipt: T): T {
    return { ...receipt, key: receipt.key.slice(receipt.key.indexOf(' ') + 1) };
  }

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    if (!this.#lives.has(id)) this.#lives.set(id, commit.next.position.life);
    const receipts = commit.receipts.map((receipt) => this.#keyed(id, receipt));
    const outcome = await this.inner.commit(id, { ...commit, receipts });
    if (outcome.kind === 'committed') this.#lives.set(id, commit.next.position.life);
    if (outcome.kind !== 'repeated') return outcome;
    return { kind: 'repeated', receipts: outcome.receipts.map((receipt) => this.#unkeyed(receipt)) };
  }

  override async findReceipt(id: string, key: string): Promise<Receipt | null> {
    const receipt = await this.inner.findReceipt(id, this.#keyed(id, { key }).key);
    return receipt && this.#unkeyed(receipt);
  }
}

export class TestsPositionBeforeReceipts extends Faulty {
  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const log = await this.inner.readLog(id, commit.expected?.version ?? 0);
    if (!samePosition(log.head?.position ?? null, commit.expected)) return { kind: 'conflict', log };
    return this.inner.commit(id, commit);
  }
}

export class TellsTooEarly extends Faulty {
  constructor(options: MemoryStoreOptions) {
    super(options, new MemoryStore({ ...options, tell: () => {} }));
  }

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const moves = !samePosition(commit.expected, commit.next.position);
    const stands = samePosition((await this.inner.read(id))?.position ?? null, commit.expected);
    const known = await Promise.all(commit.receipts.map(({ key }) => this.inner.findReceipt(id, key)));
    if (moves && stands && known.every((receipt) => receipt === null)) this.options.tell?.(id);
    return this.inner.commit(id, commit);
  }
}

export class TellsOfEveryCall extends Faulty {
  constructor(options: MemoryStoreOptions) {
    super(options, new MemoryStore({ ...options, tell: () => {} }));
  }

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const outcome = await this.inner.commit(id, commit);
    this.options.tell?.(id);
    return outcome;
  }
}

export class TellsOfNoDeletion extends Faulty {
  constructor({ tell = () => {}, ...options }: MemoryStoreOptions) {
    const tellOfLives = async (id: string): Promise<void> => {
      if ((await inner.read(id))?.status === 'live') tell(id);
    };
    const inner: MemoryStore = new MemoryStore({ ...options, tell: (id) => void tellOfLives(id) });
    super(options, inner);
  }
}

/** Deletes, as one deletes from a map. */
export class LeavesNoTombstone extends Faulty {
  readonly #ended = new Map<string, Commit['expected']>();

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const expected = commit.expected ?? this.#ended.get(id) ?? null;
    const outcome = await this.inner.commit(id, { ...commit, expected });
    if (outcome.kind === 'committed') {
      if (commit.next.status === 'ended') this.#ended.set(id, commit.next.position);
      else this.#ended.delete(id);
    }
    return outcome;
  }

  override async read(id: string): Promise<Snapshot | null> {
    const snapshot = await this.inner.read(id);
    return snapshot?.status === 'live' ? snapshot : null;
  }

  override async readLog(id: string, after: number): Promise<Log> {
    const log = await this.inner.readLog(id, after);
    return log.head?.status === 'live' ? log : { head: null, entries: [] };
  }
}

/** The tombstone's time runs on when a new life has begun: then the wrong one goes. */
export class ExpiresTheNextLife extends Faulty {
  readonly #endedAt = new Map<string, number>();

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const outcome = await this.inner.commit(id, commit);
    const isEnd = outcome.kind === 'committed' && commit.next.status === 'ended';
    if (isEnd && !this.#endedAt.has(id)) this.#endedAt.set(id, this.options.clock?.monotonic() ?? 0);
    return outcome;
  }

  override async read(id: string): Promise<Snapshot | null> {
    const due = (this.#endedAt.get(id) ?? Number.POSITIVE_INFINITY) + (this.options.tombstoneTtlMs ?? 0);
    return (this.options.clock?.monotonic() ?? 0) >= due ? null : this.inner.read(id);
  }
}

/** What comes in is copied, but what goes out is the store's own. */
export class HandsOutMutableState extends Faulty {
  override commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const entries = commit.entries.map((entry) => structuredClone(entry));
    return this.inner.commit(id, { ...commit, entries, next: structuredClone(commit.next) });
  }
}

export class ListsByUtf16 extends Faulty {
  override async list({ prefix, after, limit }: ListQuery): Promise<readonly Listed[]> {
    const all = await this.inner.list({ prefix, after: null, limit: Number.MAX_SAFE_INTEGER });
    const ordered = all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return ordered.filter(({ id }) => after === null || id > after).slice(0, limit);
  }
}

/** Ids go into a pattern as they are. */
export class ListsByPattern extends Faulty {
  override async list({ prefix, after, limit }: ListQuery): Promise<readonly Listed[]> {
    const all = await this.inner.list({ prefix: '', after, limit: Number.MAX_SAFE_INTEGER });
    const escaped = prefix
      .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return all.filter(({ id }) => new RegExp(`^${escaped}`, 's').test(id)).slice(0, limit);
  }
}

export class NormalisesIds extends Faulty {
  override commit(id: string, commit: Commit): Promise<CommitOutcome> {
    return this.inner.commit(id.normalize('NFC'), commit);
  }

  override read(id: string): Promise<Snapshot | null> {
    return this.inner.read(id.normalize('NFC'));
  }
}

/** Redis' cjson makes an empty array an empty object. */
export class GarblesEmptyArrays extends Faulty {
  override async read(id: string): Promise<Snapshot | null> {
    return JSON.parse(JSON.stringify(await this.inner.read(id)).replaceAll('[]', '{}'));
  }
}

/** One after the other, up to the first that does not fit. */
export class CommitsOneByOne extends Faulty {
  override async commitAll(commits: readonly CommitOf[]): Promise<JointOutcome> {
    const refusals: (Refusal | null)[] = commits.map(() => null);
    for (const [i, { id, commit }] of commits.entries()) {
      const outcome = await this.inner.commit(id, commit);
      if (outcome.kind === 'committed') continue;
      refusals[i] = outcome;
      return { kind: 'refused', refusals };
    }
    return { kind: 'committed' };
  }
}

/** Looks whether all fit, and then writes one after the other. */
export class ChecksAllThenWritesEach extends Faulty {
  override async commitAll(commits: readonly CommitOf[]): Promise<JointOutcome> {
    const nothing = commits.map(({ id, commit }) => {
      const { expected, receipts, next } = commit;
      return {
        id,
        commit: { ...commit, entries: [], receipts, next: { ...next, position: expected ?? next.position } },
      };
    });
    const stay = nothing.filter(({ commit }) => commit.expected !== null && commit.receipts.length === 0);
    const outcome = await this.inner.commitAll(stay.length === nothing.length ? stay : commits);
    if (stay.length < nothing.length || outcome.kind === 'refused') return outcome;
    for (const { id, commit } of commits) await this.force(id, commit);
    return { kind: 'committed' };
  }
}

/** Takes those that move nothing for done. */
export class PassesOverWhatStays extends Faulty {
  override async commitAll(commits: readonly CommitOf[]): Promise<JointOutcome> {
    const isMoved = ({ commit }: CommitOf): boolean => !samePosition(commit.expected, commit.next.position);
    const outcome = await this.inner.commitAll(commits.filter(isMoved));
    if (outcome.kind === 'committed') return outcome;
    const refusals = [...outcome.refusals];
    return { ...outcome, refusals: commits.map((commit) => (isMoved(commit) ? (refusals.shift() ?? null) : null)) };
  }
}

/** Tells of the first before it can be read. */
export class TellsOfSeveralTooEarly extends Faulty {
  override async commitAll(commits: readonly CommitOf[]): Promise<JointOutcome> {
    const [first] = commits;
    if (first) this.options.tell?.(first.id);
    await Promise.resolve();
    return this.inner.commitAll(commits);
  }
}
