import { Ear } from './ear.ts';
import { encodeMany } from './many.ts';
import type { ContextEvent } from './model.ts';
import { Reader } from './reader.ts';
import type { Start } from './start.ts';
import type { WatchManyOptions } from './watch-many.ts';

interface Member {
  readonly id: string;
  readonly ear: Ear;
  reader: Reader;
  /** Whether its ear listens, or was waited for long enough. */
  isHeard: boolean;
}

const NOTHING: Start = { kind: 'nothing' };

/** A place in each of many contexts, and which of them may have moved on. */
export class Members {
  readonly #options: WatchManyOptions;
  readonly #ring: () => void;
  readonly #members = new Map<string, Member>();
  /** Those of whom it is not known yet where they begin. */
  readonly #unplaced = new Set<Member>();
  #hasLeft = false;
  /** Those to look at, the longest first. */
  readonly #due = new Set<Member>();

  /** `ring` is called when there is somebody to look at. */
  constructor(options: WatchManyOptions, ring: () => void) {
    this.#options = options;
    this.#ring = ring;
  }

  get size(): number {
    return this.#members.size;
  }

  /** Where they all stand. */
  get cursor(): string {
    const places = [...this.#members.values()].flatMap(({ id, reader: { start } }) =>
      start ? [[id, start] as const] : [],
    );
    return encodeMany(places);
  }

  /** One more, unless it is there; without a start it begins where it is found. */
  add(id: string, start: Start | undefined): void {
    if (this.#hasLeft || this.#members.has(id)) return;
    const { feed, onFailure } = this.#options;
    const ring = (): void => {
      member.isHeard = true;
      this.#due.add(member);
      this.#ring();
    };
    const ear = new Ear(id, feed, { ring }, onFailure);
    const member: Member = { id, ear, reader: new Reader(id, start, this.#options), isHeard: false };
    this.#members.set(id, member);
    if (start === undefined) this.#unplaced.add(member);
    ear.listen();
  }

  /** Has everybody looked at, whether there was a hint or not. */
  beat(): void {
    for (const member of this.#members.values()) {
      member.ear.listen();
      member.isHeard = true;
      this.#due.add(member);
    }
  }

  /** What there is to tell next; null where there is nothing now. `forgets`: those that are not there any more. */
  async look(signal: AbortSignal, forgets: boolean): Promise<ContextEvent | null> {
    if (!(await this.#isPlaced())) return null;
    for (const member of this.#due) {
      if (signal.aborted) return null;
      this.#due.delete(member);
      const event = await this.#eventOf(member);
      const isGone = event?.kind === 'deleted' || member.reader.start?.kind === 'nothing';
      if (forgets && isGone) this.#forget(member);
      if (event) return event;
    }
    return null;
  }

  leave(): void {
    this.#hasLeft = true;
    for (const { ear } of this.#members.values()) ear.leave();
  }

  /** Nothing is told before everybody has a place: the cursor that comes with it is of all. */
  async #isPlaced(): Promise<boolean> {
    for (const { isHeard } of this.#unplaced) if (!isHeard) return false;
    for (const member of this.#unplaced) {
      // Whoever may not read it finds nothing there.
      if (await this.#options.may(member.id)) await this.#lookAt(member);
      else member.reader = new Reader(member.id, NOTHING, this.#options);
      if (member.reader.start !== undefined) this.#unplaced.delete(member);
    }
    return this.#unplaced.size === 0;
  }

  async #eventOf(member: Member): Promise<ContextEvent | null> {
    return (await this.#options.may(member.id)) ? this.#lookAt(member) : member.reader.lose();
  }

  /** One that can't be looked at is looked at again with the next hint or heartbeat. */
  async #lookAt({ reader }: Member): Promise<ContextEvent | null> {
    try {
      return await reader.look();
    } catch (error) {
      this.#options.onFailure(error);
      return null;
    }
  }

  #forget(member: Member): void {
    this.#members.delete(member.id);
    this.#unplaced.delete(member);
    this.#due.delete(member);
    member.ear.leave();
  }
}
