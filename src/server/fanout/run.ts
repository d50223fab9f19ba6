import type { ExecutionResult } from 'graphql';
import type { ContextEvent } from '../../context/model.ts';
import { isPromise } from '../execution/execution.ts';
import { type Operation, type Told, toldOf } from './operation.ts';
import type { Place } from './place.ts';
import type { Follower } from './shared-watch.ts';
import type { SharedWatches } from './shared-watches.ts';

/** Whoever an operation runs for. */
export interface Audience {
  /** A place may turn out to have an exact name: that of whoever began anywhere, or at a bare version. */
  stand(at: Place, hasLooked: boolean): void;
  tell(told: Told): void;
  end(error?: unknown): void;
}

/**
 * One time that an operation runs. It follows a watch that others follow too, and executes each event as it comes. Where that takes long it
 * is not waited for: then it leaves the watch, and goes on by itself from where its event has led.
 */
export class Run implements Follower {
  readonly #operation: Operation;
  readonly #watches: SharedWatches;
  readonly #audience: Audience;
  #isExecuting = false;
  #isFollowing = false;
  #isStopped = false;
  /** How its watch has ended while an event was still executed. */
  #end: { readonly error: unknown } | undefined;
  #settle = (): void => {};
  /** Whether it has caught up: what comes after that has just been made. */
  #isLive = false;
  /** Resolves once it has told something, or found nothing to tell of, or is over. */
  readonly settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  constructor(operation: Operation, watches: SharedWatches, audience: Audience) {
    this.#operation = operation;
    this.#watches = watches;
    this.#audience = audience;
  }

  follow(at: Place, isResumed: boolean): void {
    try {
      this.#watches.follow(this.#operation.id, at, isResumed, this);
      this.#isFollowing = true;
    } catch (error) {
      this.end(error);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#watches.leave(this);
    this.#settle();
  }

  stand(at: Place, hasLooked: boolean): void {
    // Its audience is not there yet.
    if (this.#isExecuting) return;
    this.#isLive = true;
    this.#settle();
    this.#audience.stand(at, hasLooked);
  }

  tell(event: ContextEvent): void {
    if (this.#isExecuting) {
      this.#watches.leave(this);
      this.#isFollowing = false;
      return;
    }
    try {
      const result = this.#operation.execute(event);
      if (isPromise(result)) void this.#tellOnce(result, event);
      else this.#tell(result, event);
    } catch (error) {
      this.end(error);
    }
  }

  end(error?: unknown): void {
    if (this.#isExecuting) this.#end = { error };
    else if (!this.#isStopped) this.#audience.end(error);
  }

  #tell(result: ExecutionResult, event: ContextEvent): void {
    const told = toldOf(result, event, this.#isLive ? madeAt(event) : undefined);
    this.#isLive = true;
    this.#settle();
    this.#audience.tell(told);
  }

  async #tellOnce(result: Promise<ExecutionResult>, event: ContextEvent): Promise<void> {
    this.#isExecuting = true;
    try {
      const resolved = await result;
      this.#isExecuting = false;
      if (this.#isStopped) return;
      this.#tell(resolved, event);
    } catch (error) {
      this.#isExecuting = false;
      return this.end(error);
    }
    if (this.#end) this.end(this.#end.error);
    else if (!this.#isFollowing && !this.#isStopped) this.follow(event.cursor, true);
  }
}

function madeAt(event: ContextEvent): number {
  return event.kind === 'deleted' ? event.deletedAt : event.insertedAt;
}
