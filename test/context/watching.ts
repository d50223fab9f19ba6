import { ContextManager } from '../../src/context/manager.ts';
import type { ContextEvent } from '../../src/context/model.ts';
import type { Given } from '../../src/context/start.ts';
import { StoreUnavailableError } from '../../src/errors.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import type { JsonObject } from '../../src/json.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Log, Snapshot } from '../../src/store/store.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';

/** No test asks as often as this; a loop without an end would, and then it ends in a test that fails instead of one that hangs. */
const ENOUGH = 5000;

/** Something that can be held back for a while, and fail. */
class Gate {
  #opened: Promise<void> | undefined;
  #open = (): void => {};
  isFailing = false;
  passed = 0;

  shut(): void {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#opened = undefined;
    this.#open();
  }

  async pass(): Promise<void> {
    this.passed += 1;
    if (this.passed > ENOUGH) await new Promise(() => {});
    await this.#opened;
    if (this.isFailing) throw new StoreUnavailableError();
  }
}

/** Its answers can be held back: what they say was true when they were asked for. */
class GatedStore extends MemoryStore {
  readonly logs = new Gate();
  readonly wholes = new Gate();

  override async readLog(id: string, after: number): Promise<Log> {
    const log = await super.readLog(id, after);
    await this.logs.pass();
    return log;
  }

  override async read(id: string): Promise<Snapshot | null> {
    await this.wholes.pass();
    return super.read(id);
  }
}

class GatedFeed extends MemoryFeed {
  readonly gate = new Gate();
  /** Commits are not told of. */
  isSilent = false;

  override async listen(id: string, hear: () => void): Promise<() => void> {
    await this.gate.pass();
    return super.listen(id, () => {
      if (!this.isSilent) hear();
    });
  }
}

/** One context, `doc`, in a small world of its own: a window of 3 deltas, tombstones for a minute, a heartbeat of 10 seconds. */
export class Watching {
  readonly clock = new VirtualClock();
  readonly feed = new GatedFeed();
  readonly store = new GatedStore({
    clock: this.clock,
    tell: this.feed.tell,
    deltaThreshold: 3,
    tombstoneTtlMs: 60_000,
  });
  readonly failures: unknown[] = [];
  readonly manager: ContextManager;

  constructor() {
    const onFailure = (error: unknown): void => {
      this.failures.push(error);
    };
    this.manager = new ContextManager({ store: this.store, feed: this.feed, clock: this.clock, onFailure });
  }

  /** Sets the context; returns the cursor. */
  async set(context: JsonObject): Promise<string> {
    return (await this.manager.set('doc', context)).context.cursor;
  }

  /** Sets `n` to each of the numbers in turn; returns the last cursor. */
  async count(from: number, to: number): Promise<string> {
    let cursor = '';
    for (let n = from; n <= to; n += 1) cursor = await this.set({ n });
    return cursor;
  }

  async delete(): Promise<string> {
    return (await this.manager.delete('doc')).cursor;
  }

  watch(given: Given = {}): Reader {
    return new Reader(this.manager.watch('doc', given), this.clock);
  }

  /** A reader that asks for the next event as soon as it has one. */
  async follow(given: Given = {}): Promise<Reader> {
    const reader = this.watch(given);
    reader.follow();
    await this.clock.advance(0);
    return reader;
  }

  /** What is left behind: 0 once everybody has left. */
  get leftovers(): number {
    return this.feed.size + this.clock.size;
  }
}

export class Reader {
  readonly iterator: AsyncIterableIterator<ContextEvent>;
  readonly #clock: VirtualClock;
  #events: ContextEvent[] = [];
  isDone = false;

  constructor(iterator: AsyncIterableIterator<ContextEvent>, clock: VirtualClock) {
    this.iterator = iterator;
    this.#clock = clock;
  }

  follow(): void {
    void this.#ask(Number.POSITIVE_INFINITY);
  }

  /** Asks for one event. */
  ask(): void {
    void this.#ask(1);
  }

  /** What it was told since the last time, once everything has come that can come without time passing. */
  async told(): Promise<readonly ContextEvent[]> {
    await this.#clock.advance(0);
    return this.#events.splice(0);
  }

  async leave(): Promise<void> {
    await this.iterator.return?.();
  }

  async #ask(times: number): Promise<void> {
    for (let i = 0; i < times && !this.isDone; i += 1) {
      const result = await this.iterator.next();
      if (result.done) this.isDone = true;
      else this.#events.push(result.value);
    }
  }
}
