import type { JsonObject } from '../json.ts';
import type { ContextState, Entry } from './entry.ts';

/** One look at a context that is kept up to date. Iterating tells its present state, then each later one; of those that a slow reader missed, the latest. */
export interface ContextWatch<T extends object = JsonObject> extends AsyncIterable<ContextState<T>> {
  /** The latest state. Immutable, and the same object as long as nothing changes. */
  readonly state: ContextState<T>;
  /** Calls the listener with each state from now on, until the returned function is called. */
  subscribe(listener: (state: ContextState<T>) => void): () => void;
  /** Ends it. The state stays as it was. */
  close(): void;
}

export class Watching<T extends object> implements ContextWatch<T> {
  readonly #entry: Entry;
  readonly #lingerMs: number;
  readonly #endings = new Set<() => void>();
  #last: ContextState<T> | undefined;

  constructor(entry: Entry, lingerMs: number) {
    this.#entry = entry;
    this.#lingerMs = lingerMs;
    entry.watch();
    this.#endings.add(entry.onClose(() => this.close()));
  }

  get state(): ContextState<T> {
    // What a context holds is its users' to know.
    return this.#last ?? (this.#entry.state as ContextState<T>);
  }

  subscribe(listener: (state: ContextState<T>) => void): () => void {
    if (this.#last) return () => {};
    const stop = this.#entry.listen(listener as (state: ContextState) => void);
    this.#endings.add(stop);
    return () => {
      this.#endings.delete(stop);
      stop();
    };
  }

  close(): void {
    if (this.#last) return;
    this.#last = this.state;
    for (const end of this.#endings) end();
    this.#entry.unwatch(this.#lingerMs);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ContextState<T>, void> {
    let told: ContextState<T> | undefined;
    let wake = (): void => {};
    const onEnd = (): void => wake();
    const stop = this.subscribe(() => wake());
    this.#endings.add(onEnd);
    try {
      while (!this.#last) {
        if (told === this.state) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else {
          told = this.state;
          yield told;
        }
      }
      // What has failed together with the client is told, too.
      if (this.#last.status === 'failed' && told !== this.#last) yield this.#last;
    } finally {
      this.#endings.delete(onEnd);
      stop();
    }
  }
}
