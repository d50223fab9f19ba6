import { type Clock, systemClock } from '../clock.ts';
import type { JsonObject } from '../json.ts';
import { withDefaults } from '../limits.ts';
import { Expiries } from './expiries.ts';
import { IdIndex } from './id-index.ts';
import { ScoreIndex } from './score-index.ts';
import {
  type AgeQuery,
  type Commit,
  type CommitOf,
  type CommitOutcome,
  type Entry,
  type JointOutcome,
  type Listed,
  type ListQuery,
  type Log,
  onlyOutcome,
  type Receipt,
  type Refusal,
  type Snapshot,
  type Store,
  type StoredRecord,
  type StoreOptions,
  samePosition,
  storeDefaults,
  type Trimmed,
} from './store.ts';

export interface MemoryStoreOptions extends StoreOptions {
  /** Called after each commit that moved a head; hand it the memory feed's `tell`. Without it nobody hears of commits. */
  readonly tell?: (id: string) => void;
  /** Ages tombstones and request ids. @default the system's clock */
  readonly clock?: Clock;
}

/** All that is kept of one id. */
interface Kept {
  snapshot: Snapshot | null;
  /** Of the snapshot's life, consecutive versions, oldest first. */
  readonly entries: Entry[];
  /** By their keys, oldest first. */
  readonly receipts: Map<string, Remembered>;
}

interface Remembered {
  readonly id: string;
  readonly receipt: Receipt;
}

/**
 * The embedded store: one process, nothing to install, gone when the process ends. A commit runs to its end without a pause, which
 * makes it atomic. Reads cost no copy, since values are frozen.
 */
export class MemoryStore implements Store {
  readonly #options: Required<StoreOptions>;
  readonly #tell: (id: string) => void;
  readonly #clock: Clock;
  readonly #records = new Map<string, Kept>();
  readonly #liveIds = new IdIndex();
  /** Live ids by the time of their last commit. */
  readonly #commitTimes = new ScoreIndex();
  /** Ids that have deltas, by the time of the oldest. */
  readonly #deltaTimes = new ScoreIndex();
  readonly #shared = new Map<string, StoredRecord>();
  readonly #tombstones = new Expiries<string>();
  readonly #receipts = new Expiries<Remembered>();

  constructor({ tell = () => {}, clock = systemClock(), ...options }: MemoryStoreOptions = {}) {
    this.#options = withDefaults(storeDefaults, options);
    this.#tell = tell;
    this.#clock = clock;
  }

  async read(id: string): Promise<Snapshot | null> {
    this.#forgetOld();
    return this.#records.get(id)?.snapshot ?? null;
  }

  async readLog(id: string, after: number): Promise<Log> {
    this.#forgetOld();
    return this.#log(id, after);
  }

  async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    return onlyOutcome(this.#commit([{ id, commit }]));
  }

  async commitAll(commits: readonly CommitOf[]): Promise<JointOutcome> {
    return this.#commit(commits);
  }

  async findReceipt(id: string, key: string): Promise<Receipt | null> {
    this.#forgetOld();
    return this.#records.get(id)?.receipts.get(key)?.receipt ?? null;
  }

  async list({ prefix, after, limit }: ListQuery): Promise<readonly Listed[]> {
    return this.#listed(this.#liveIds.page(prefix, after, limit));
  }

  async listIdle({ until, limit }: AgeQuery): Promise<readonly Listed[]> {
    return this.#listed(this.#commitTimes.upTo(until, limit));
  }

  async trim({ until, limit }: AgeQuery): Promise<Trimmed> {
    const ids = this.#deltaTimes.upTo(until, limit);
    let deltas = 0;
    for (const id of ids) {
      const entries = this.#records.get(id)?.entries ?? [];
      const firstKept = entries.findIndex(({ insertedAt }) => insertedAt > until);
      deltas += entries.splice(0, firstKept < 0 ? entries.length : firstKept).length;
      this.#noteOldest(id, entries);
    }
    return { contexts: ids.length, deltas };
  }

  async readRecord(name: string): Promise<StoredRecord> {
    return this.#shared.get(name) ?? { value: null, revision: 0 };
  }

  async writeRecord(name: string, value: JsonObject, revision: number): Promise<boolean> {
    if ((this.#shared.get(name)?.revision ?? 0) !== revision) return false;
    this.#shared.set(name, { value: structuredClone(value), revision: revision + 1 });
    return true;
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    this.#records.clear();
  }

  #commit(commits: readonly CommitOf[]): JointOutcome {
    this.#forgetOld();
    for (const inTheWay of [this.#known, this.#conflict]) {
      const refusals = commits.map((commit) => inTheWay.call(this, commit));
      if (refusals.some((refusal) => refusal !== null)) return { kind: 'refused', refusals };
    }
    const moved: string[] = [];
    for (const { id, commit } of commits) {
      const record = this.#records.get(id) ?? { snapshot: null, entries: [], receipts: new Map<string, Remembered>() };
      this.#records.set(id, record);
      for (const receipt of commit.receipts) this.#keepReceipt(id, record, receipt);
      if (samePosition(commit.expected, commit.next.position)) continue;
      this.#move(id, record, commit);
      moved.push(id);
    }
    for (const id of moved) this.#tell(id);
    return { kind: 'committed' };
  }

  #known({ id, commit }: CommitOf): Refusal | null {
    const known = this.#records.get(id)?.receipts;
    const receipts = commit.receipts.flatMap(({ key }) => known?.get(key)?.receipt ?? []);
    return receipts.length > 0 ? { kind: 'repeated', receipts } : null;
  }

  #conflict({ id, commit }: CommitOf): Refusal | null {
    const stands = this.#records.get(id)?.snapshot?.position ?? null;
    if (samePosition(stands, commit.expected)) return null;
    return { kind: 'conflict', log: this.#log(id, commit.expected?.version ?? 0) };
  }

  #listed(ids: readonly string[]): readonly Listed[] {
    return ids.flatMap((id) => {
      const head = this.#records.get(id)?.snapshot;
      return head?.status === 'live' ? { id, head } : [];
    });
  }

  #log(id: string, after: number): Log {
    const record = this.#records.get(id);
    if (!record?.snapshot) return { head: null, entries: [] };
    const [oldest] = record.entries;
    const first = oldest ? Math.max(0, after + 1 - oldest.version) : 0;
    return { head: record.snapshot, entries: record.entries.slice(first) };
  }

  #move(id: string, record: Kept, { entries, next }: Commit): void {
    const window = record.entries;
    if (record.snapshot?.position.life !== next.position.life || next.status === 'ended') window.length = 0;
    record.snapshot = next;
    if (next.status === 'live') {
      for (const entry of entries) window.push(entry);
      window.splice(0, window.length - this.#options.deltaThreshold);
      this.#liveIds.add(id);
      this.#commitTimes.set(id, next.insertedAt);
      this.#tombstones.delete(id);
    } else {
      this.#liveIds.remove(id);
      this.#commitTimes.delete(id);
      this.#tombstones.set(id, this.#clock.monotonic() + this.#options.tombstoneTtlMs);
    }
    this.#noteOldest(id, window);
  }

  #noteOldest(id: string, [oldest]: readonly Entry[]): void {
    if (oldest) this.#deltaTimes.set(id, oldest.insertedAt);
    else this.#deltaTimes.delete(id);
  }

  #keepReceipt(id: string, record: Kept, receipt: Receipt): void {
    const remembered = { id, receipt };
    record.receipts.set(receipt.key, remembered);
    this.#receipts.set(remembered, this.#clock.monotonic() + this.#options.receiptTtlMs);
    for (const oldest of record.receipts.values()) {
      if (record.receipts.size <= this.#options.receiptLimit) return;
      record.receipts.delete(oldest.receipt.key);
      this.#receipts.delete(oldest);
    }
  }

  #forgetOld(): void {
    const now = this.#clock.monotonic();
    for (let id = this.#tombstones.take(now); id !== undefined; id = this.#tombstones.take(now)) {
      const record = this.#records.get(id);
      if (record) record.snapshot = null;
      this.#dropIfEmpty(id);
    }
    for (let old = this.#receipts.take(now); old !== undefined; old = this.#receipts.take(now)) {
      this.#records.get(old.id)?.receipts.delete(old.receipt.key);
      this.#dropIfEmpty(old.id);
    }
  }

  #dropIfEmpty(id: string): void {
    const record = this.#records.get(id);
    if (record?.snapshot === null && record.receipts.size === 0) this.#records.delete(id);
  }
}
