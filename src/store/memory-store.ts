import { type Clock, systemClock } from '../clock.ts';
import { IdIndex } from './id-index.ts';
import {
  type Commit,
  type CommitOutcome,
  type Entry,
  type Listed,
  type ListQuery,
  type Log,
  type Receipt,
  type Snapshot,
  type Store,
  type StoreOptions,
  samePosition,
  storeDefaults,
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
  /** Of the snapshot's life, oldest first. */
  entries: readonly Entry[];
  receipts: Map<string, Receipt>;
}

/** Something to forget once it is old enough. */
interface Due {
  readonly at: number;
  readonly forget: () => void;
}

/** What falls due in the order in which it came, since everything in one queue may grow equally old. */
class DueQueue {
  #items: Due[] = [];
  #first = 0;

  push(due: Due): void {
    this.#items.push(due);
  }

  forgetUntil(now: number): void {
    for (let next = this.#items[this.#first]; next && next.at <= now; next = this.#items[this.#first]) {
      next.forget();
      this.#first += 1;
    }
    // Dropping them one by one would move all that follow each time.
    if (this.#first * 2 < this.#items.length || this.#first === 0) return;
    this.#items = this.#items.slice(this.#first);
    this.#first = 0;
  }
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
  readonly #tombstones = new DueQueue();
  readonly #receipts = new DueQueue();

  constructor({ tell = () => {}, clock = systemClock(), ...options }: MemoryStoreOptions = {}) {
    this.#options = { ...storeDefaults, ...options };
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
    this.#forgetOld();
    const record = this.#records.get(id) ?? { snapshot: null, entries: [], receipts: new Map<string, Receipt>() };
    const known = commit.receipts.flatMap(({ key }) => record.receipts.get(key) ?? []);
    if (known.length > 0) return { kind: 'repeated', receipts: known };
    if (!samePosition(record.snapshot?.position ?? null, commit.expected)) {
      return { kind: 'conflict', log: this.#log(id, commit.expected?.version ?? 0) };
    }
    this.#records.set(id, record);
    for (const receipt of commit.receipts) this.#keepReceipt(id, record, receipt);
    if (!samePosition(commit.expected, commit.next.position)) {
      this.#move(id, record, commit);
      this.#tell(id);
    }
    return { kind: 'committed' };
  }

  async findReceipt(id: string, key: string): Promise<Receipt | null> {
    this.#forgetOld();
    return this.#records.get(id)?.receipts.get(key) ?? null;
  }

  async list({ prefix, after, limit }: ListQuery): Promise<readonly Listed[]> {
    return this.#liveIds.page(prefix, after, limit).flatMap((id) => {
      const head = this.#records.get(id)?.snapshot;
      return head?.status === 'live' ? { id, head } : [];
    });
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    this.#records.clear();
  }

  #log(id: string, after: number): Log {
    const record = this.#records.get(id);
    if (!record?.snapshot) return { head: null, entries: [] };
    const first = record.entries.findIndex(({ version }) => version > after);
    return { head: record.snapshot, entries: first < 0 ? [] : record.entries.slice(first) };
  }

  #move(id: string, record: Kept, { entries, next }: Commit): void {
    const isSameLife = record.snapshot?.position.life === next.position.life;
    record.snapshot = next;
    if (next.status === 'live') {
      const window = isSameLife ? [...record.entries, ...entries] : entries;
      record.entries = window.slice(Math.max(0, window.length - this.#options.deltaThreshold));
      this.#liveIds.add(id);
      return;
    }
    record.entries = [];
    this.#liveIds.remove(id);
    this.#forgetLater(this.#tombstones, this.#options.tombstoneTtlMs, () => {
      if (record.snapshot !== next) return;
      record.snapshot = null;
      this.#dropIfEmpty(id, record);
    });
  }

  #keepReceipt(id: string, record: Kept, receipt: Receipt): void {
    record.receipts.set(receipt.key, receipt);
    const oldest = record.receipts.keys().next();
    if (record.receipts.size > this.#options.receiptLimit && !oldest.done) record.receipts.delete(oldest.value);
    this.#forgetLater(this.#receipts, this.#options.receiptTtlMs, () => {
      if (record.receipts.get(receipt.key) === receipt) record.receipts.delete(receipt.key);
      this.#dropIfEmpty(id, record);
    });
  }

  #forgetLater(queue: DueQueue, ttlMs: number, forget: () => void): void {
    queue.push({ at: this.#clock.monotonic() + ttlMs, forget });
  }

  #forgetOld(): void {
    const now = this.#clock.monotonic();
    this.#tombstones.forgetUntil(now);
    this.#receipts.forgetUntil(now);
  }

  #dropIfEmpty(id: string, record: Kept): void {
    if (record.snapshot === null && record.receipts.size === 0 && this.#records.get(id) === record)
      this.#records.delete(id);
  }
}
