import type { Group, Source, Told } from './group.ts';
import type { Place } from './place.ts';

/** Where a member's events go: one operation on one connection. */
export interface Outlet {
  /** Whether an event can be written at once; false while the connection is backed up. */
  readonly isFree: boolean;
  /** JSON, in UTF-8. */
  write(payload: Buffer): void;
  /** Calls back once the connection is free again; never, if it ends before. */
  whenFree(run: () => void): void;
}

/**
 * One subscriber of a group. In step with the group it is told what the group is told. Otherwise, before its first event and after its
 * connection was backed up, it catches up by a source of its own, from where it stands to where the group does. What it missed comes as one
 * event; until it can be written, all that is kept of it is the place.
 */
export class Member {
  readonly #group: Group;
  readonly #outlet: Outlet;
  readonly #onEnd: (error?: unknown) => void;
  #at: Place;
  #source: Source | undefined;
  #hasLeft = false;
  /** Whether it has been told anything yet. */
  #isTold = false;

  constructor(group: Group, outlet: Outlet, at: Place, onEnd: (error?: unknown) => void) {
    this.#group = group;
    this.#outlet = outlet;
    this.#at = at;
    this.#onEnd = onEnd;
    group.join(this);
  }

  begin(at: Place): void {
    this.#at = at;
  }

  /** Told by the group, which stood where this member stands. */
  tell({ payload, to }: Told): void {
    if (this.#outlet.isFree) {
      this.#take({ payload, to });
      return;
    }
    this.#group.drop(this);
    this.#outlet.whenFree(() => void this.catchUp());
  }

  end(error?: unknown): void {
    this.#onEnd(error);
  }

  leave(): void {
    this.#hasLeft = true;
    this.#source?.close();
    this.#group.leave(this);
  }

  /** Is in step at once where it stands with the group, and otherwise as soon as it has come there. */
  async catchUp(): Promise<void> {
    if (this.#hasLeft || this.#joins()) return;
    try {
      const source = await this.#group.open(this.#at, this.#isTold);
      if ('refusal' in source) throw source.refusal.errors?.[0] ?? new TypeError('There is nothing to be told of.');
      this.#source = source;
      while (!this.#hasLeft) {
        const told = await source.next();
        if (this.#hasLeft) break;
        if (!told) return this.#onEnd();
        this.#take(told);
        if (!this.#outlet.isFree) await new Promise<void>((resolve) => this.#outlet.whenFree(resolve));
        if (this.#joins()) break;
      }
      source.close();
    } catch (error) {
      this.#onEnd(error);
    } finally {
      this.#source = undefined;
    }
  }

  #take({ payload, to }: Told): void {
    this.#at = to;
    this.#isTold = true;
    this.#outlet.write(payload);
  }

  #joins(): boolean {
    const at = this.#group.take(this, this.#at, this.#isTold);
    if (at !== undefined) this.#at = at;
    return at !== undefined;
  }
}
