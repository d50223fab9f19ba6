import type { Group, Source } from './group.ts';
import type { Told } from './operation.ts';
import type { Place } from './place.ts';

/** Where a member's events go: one operation on one connection. */
export interface Outlet {
  /** Whether an event can be written at once; false while the connection is backed up. */
  readonly isFree: boolean;
  /** JSON, in UTF-8. */
  write(payload: Buffer): void;
  /**
   * Runs once the connection is free again; never, if it ends before. Of several that wait for one connection, each has its turn once what
   * the one before has begun is over, as far as the connection is free still. Whoever has left need not run: call what is returned.
   */
  whenFree(run: () => Promise<void>): () => void;
}

/** Whoever is told that a member is told nothing any more, and why. */
export interface Ending {
  end(error?: unknown): void;
}

/**
 * One subscriber of a group. In step with the group it is told what the group is told. Otherwise, before its first event and after its
 * connection was backed up, it catches up by a source of its own, from where it stands to where the group does. What it missed comes as one
 * event; until it can be written, all that is kept of it is the place.
 */
export class Member {
  readonly #group: Group;
  readonly #outlet: Outlet;
  readonly #ending: Ending;
  #at: Place;
  /** Its own, while it catches up. */
  #source: Source | undefined;
  /** Whether its own source was asked for what comes next, and has not answered. */
  #isWaiting = false;
  #hasLeft = false;
  #stopWaiting: (() => void) | undefined;
  /** Whether it is known to have caught up once: then who finds the window gone has fallen behind. */
  #isLive = false;

  constructor(group: Group, outlet: Outlet, at: Place, ending: Ending) {
    this.#group = group;
    this.#outlet = outlet;
    this.#at = at;
    this.#ending = ending;
    group.join(this);
  }

  /** In step, it is where the group is, by whatever name; as of now, once that has looked. */
  stand(at: Place, hasLooked: boolean): void {
    this.#at = at;
    this.#isLive ||= hasLooked;
  }

  /** Told by the group, which stood where this member stands. */
  tell(told: Told): void {
    // It came while the group stood here still, and is no slow reader: the window was over before.
    if (told.isForWhoFellBehind && !this.#isLive) this.#startOver();
    else if (this.#outlet.isFree) this.#take(told);
    else this.#wait();
  }

  /** The group may have come to where this member is. */
  meet(): void {
    if (!this.#isWaiting || !this.#joins()) return;
    // What it may have read for itself meanwhile the group will tell.
    this.#isWaiting = false;
    this.#source?.close();
    this.#source = undefined;
  }

  end(error?: unknown): void {
    this.leave();
    this.#ending.end(error);
  }

  leave(): void {
    this.#hasLeft = true;
    this.#stopWaiting?.();
    this.#source?.close();
    this.#source = undefined;
    this.#group.leave(this);
  }

  /** In step at once where it stands with the group, else as soon as it has come there. Resolves once that has begun. */
  async catchUp(): Promise<void> {
    if (this.#hasLeft) return;
    if (this.#joins()) return this.#group.settled;
    return new Promise((resolve) => void this.#catchUp(resolve));
  }

  async #catchUp(onBegun: () => void): Promise<void> {
    try {
      if (this.#isLive && (await this.#steps(onBegun))) return;
      const source = this.#group.open(this.#at, this.#isLive, (place) => {
        onBegun();
        // What it looked for may long have come by way of the group.
        if (this.#source !== source) return;
        this.stand(place, true);
        // Nothing is on its way: it stands where the context does.
        queueMicrotask(() => this.meet());
      });
      this.#source = source;
      for (;;) {
        this.#isWaiting = true;
        const told = await source.next();
        // It has left, or is in step.
        if (this.#source !== source) return;
        this.#isWaiting = false;
        if (!told) return this.end();
        if (!this.#outlet.isFree) {
          source.close();
          this.#source = undefined;
          return this.#wait();
        }
        this.#take(told);
        onBegun();
        if (this.#joins()) {
          source.close();
          this.#source = undefined;
          return;
        }
      }
    } catch (error) {
      if (!this.#hasLeft) this.end(error);
    } finally {
      onBegun();
    }
  }

  /** Goes on by what all who lag alike are told. Whether it has caught up so, waits again, or has left. */
  async #steps(onBegun: () => void): Promise<boolean> {
    const told = await this.#group.step(this.#at);
    if (this.#hasLeft) return true;
    if (told && !this.#outlet.isFree) {
      this.#wait();
      return true;
    }
    if (told) {
      this.#take(told);
      onBegun();
    }
    return this.#joins();
  }

  #startOver(): void {
    this.#group.drop(this);
    // Once the others have been told, who may not be told twice.
    queueMicrotask(() => this.catchUp());
  }

  #wait(): void {
    this.#isLive = true;
    this.#group.drop(this);
    this.#stopWaiting = this.#outlet.whenFree(() => this.catchUp());
  }

  #take({ payload, to }: Told): void {
    this.#at = to;
    this.#isLive = true;
    this.#outlet.write(payload);
  }

  #joins(): boolean {
    return this.#group.take(this, this.#at, this.#isLive);
  }
}
