import { StoreUnavailableError } from '../../src/errors.ts';
import type { Feed } from '../../src/feed/feed.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import type { VirtualClock } from './virtual-clock.ts';
import type { Weather } from './weather.ts';

/** A feed that keeps to its interface and to no more: hints get lost, doubled, late and out of order, and listening is slow or fails. */
export class FaultyFeed implements Feed {
  readonly #inner = new MemoryFeed();
  readonly #weather: Weather;
  readonly #clock: VirtualClock;

  constructor(weather: Weather, clock: VirtualClock) {
    this.#weather = weather;
    this.#clock = clock;
  }

  get size(): number {
    return this.#inner.size;
  }

  tell(id: string): void {
    this.#inner.tell(id);
  }

  async listen(id: string, hear: () => void): Promise<() => void> {
    await this.#weather.travel();
    this.#throwIfDown();
    let isListening = true;
    const leave = await this.#inner.listen(id, () => {
      if (this.#weather.isFeedDown || this.#weather.drops()) return;
      for (let hints = this.#weather.doubles() ? 2 : 1; hints > 0; hints -= 1) {
        const delay = this.#weather.delayMs();
        if (delay === 0) hear();
        else this.#clock.after(delay, () => isListening && hear());
      }
    });
    const leaveForGood = (): void => {
      isListening = false;
      leave();
    };
    await this.#weather.travel();
    try {
      this.#throwIfDown();
    } catch (error) {
      leaveForGood();
      throw error;
    }
    return leaveForGood;
  }

  async close(): Promise<void> {}

  #throwIfDown(): void {
    if (this.#weather.isFeedDown || this.#weather.fails()) throw new StoreUnavailableError();
  }
}
