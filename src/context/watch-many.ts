import { StoreUnavailableError } from '../errors.ts';
import { endable, type Waiting } from './endable.ts';
import type { ContextsEvent, Starts } from './many.ts';
import { Members } from './members.ts';
import type { Start } from './start.ts';
import type { WatchOptions } from './watch.ts';

export interface WatchManyOptions extends Omit<WatchOptions, 'onIdle' | 'isResumed' | 'prove'> {
  /** The ids there are that start so; those alone that may be read. The answer may be so many milliseconds old. */
  readonly list: (prefix: string, maxAgeMs: number) => AsyncIterable<string>;
  /** Whether a context may be read; asked before anything is told of it, and with each heartbeat. */
  readonly may: (id: string) => Promise<boolean>;
  /** How many there may be. */
  readonly most: number;
  /** @throws LimitExceededError where there are more */
  readonly check: (count: number) => void;
}

/** How long a context can be there before a stream by prefix finds it, in milliseconds. */
const DISCOVERY_MS = 1000;

/**
 * One stream of the changes of many contexts: each in its own order, each once, none missed, as `watchContext` tells them; between contexts there is
 * no order. It holds a place in each context and nothing else: a slow reader finds what it missed of each merged into one event.
 *
 * By prefix, contexts that come are told whole and those that go by their end. One that may not be read is as one that is not there.
 */
export function watchContexts(starts: Starts, options: WatchManyOptions): AsyncIterableIterator<ContextsEvent> {
  return endable((waiting) => follow(starts, options, waiting));
}

async function* follow(
  { selection, known, others }: Starts,
  options: WatchManyOptions,
  { bell, signal, end }: Waiting,
): AsyncGenerator<ContextsEvent, undefined> {
  const { clock, heartbeatMs } = options;
  const members = new Members(options, bell.ring);
  const isByPrefix = selection.prefix !== undefined;
  const discovery = isByPrefix ? new Discovery(selection.prefix, others, members, options, bell.ring) : undefined;
  const onEnded = options.onBegin?.(end);
  let beatAt = clock.monotonic();
  try {
    for (const [id, start] of known) members.add(id, start);
    for (const id of selection.ids ?? []) members.add(id, others);
    while (!signal.aborted) {
      // Before reading, so that a commit during the read rings for another look.
      bell.reset();
      await discovery?.look();
      if (clock.monotonic() - beatAt >= heartbeatMs) {
        beatAt = clock.monotonic();
        members.beat();
      }
      const event = await members.look(signal, isByPrefix);
      if (signal.aborted) return;
      if (event) {
        yield { event, cursor: () => members.cursor };
        continue;
      }
      const next = Math.min(beatAt + heartbeatMs, discovery?.dueAt ?? Number.POSITIVE_INFINITY);
      await bell.wait(clock, Math.max(0, next - clock.monotonic()));
    }
  } finally {
    members.leave();
    onEnded?.();
  }
}

/** Finds those that have come, beside the telling of what is known. */
class Discovery {
  readonly #prefix: string;
  readonly #members: Members;
  readonly #options: WatchManyOptions;
  readonly #ring: () => void;
  #start: Start | undefined;
  #maxAgeMs = 0;
  #isFirst = true;
  /** What has ended a look that nobody waited for. */
  #failure: { readonly error: unknown } | undefined;
  dueAt = Number.NEGATIVE_INFINITY;

  /** `start`: where those begin that are there already. `ring` is called when there is news. */
  constructor(prefix: string, start: Start | undefined, members: Members, options: WatchManyOptions, ring: () => void) {
    this.#prefix = prefix;
    this.#start = start;
    this.#members = members;
    this.#options = options;
    this.#ring = ring;
  }

  /**
   * Does nothing before it is due. The first time who comes waits for it, later nobody does: whoever is asked who may read what can be slow.
   *
   * @throws what `list` and `check` throw, but for a store that does not answer
   */
  async look(): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    if (this.#options.clock.monotonic() < this.dueAt) return;
    this.dueAt = Number.POSITIVE_INFINITY;
    const looked = this.#look();
    if (this.#isFirst) return looked;
    looked
      .catch((error) => {
        this.#failure = { error };
      })
      .finally(this.#ring);
  }

  async #look(): Promise<void> {
    const { clock, list, check, most, onFailure } = this.#options;
    try {
      let count = 0;
      for await (const id of list(this.#prefix, this.#maxAgeMs)) {
        count += 1;
        check(count);
        // Those that are gone hold a place until that is told. Who finds none now is found once some are.
        if (this.#members.size < 2 * most) this.#members.add(id, this.#start);
      }
      // Those that are found later were not there before, and need not be found at once.
      this.#isFirst = false;
      this.#start = { kind: 'nothing' };
      this.#maxAgeMs = DISCOVERY_MS / 2;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      onFailure(error);
    } finally {
      this.dueAt = clock.monotonic() + DISCOVERY_MS;
    }
  }
}
