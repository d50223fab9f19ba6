import {
  type Commit,
  type CommitOutcome,
  type Listed,
  type Log,
  type Receipt,
  type Snapshot,
  samePosition,
} from '../store.ts';

/** Everything there is to know of one id, as plainly as it can be kept. */
interface Known {
  snapshot: Snapshot | null;
  entries: readonly Commit['entries'][number][];
  receipts: readonly Receipt[];
}

/** What a store does, time left out: the reference that random sequences are compared with. */
export class Model {
  readonly #deltaThreshold: number;
  readonly #receiptLimit: number;
  readonly #known = new Map<string, Known>();
  readonly told = new Map<string, number>();

  constructor({ deltaThreshold, receiptLimit }: { readonly deltaThreshold: number; readonly receiptLimit: number }) {
    this.#deltaThreshold = deltaThreshold;
    this.#receiptLimit = receiptLimit;
  }

  read(id: string): Snapshot | null {
    return this.#of(id).snapshot;
  }

  readLog(id: string, after: number): Log {
    const { snapshot, entries } = this.#of(id);
    return { head: snapshot, entries: entries.filter(({ version }) => version > after) };
  }

  findReceipt(id: string, key: string): Receipt | null {
    return this.#of(id).receipts.find((receipt) => receipt.key === key) ?? null;
  }

  list(prefix: string, after: string): readonly Listed[] {
    return [...this.#known].flatMap(([id, { snapshot }]) =>
      snapshot?.status === 'live' && id.startsWith(prefix) && id > after ? [{ id, head: snapshot }] : [],
    );
  }

  commit(id: string, commit: Commit): CommitOutcome {
    const known = this.#of(id);
    const keys = commit.receipts.map(({ key }) => key);
    const repeated = known.receipts.filter(({ key }) => keys.includes(key));
    if (repeated.length > 0) return { kind: 'repeated', receipts: repeated };
    if (!samePosition(known.snapshot?.position ?? null, commit.expected)) {
      return { kind: 'conflict', log: this.readLog(id, commit.expected?.version ?? 0) };
    }
    known.receipts = [...known.receipts, ...commit.receipts].slice(-this.#receiptLimit);
    if (!samePosition(commit.expected, commit.next.position)) {
      const isSameLife = known.snapshot?.position.life === commit.next.position.life;
      const entries = [...(isSameLife ? known.entries : []), ...commit.entries];
      known.entries = commit.next.status === 'live' ? entries.slice(-this.#deltaThreshold) : [];
      known.snapshot = commit.next;
      this.told.set(id, (this.told.get(id) ?? 0) + 1);
    }
    this.#known.set(id, known);
    return { kind: 'committed' };
  }

  #of(id: string): Known {
    return this.#known.get(id) ?? { snapshot: null, entries: [], receipts: [] };
  }
}
