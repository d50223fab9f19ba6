import type { Clock } from '../../src/clock.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time that passes only when it is told to, and then everything that was waiting for it happens in order. */
export class VirtualClock implements Clock {
  readonly unitMs = 1000;
  #now = 0;
  /** Soonest first; of the same moment, the one set first. */
  readonly #timers: Timer[] = [];

  /** How many timers wait: 0 once nothing is left behind. */
  get size(): number {
    return this.#timers.length;
  }

  now(): number {
    return 1_800_000_000 + Math.floor(this.#now / 1000);
  }

  monotonic(): number {
    return this.#now;
  }

  turn(): Promise<void> {
    return new Promise((resolve) => this.after(0, resolve));
  }

  after(ms: number, run: () => void): () => void {
    const timer: Timer = { at: this.#now + ms, run };
    let place = this.#timers.length;
    while (place > 0 && (this.#timers[place - 1]?.at ?? 0) > timer.at) place -= 1;
    this.#timers.splice(place, 0, timer);
    return () => {
      const found = this.#timers.indexOf(timer);
      if (found >= 0) this.#timers.splice(found, 1);
    };
  }

  /** Resolves after `ms` of virtual time; at once where that is 0. */
  async pass(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => this.after(ms, resolve));
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await allPromises();
    for (let next = this.#timers[0]; next && next.at <= until; next = this.#timers[0]) {
      this.#timers.shift();
      this.#now = next.at;
      next.run();
      await allPromises();
    }
    this.#now = until;
  }
}

/** Node runs an immediate only when no promise is left that could go on. */
function allPromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
