import { StoreUnavailableError } from '../../src/errors.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type {
  Commit,
  CommitOutcome,
  ContextStore,
  Head,
  JointOutcome,
  Listed,
  Log,
  Position,
  Receipt,
  Snapshot,
  StoreOptions,
} from '../../src/store/store.ts';
import type { FaultyFeed } from './faulty-feed.ts';
import { Fault, History } from './history.ts';
import type { Journal } from './journal.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Weather } from './weather.ts';

/** Who looks over a watch's shoulder, so as to know what the watch may know. */
export interface Spectator {
  /** It has read a log. */
  looked(head: Head | null): void;
  /** It has read a whole context. */
  saw(head: Head | null): void;
}

/** No seed reads as often as this. */
const ENOUGH = 50_000;

interface Logged {
  readonly id: string;
  readonly commit: Commit;
  readonly at: number;
}

/**
 * The memory store behind a bad line: calls arrive late, answers come back late, either gets lost. It can also fail over to a
 * replica that lags, and then forgets the latest commits. Whatever it takes is recorded.
 */
export class FaultyStore implements ContextStore {
  readonly #weather: Weather;
  readonly #feed: FaultyFeed;
  readonly #clock: VirtualClock;
  readonly #options: StoreOptions;
  readonly #journal: Journal;
  readonly #histories = new Map<string, History>();
  #logged: Logged[] = [];
  #taking: Commit | undefined;
  #calls = 0;
  #replayedAt: number | undefined;
  #inner: MemoryStore;

  constructor(weather: Weather, feed: FaultyFeed, clock: VirtualClock, options: StoreOptions, journal: Journal) {
    this.#weather = weather;
    this.#feed = feed;
    this.#clock = clock;
    this.#options = options;
    this.#journal = journal;
    this.#inner = this.#empty();
  }

  historyOf(id: string): History {
    const history = this.#histories.get(id) ?? new History();
    this.#histories.set(id, history);
    return history;
  }

  /** The same store, telling what one watch reads. */
  seenBy(spectator: Spectator): ContextStore {
    return {
      read: async (id) => {
        const snapshot = await this.read(id);
        spectator.saw(snapshot);
        return snapshot;
      },
      readLog: async (id, after) => {
        const log = await this.readLog(id, after);
        spectator.looked(log.head);
        return log;
      },
      commit: (id, commit) => this.commit(id, commit),
      commitAll: () => this.commitAll(),
      findReceipt: (id, key) => this.findReceipt(id, key),
      list: (query) => this.list(query),
    };
  }

  read(id: string): Promise<Snapshot | null> {
    return this.#call(() => this.#inner.read(id));
  }

  readLog(id: string, after: number): Promise<Log> {
    return this.#call(() => this.#inner.readLog(id, after));
  }

  findReceipt(id: string, key: string): Promise<Receipt | null> {
    return this.#call(() => this.#inner.findReceipt(id, key));
  }

  list(query: { prefix: string; after: string | null; limit: number }): Promise<readonly Listed[]> {
    return this.#call(() => this.#inner.list(query));
  }

  async commit(id: string, commit: Commit): Promise<CommitOutcome> {
    await this.#weather.travel();
    if (this.#isDown()) throw new StoreUnavailableError({ applied: 'NO' });
    // The memory store does its work before it returns the promise, and tells of it on the way.
    this.#taking = commit;
    const outcome = this.#inner.commit(id, commit);
    this.#taking = undefined;
    await this.#weather.travel();
    if (this.#isDown()) throw new StoreUnavailableError();
    return outcome;
  }

  /** Nobody here writes several as one. */
  commitAll(): Promise<JointOutcome> {
    throw new Fault('somebody writes several as one');
  }

  /** Goes over to a replica that misses the latest commits. */
  failOver(missing: number): void {
    this.#logged = this.#logged.slice(0, Math.max(0, this.#logged.length - missing));
    this.#inner = this.#empty();
    const heads = new Map<string, Position | null>([...this.#histories.keys()].map((id) => [id, null]));
    for (const { id, commit, at } of this.#logged) {
      this.#replayedAt = at;
      void this.#inner.commit(id, commit);
      heads.set(id, commit.next.position);
    }
    this.#replayedAt = undefined;
    for (const [id, position] of heads) this.historyOf(id).rewind(position);
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {}

  async #call<T>(run: () => Promise<T>): Promise<T> {
    this.#calls += 1;
    if (this.#calls > ENOUGH) {
      this.#journal.blame(new Fault('somebody reads without end'));
      await new Promise(() => {});
    }
    await this.#weather.travel();
    if (this.#isDown()) throw new StoreUnavailableError();
    const answer = await run();
    await this.#weather.travel();
    if (this.#isDown()) throw new StoreUnavailableError();
    return answer;
  }

  #isDown(): boolean {
    return this.#weather.isStoreDown || this.#weather.fails();
  }

  #empty(): MemoryStore {
    const clock = {
      unitMs: this.#clock.unitMs,
      turn: () => this.#clock.turn(),
      now: () => this.#clock.now(),
      monotonic: () => this.#replayedAt ?? this.#clock.monotonic(),
      after: (ms: number, run: () => void) => this.#clock.after(ms, run),
    };
    return new MemoryStore({ ...this.#options, clock, tell: (id) => this.#tell(id) });
  }

  #tell(id: string): void {
    const commit = this.#taking;
    if (commit === undefined) return;
    this.#logged.push({ id, commit, at: this.#clock.monotonic() });
    this.#journal.note(() => `${id} is now ${describe(commit.next)}`);
    this.#journal.check(() => this.historyOf(id).record(commit));
    this.#feed.tell(id);
  }
}

function describe({ position, status }: Head): string {
  return `${position.life} v${position.version} ${position.tag} (${status})`;
}
