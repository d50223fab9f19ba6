import type { Ending, Member } from './member.ts';

/** A subscriber's operation whose results go another way: it yields nothing, and is over when its member is. */
export class SharedOperation implements AsyncIterableIterator<never>, Ending {
  member: Member | undefined;
  readonly #mask: (error: unknown) => unknown;
  /** What is to come of whoever waits for the end, or would now. */
  #answer: Promise<IteratorResult<never>> | undefined;
  #resolve: ((answer: Promise<IteratorResult<never>>) => void) | undefined;

  /** `mask`: an error as clients may be told of it. */
  constructor(mask: (error: unknown) => unknown) {
    this.#mask = mask;
  }

  end(error?: unknown): void {
    const answer = error === undefined ? Promise.resolve(DONE) : Promise.reject(this.#mask(error));
    // Nobody may ask.
    answer.catch(() => {});
    this.#answer = answer;
    this.#resolve?.(answer);
  }

  next(): Promise<IteratorResult<never>> {
    return (
      this.#answer ??
      new Promise((resolve) => {
        this.#resolve = resolve;
      })
    );
  }

  async return(): Promise<IteratorResult<never>> {
    this.member?.leave();
    this.end();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const DONE = { done: true, value: undefined } as const;
