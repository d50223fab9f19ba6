import type { Clock } from '../clock.ts';

/** By how much the two clocks may part between two looks, in milliseconds. */
const TOLERANCE_MS = 60_000;

/**
 * Tells whether the wall clock can be trusted for ages: since the last look it must have gone as far as the monotonic clock, which
 * nobody sets. A jump spoils the one look that finds it.
 */
export class Steadiness {
  readonly #clock: Clock;
  #wall: number;
  #monotonic: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wall = clock.now();
    this.#monotonic = clock.monotonic();
  }

  look(): boolean {
    const wall = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    const apart = (wall - this.#wall) * this.#clock.unitMs - (monotonic - this.#monotonic);
    this.#wall = wall;
    this.#monotonic = monotonic;
    return Math.abs(apart) <= TOLERANCE_MS;
  }
}
