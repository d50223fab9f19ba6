import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface Climate {
  readonly dropRate: number;
  readonly doubleRate: number;
  readonly failureRate: number;
  readonly delayRate: number;
  readonly maxDelayMs: number;
}

/** What goes wrong at the moment, between everybody and the store and the feed. */
export class Weather {
  readonly #climate: Climate;
  readonly #random: Random;
  readonly #clock: VirtualClock;
  #isCalm = false;
  isStoreDown = false;
  isFeedDown = false;

  constructor(climate: Climate, random: Random, clock: VirtualClock) {
    this.#climate = climate;
    this.#random = random;
    this.#clock = clock;
  }

  /** From here on everything works, and at once. */
  calmDown(): void {
    this.#isCalm = true;
    this.isStoreDown = false;
    this.isFeedDown = false;
  }

  drops(): boolean {
    return this.#happens(this.#climate.dropRate);
  }

  doubles(): boolean {
    return this.#happens(this.#climate.doubleRate);
  }

  fails(): boolean {
    return this.#happens(this.#climate.failureRate);
  }

  delayMs(): number {
    return this.#happens(this.#climate.delayRate) ? 1 + this.#random.below(this.#climate.maxDelayMs) : 0;
  }

  /** As long as a message is on its way. */
  async travel(): Promise<void> {
    await this.#clock.pass(this.delayMs());
  }

  #happens(rate: number): boolean {
    return !this.#isCalm && this.#random.chance(rate);
  }
}
