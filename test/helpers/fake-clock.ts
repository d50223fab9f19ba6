import type { Clock } from '../../src/clock.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/**
 * A clock that stands still until it is moved by hand. Its unit is the second, and it starts at an arbitrary moment of
 * 2023.
 */
export class FakeClock implements Clock {
  readonly unitMs = 1000;
  #ms = 0;
  #jumpedBy = 0;
  readonly #timers = new Set<Timer>();

  /** How many timers wait: 0 once nobody holds one. */
  get waiting(): number {
    return this.#timers.size;
  }

  now(): number {
    return 1_700_000_000 + Math.floor(this.#ms / 1000) + this.#jumpedBy;
  }

  monotonic(): number {
    return this.#ms;
  }

  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#ms + ms, run };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Lets time pass: whatever falls due runs at its own moment, in order, what it starts on the way included. */
  elapse(ms: number): void {
    const end = this.#ms + ms;
    for (let next = this.#firstDue(end); next; next = this.#firstDue(end)) {
      this.#timers.delete(next);
      this.#ms = Math.max(this.#ms, next.at);
      next.run();
    }
    this.#ms = end;
  }

  /** The wall clock is set, forwards or backwards; no time passes. */
  jump(seconds: number): void {
    this.#jumpedBy += seconds;
  }

  #firstDue(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}
