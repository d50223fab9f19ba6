import { setImmediate as turn } from 'node:timers/promises';
import type { MemoryStoreOptions } from '../../src/store/memory-store.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Commit, CommitOutcome, Log, Snapshot, Store } from '../../src/store/store.ts';
import { samePosition } from '../../src/store/store.ts';
import {
  ForgetsReceipts,
  IgnoresExpectedPosition,
  LeavesOldLog,
  WritesStateWithoutEntries,
} from '../store/broken-stores.ts';
import { PassThrough } from '../store/pass-through.ts';
import type { Violation } from './violation.ts';

/**
 * The canary: it reads, finds that nobody else has written, and then writes, as a store does that has no atomic commit. If a run on it
 * ever passes, it is the checker that has died.
 */
class ReadsThenWrites extends PassThrough {
  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const head = await this.inner.read(id);
    if (!samePosition(head?.position ?? null, commit.expected)) return this.inner.commit(id, commit);
    // Where a network would be between the two commands.
    await turn();
    const now = await this.inner.read(id);
    return this.inner.commit(id, { ...commit, expected: now?.position ?? null });
  }
}

/** Some reads go to a replica that lags, and are answered with what stood a while ago. */
class ReadsFromBehind extends PassThrough {
  readonly #before = new Map<string, readonly Snapshot[]>();
  #count = 0;

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    const outcome = await this.inner.commit(id, commit);
    if (outcome.kind === 'committed') {
      this.#before.set(id, [...(this.#before.get(id) ?? []).slice(-2), commit.next]);
    }
    return outcome;
  }

  override async read(id: string): Promise<Snapshot | null> {
    this.#count += 1;
    const before = this.#count % 5 === 0 ? this.#before.get(id)?.[0] : undefined;
    return before ?? this.inner.read(id);
  }
}

/** Acknowledges one commit in twenty that it has not written. */
class LosesSome extends PassThrough {
  #count = 0;

  override async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    this.#count += 1;
    return this.#count % 20 === 0 ? { kind: 'committed' } : this.inner.commit(id, commit);
  }
}

/** Of several deltas the first says nothing, and the chain looks whole. */
class EmptiesDeltas extends PassThrough {
  override async readLog(id: string, after: number): Promise<Log> {
    const { head, entries } = await this.inner.readLog(id, after);
    const [first, ...rest] = entries;
    return { head, entries: first && rest.length > 0 ? [{ ...first, delta: {} }, ...rest] : entries };
  }
}

export interface Canary {
  readonly what: string;
  /** One that is certain to be broken. */
  readonly rule: Violation['rule'];
  readonly seeds: readonly number[];
  /** Enough for the fault to show, whatever the timing. */
  readonly operations: number;
  readonly makeStore: (options: MemoryStoreOptions) => Store;
}

/** Stores that a run must be found out on. */
export const canaries: readonly Canary[] = [
  {
    what: 'reads, then writes',
    rule: 'made once',
    seeds: [1, 2, 3],
    operations: 400,
    makeStore: (options) => new ReadsThenWrites(new MemoryStore(options)),
  },
  {
    what: 'ignores the expected position',
    rule: 'made once',
    seeds: [1],
    operations: 1000,
    makeStore: (options) => new IgnoresExpectedPosition(options),
  },
  {
    what: 'reads what stood a while ago',
    rule: 'real time',
    seeds: [1],
    operations: 1000,
    makeStore: (options) => new ReadsFromBehind(new MemoryStore(options)),
  },
  {
    what: 'loses what it acknowledged',
    rule: 'made once',
    seeds: [1],
    operations: 1000,
    makeStore: (options) => new LosesSome(new MemoryStore(options)),
  },
  {
    what: 'forgets which requests were done',
    rule: 'made once',
    seeds: [1],
    operations: 2000,
    makeStore: (options) => new ForgetsReceipts(options),
  },
  {
    what: 'writes no deltas',
    rule: 'gapless',
    seeds: [1],
    operations: 1000,
    makeStore: (options) => new WritesStateWithoutEntries(options),
  },
  {
    what: 'makes deltas empty',
    rule: 'atomic',
    seeds: [1],
    operations: 1000,
    makeStore: (options) => new EmptiesDeltas(new MemoryStore(options)),
  },
  {
    what: 'hands out deltas of earlier lives',
    rule: 'gapless',
    seeds: [1],
    operations: 1000,
    makeStore: (options) => new LeavesOldLog(options),
  },
];
