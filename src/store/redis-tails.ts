import type { Commit, LiveContext } from './store.ts';

/** What lies between a context's snapshot in Redis and its head: deltas that a reader has to apply. */
export interface Tail {
  readonly deltas: number;
  readonly bytes: number;
}

/** Of deltas however small, each costs a reader some microseconds. */
const TAIL_DELTAS = 200;
/** Up to this size a state goes along always: to write it costs less than to read the deltas behind it. */
const SMALL_STATE_BYTES = 1024;
/** Of somewhat larger states, what a reader may find behind them all the same: to write them anew each time would cost each commit more. */
const TAIL_BYTES = 4096;
/** Of how many contexts the tails are remembered. */
const REMEMBERED = 10_000;

/**
 * When a commit takes the whole state along. Unless the state is small, it need not, as long as the deltas since the last time are few,
 * and fewer bytes than the state: so a commit costs what it changes, and a read twice as many bytes as the state has, at most, or 4 KB
 * more. The script has the last word; this remembers what it said, so that it seldom has to ask.
 *
 * (Snapshots and a log between them are how event stores and Redis' own append-only file keep both short.)
 */
export class Tails {
  readonly #maxDeltas: number;
  readonly #tails = new Map<string, Tail>();

  /** `kept`: how many deltas of a context are kept at all. */
  constructor(kept: number) {
    this.#maxDeltas = Math.min(kept, TAIL_DELTAS);
  }

  /** The most that may lie behind a context's snapshot. */
  bound(next: LiveContext): Tail {
    return { deltas: this.#maxDeltas, bytes: Math.max(next.bytes, TAIL_BYTES) };
  }

  /** Whether a commit whose entries have so many bytes is known to need the state. */
  isOver(id: string, { expected, entries, next }: Commit & { readonly next: LiveContext }, bytes: number): boolean {
    if (expected?.life !== next.position.life || next.bytes <= SMALL_STATE_BYTES) return true;
    const { deltas: most, bytes: mostBytes } = this.bound(next);
    const tail = this.#tails.get(id) ?? { deltas: 0, bytes: 0 };
    return tail.deltas + entries.length > most || tail.bytes + bytes > mostBytes;
  }

  note(id: string, tail: Tail): void {
    this.#tails.delete(id);
    this.#tails.set(id, tail);
    const oldest = this.#tails.keys().next();
    if (this.#tails.size > REMEMBERED && !oldest.done) this.#tails.delete(oldest.value);
  }
}
