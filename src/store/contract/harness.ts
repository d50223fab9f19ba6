import type { Commit, Snapshot, Store, StoreOptions } from '../store.ts';
import { Author } from './author.ts';
import { same } from './same.ts';
import { Told } from './told.ts';

/** How the contract gets at a store of yours. */
export interface StoreHarness {
  /**
   * A store that is empty and that nobody else uses, with the options that the case is about; the others keep their
   * defaults.
   *
   * `tell` is to be called with the id of each commit that the store tells the feed of, once for each and in their
   * order: at once, or somewhat later where the news has to travel, but never sooner than the store sends it.
   */
  create(options: StoreOptions & { readonly tell: (id: string) => void }): Promise<Store>;
  /** Lets at least `ms` milliseconds pass for the store's TTLs: moves a fake clock, or waits for a real one. */
  elapse(ms: number): Promise<void>;
  /**
   * The TTL, in milliseconds, that the cases about time ask for: many times what a few calls to the store take. Each of
   * those cases lets up to two and a half times as much pass. @default 1000
   */
  readonly ttlMs?: number;
  /** How long, in milliseconds, `tell` may take to come after the commit was answered. @default 5000 */
  readonly tellWithinMs?: number;
}

/** One thing that a store must do. */
export interface ContractCase {
  /**
   * A sentence of its own; where it is one of the promises in the comment on `Store`, that one's number comes first.
   */
  readonly name: string;
  /** Rejects with an AssertionError that says which rule was broken and how, or with what the store itself threw. */
  run(harness: StoreHarness): Promise<void>;
}

/** What a case works with. */
export interface Trial {
  readonly store: Store;
  readonly author: Author;
  readonly told: Told;
  readonly ttlMs: number;
  elapse(ms: number): Promise<void>;
  /** Commits what must succeed; resolves to what stands then. */
  put<S extends Snapshot>(id: string, commit: Commit & { readonly next: S }): Promise<S>;
  /** Resolves once everything told so far has been heard: commits on an id of its own, and waits to hear of that. */
  settle(): Promise<void>;
}

type OptionsFor = StoreOptions | ((ttlMs: number) => StoreOptions);

/** A case on a store of its own, which is closed at the end, however it ends. */
export function contractCase(name: string, options: OptionsFor, check: (trial: Trial) => Promise<void>): ContractCase {
  return {
    name,
    async run(harness) {
      const { ttlMs = 1000, tellWithinMs = 5000 } = harness;
      const told = new Told(tellWithinMs);
      const chosen = typeof options === 'function' ? options(ttlMs) : options;
      const store = await harness.create({ ...chosen, tell: (id) => told.hear(id) });
      const author = new Author();
      const put: Trial['put'] = async (id, commit) => {
        const outcome = await store.commit(id, commit);
        same(outcome.kind, 'committed', 'A commit that expects what stands, with receipts not seen before, succeeds.');
        return commit.next;
      };
      let settled = 0;
      const settle = async (): Promise<void> => {
        settled += 1;
        const id = `settled ${settled}`;
        await put(id, author.begin(null, {}));
        await told.reaches(id, 1);
      };
      try {
        await check({ store, author, told, ttlMs, elapse: (ms) => harness.elapse(ms), put, settle });
      } finally {
        await store.close();
      }
    },
  };
}
