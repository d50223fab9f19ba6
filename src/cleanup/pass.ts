import type { Clock } from '../clock.ts';
import { endedHead, type Listed, type Store } from '../store/store.ts';
import { Steadiness } from './steadiness.ts';

export interface CleanupOptions {
  /** Whether contexts expire. @default false */
  readonly contextAutoDelete?: boolean;
  /** How long a context lives after its last commit, in the time unit. @default 6 hours */
  readonly contextTtl?: number;
  /** How long a delta is kept, in the time unit. @default 24 hours */
  readonly deltaTtl?: number;
}

/** What one pass did; timestamps in the time unit. */
export interface CleanupReport {
  readonly contextsDeleted: number;
  readonly deltasDeleted: number;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** How many contexts are looked up, or trimmed, at a time. */
const PAGE = 256;

/** One round of cleaning up after a store, as often as it is run. */
export class CleanupPass {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #steadiness: Steadiness;
  readonly #mintEnd: () => string;
  readonly #options: Required<CleanupOptions>;

  /** `mintEnd` makes the tag of a tombstone. */
  constructor(store: Store, clock: Clock, mintEnd: () => string, options: CleanupOptions) {
    const hourUnits = 3_600_000 / clock.unitMs;
    const { contextAutoDelete = false, contextTtl = 6 * hourUnits, deltaTtl = 24 * hourUnits } = options;
    this.#store = store;
    this.#clock = clock;
    this.#steadiness = new Steadiness(clock);
    this.#mintEnd = mintEnd;
    this.#options = { contextAutoDelete, contextTtl, deltaTtl };
  }

  /**
   * Ends the contexts that nobody has written to for `contextTtl`, and drops the deltas older than `deltaTtl`. At most `limit`
   * contexts end and at most `limit` lose deltas. Those that have waited longest go first, so a pass goes on where the limit stopped
   * the one before it, and each makes progress.
   *
   * Nothing is deleted on stale knowledge: whoever is written to in the meantime stays. Nothing is deleted at all where wall clock and
   * monotonic clock have parted by more than a minute since the last pass, since no age can be trusted then.
   *
   * @throws what the store threw first, once everything else is done
   */
  async run(limit = Number.POSITIVE_INFINITY): Promise<CleanupReport> {
    const startedAt = this.#clock.now();
    const { contextAutoDelete, contextTtl, deltaTtl } = this.#options;
    const isSteady = this.#steadiness.look();
    const failures: unknown[] = [];
    const contextsDeleted =
      isSteady && contextAutoDelete ? await this.#expire(startedAt - contextTtl, limit, failures) : 0;
    const deltasDeleted = isSteady ? await this.#trim(startedAt - deltaTtl, limit) : 0;
    if (failures.length > 0) throw failures[0];
    return { contextsDeleted, deltasDeleted, startedAt, finishedAt: this.#clock.now() };
  }

  /** Tries each idle context once; one that fails holds up no other. */
  async #expire(until: number, limit: number, failures: unknown[]): Promise<number> {
    const tried = new Set<string>();
    let expired = 0;
    while (expired < limit) {
      const idle = await this.#store.listIdle({ until, limit: Math.min(PAGE, limit - expired) + tried.size });
      const untried = idle.filter(({ id }) => !tried.has(id));
      if (untried.length === 0) break;
      const ends = await Promise.allSettled(untried.map((listed) => this.#end(listed)));
      for (const [i, end] of ends.entries()) {
        if (end.status === 'fulfilled' && end.value) expired += 1;
        else tried.add(untried[i]?.id ?? '');
        if (end.status === 'rejected') failures.push(end.reason);
      }
      await this.#clock.turn();
    }
    return expired;
  }

  /** Whether the context was still as it was found, and has ended. */
  async #end({ id, head }: Listed): Promise<boolean> {
    const next = endedHead(head, this.#mintEnd(), this.#clock.now(), 'EXPIRED');
    const outcome = await this.#store.commit(id, { expected: head.position, entries: [], next, receipts: [] });
    return outcome.kind === 'committed';
  }

  async #trim(until: number, limit: number): Promise<number> {
    let deltas = 0;
    let contexts = 0;
    for (;;) {
      const page = Math.min(PAGE, limit - contexts);
      const trimmed = page > 0 ? await this.#store.trim({ until, limit: page }) : { contexts: 0, deltas: 0 };
      deltas += trimmed.deltas;
      contexts += trimmed.contexts;
      if (trimmed.contexts === 0) return deltas;
      await this.#clock.turn();
    }
  }
}
