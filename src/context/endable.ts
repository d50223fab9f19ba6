import { Bell } from './bell.ts';

/** What a generator waits with, so that it can be ended while it does. */
export interface Waiting {
  readonly bell: Bell;
  /** Aborted once it is to end. */
  readonly signal: AbortSignal;
  end(): void;
}

/** What a generator yields. It begins with the first `next`, and `return` ends it at once, though it waits on its bell. */
export function endable<T>(run: (waiting: Waiting) => AsyncGenerator<T, undefined>): AsyncIterableIterator<T> {
  const bell = new Bell();
  const stop = new AbortController();
  // A generator that waits takes `return` only after its wait: end the wait first.
  const end = (): void => {
    stop.abort();
    bell.ring();
  };
  const events = run({ bell, signal: stop.signal, end });
  return {
    next: () => events.next(),
    async return() {
      end();
      await events.return(undefined);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
