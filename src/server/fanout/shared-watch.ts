import type { ContextEvent } from '../../context/model.ts';
import type { Place } from './place.ts';

/** Told, whenever there is nothing to tell of, where a watch stands. */
export type OnIdle = (at: Place) => void;

/** Is told what a watch finds, as it finds it: what takes long is not waited for. None of it may throw. */
export interface Follower {
  /** It stands here, by whatever name it came. `hasLooked`: since then, and nothing was found. */
  stand(at: Place, hasLooked: boolean): void;
  tell(event: ContextEvent): void;
  end(error?: unknown): void;
}

/** One watch for all who stand at the same place of one context. */
export class SharedWatch {
  readonly #events: AsyncIterator<ContextEvent>;
  readonly #onMove: () => void;
  readonly #onOver: () => void;
  readonly #followers = new Set<Follower>();
  readonly #isResumed: boolean;
  #at: Place;
  /** Once it has, it tells all that follow it the same, whether they were told of anything before or not. */
  #hasLooked = false;
  #isOver = false;

  /** `onMove` is called once it stands anywhere else and has told its followers so, `onOver` once it has none, or tells of nothing any more. */
  constructor(
    at: Place,
    isResumed: boolean,
    watch: (onIdle: OnIdle) => AsyncIterator<ContextEvent>,
    onMove: () => void,
    onOver: () => void,
  ) {
    this.#at = at;
    this.#isResumed = isResumed;
    this.#onMove = onMove;
    this.#onOver = onOver;
    this.#events = watch((place) => this.#stand(place));
  }

  /** Whether whoever begins at a place is told the same as those who follow it. */
  suits(at: Place, isResumed: boolean): boolean {
    return at === this.#at && (this.#hasLooked || isResumed === this.#isResumed);
  }

  /** Whether it has come to where another is. */
  meets(other: SharedWatch): boolean {
    return this.#hasLooked && other.#hasLooked && this.#at === other.#at;
  }

  add(follower: Follower): void {
    this.#followers.add(follower);
    if (this.#hasLooked) follower.stand(this.#at, false);
  }

  remove(follower: Follower): void {
    this.#followers.delete(follower);
    if (this.#followers.size > 0 || this.#isOver) return;
    this.#isOver = true;
    void this.#events.return?.();
    this.#onOver();
  }

  /** Lets go of all who follow it. */
  release(): readonly Follower[] {
    const released = [...this.#followers];
    for (const follower of released) this.remove(follower);
    return released;
  }

  async run(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#events.next();
        if (done) return this.#end();
        this.#tell(value);
      }
    } catch (error) {
      this.#end(error);
    }
  }

  #stand(at: Place): void {
    this.#moveTo(at);
    for (const follower of [...this.#followers]) if (this.#followers.has(follower)) follower.stand(at, true);
    if (!this.#isOver) this.#onMove();
  }

  #tell(event: ContextEvent): void {
    this.#moveTo(event.cursor);
    // Whoever comes meanwhile stands where it leads.
    for (const follower of [...this.#followers]) if (this.#followers.has(follower)) follower.tell(event);
    if (!this.#isOver) this.#onMove();
  }

  #moveTo(at: Place): void {
    this.#at = at;
    this.#hasLooked = true;
  }

  #end(error?: unknown): void {
    for (const follower of this.release()) follower.end(error);
  }
}
