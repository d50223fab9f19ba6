import { AssertionError } from 'node:assert';

/** What the store told the feed, as the contract heard it. */
export class Told {
  readonly #withinMs: number;
  readonly #counts = new Map<string, number>();
  #listener: (id: string) => void = () => {};

  constructor(withinMs: number) {
    this.#withinMs = withinMs;
  }

  hear(id: string): void {
    this.#counts.set(id, this.count(id) + 1);
    this.#listener(id);
  }

  count(id: string): number {
    return this.#counts.get(id) ?? 0;
  }

  /** Calls `listener` on each notification, within the call that brings it. One at a time. */
  onTell(listener: (id: string) => void): void {
    this.#listener = listener;
  }

  /** Resolves once `id` has been told at least `count` times. @throws AssertionError where that does not come in time */
  async reaches(id: string, count: number): Promise<void> {
    if (this.count(id) >= count) return;
    await new Promise<void>((resolve, reject) => {
      const listener = this.#listener;
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        this.#listener = listener;
        settle();
      };
      const message = `Every commit that moves a head is told: ${count} were made on ${JSON.stringify(id)}`;
      const timer = setTimeout(() => {
        const actual = this.count(id);
        const error = new AssertionError({ message: `${message}, ${actual} told of.`, actual, expected: count });
        done(() => reject(error));
      }, this.#withinMs);
      this.#listener = (heard) => {
        listener(heard);
        if (this.count(id) >= count) done(resolve);
      };
    });
  }
}
