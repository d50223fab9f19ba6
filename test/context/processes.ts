import { ContextManager } from '../../src/context/manager.ts';
import type { ContextManagerOptions } from '../../src/context/manager-options.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Store, StoreOptions } from '../../src/store/store.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { type Around, InterceptedStore } from '../store/intercepted-store.ts';

type Once = (proceed: () => Promise<unknown>) => Promise<unknown>;

/** One process's way to the store: it notes every call, and a test may step in between. */
class Line extends InterceptedStore {
  readonly calls: (keyof Store)[] = [];
  /** What happens to each call besides. */
  pass: Around = (_call, proceed) => proceed();
  readonly #once = new Map<keyof Store, Once[]>();

  constructor(inner: Store) {
    super(inner, async (call, proceed) => {
      this.calls.push(call);
      const [step, ...later] = this.#once.get(call) ?? [];
      this.#once.set(call, later);
      const stepped = step ? () => step(proceed) as ReturnType<typeof proceed> : proceed;
      return this.pass(call, stepped);
    });
  }

  /** The next call of this kind goes through `step`; several are taken in turn. */
  once(call: keyof Store, step: Once): void {
    this.#once.set(call, [...(this.#once.get(call) ?? []), step]);
  }

  /** How often each call was made since the last time. */
  count(): Partial<Record<keyof Store, number>> {
    const counts: Partial<Record<keyof Store, number>> = {};
    for (const call of this.calls.splice(0)) counts[call] = (counts[call] ?? 0) + 1;
    return counts;
  }
}

interface Process {
  readonly manager: ContextManager;
  readonly line: Line;
}

type Options = StoreOptions & Pick<ContextManagerOptions, 'limits' | 'cacheBytes'>;

/** A store that several processes share, each with a manager and a line of its own, which forgets what it wrote unless told otherwise. */
export function world({ limits = {}, cacheBytes = 0, ...storeOptions }: Options = {}) {
  const clock = new FakeClock();
  const feed = new MemoryFeed();
  const told: string[] = [];
  const store = new MemoryStore({
    ...storeOptions,
    clock,
    tell(id) {
      told.push(id);
      feed.tell(id);
    },
  });
  const open = (): Process => {
    const line = new Line(store);
    return { line, manager: new ContextManager({ store: line, feed, clock, limits, cacheBytes }) };
  };
  return { clock, store, told, open };
}

/** One process, for what needs no second. */
export function alone(options: Options = {}) {
  const all = world(options);
  return { ...all, ...all.open() };
}

/** Two that don't know of each other. */
export function two(options: Options = {}) {
  const all = world(options);
  return { ...all, here: all.open(), there: all.open() };
}

/** What a promise was rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`It did not fail but gave ${JSON.stringify(value)}.`);
    },
    (error: unknown) => error,
  );
}
