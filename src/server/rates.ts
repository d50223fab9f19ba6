import type { Clock } from '../clock.ts';

/** How much of its rate may come at once, in milliseconds. */
const BURST_MS = 1000;

/** A bucket of tokens, told by one number: when it is full again. What comes too fast is counted too. */
export class Rate {
  readonly #clock: Clock;
  readonly #msEach: number;
  #fullAt = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#msEach = 1000 / perSecond;
  }

  /** Counts one, and tells how long nothing more should come, in milliseconds. */
  count(): number {
    const now = this.#clock.monotonic();
    this.#fullAt = Math.max(this.#fullAt, now) + this.#msEach;
    return Math.max(0, this.#fullAt - now - BURST_MS);
  }
}

/** Past how many keys those whose buckets are full are forgotten. */
const MANY = 10_000;

/** A bucket of tokens for each key. What is refused is not counted, so that who goes on asking is served at its rate. */
export class Rates {
  readonly #clock: Clock;
  readonly #msEach: number;
  /** When each bucket is full again, the one used last at the end. */
  readonly #fullAt = new Map<string, number>();

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#msEach = 1000 / perSecond;
  }

  /** Zero where the key may go on, which is counted; else after how many milliseconds it may. */
  take(key: string): number {
    if (this.#msEach === 0) return 0;
    const now = this.#clock.monotonic();
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, now) + this.#msEach;
    // One may always come to a bucket that is full.
    const wait = fullAt - now - Math.max(BURST_MS, this.#msEach);
    if (wait > 0) return wait;
    this.#fullAt.delete(key);
    this.#fullAt.set(key, fullAt);
    if (this.#fullAt.size > MANY) this.#forget(now);
    return 0;
  }

  #forget(now: number): void {
    const oldest = this.#fullAt.keys().next();
    for (const [key, fullAt] of this.#fullAt) {
      if (fullAt > now) break;
      this.#fullAt.delete(key);
    }
    if (this.#fullAt.size > MANY && !oldest.done) this.#fullAt.delete(oldest.value);
  }
}
