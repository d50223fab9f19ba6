import type { ContextManager } from '../../context/manager.ts';
import type { ContextEvent } from '../../context/model.ts';
import { givenBy, NOWHERE, type Place } from './place.ts';
import { type Follower, type OnIdle, SharedWatch } from './shared-watch.ts';

/** Watches contexts, each from any one place once, for however many; watches that come to stand at the same place become one. */
export class SharedWatches {
  readonly #manager: Pick<ContextManager, 'watch'>;
  readonly #watches = new Map<string, Set<SharedWatch>>();
  readonly #watchOf = new Map<Follower, SharedWatch>();

  constructor(manager: Pick<ContextManager, 'watch'>) {
    this.#manager = manager;
  }

  /** How much it holds: 0 once everybody has left. */
  get size(): number {
    return this.#watchOf.size + this.#watches.size;
  }

  /** How many contexts are watched. */
  get contexts(): number {
    return this.#watches.size;
  }

  /** `isResumed`: whether the follower was told of the place by another watch. @throws what the manager does where it is closed */
  follow(id: string, at: Place, isResumed: boolean, follower: Follower): void {
    const known = [...(this.#watches.get(id) ?? [])].find((watch) => watch.suits(at, isResumed));
    const watch = known ?? this.#open(id, at, isResumed);
    this.#add(watch, follower);
    if (!known) void watch.run();
  }

  leave(follower: Follower): void {
    this.#watchOf.get(follower)?.remove(follower);
    this.#watchOf.delete(follower);
  }

  /** A watch of one's own. */
  alone(id: string, from: Place, isResumed: boolean, onIdle: OnIdle): AsyncIterableIterator<ContextEvent> {
    return this.#manager.watch(id, givenBy(from), {
      isResumed,
      onIdle: (cursor) => onIdle(cursor ?? NOWHERE),
    });
  }

  #add(watch: SharedWatch, follower: Follower): void {
    this.#watchOf.set(follower, watch);
    watch.add(follower);
  }

  #open(id: string, at: Place, isResumed: boolean): SharedWatch {
    const watches = this.#watches.get(id) ?? new Set();
    const watch = new SharedWatch(
      at,
      isResumed,
      (onIdle) => this.alone(id, at, isResumed, onIdle),
      () => {
        const other = [...watches].find((each) => each !== watch && each.meets(watch));
        for (const follower of other ? watch.release() : []) if (other) this.#add(other, follower);
      },
      () => {
        watches.delete(watch);
        if (watches.size === 0 && this.#watches.get(id) === watches) this.#watches.delete(id);
      },
    );
    this.#watches.set(id, watches.add(watch));
    return watch;
  }
}
