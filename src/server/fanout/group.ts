import type { ExecutionResult } from 'graphql';
import type { ContextEvent } from '../../context/model.ts';
import type { Member } from './member.ts';
import { ANYWHERE, isExact, type Place } from './place.ts';

/** An event as it goes over the wire, and the place that it leads to. */
export interface Told {
  readonly payload: Buffer;
  readonly to: Place;
}

/** What comes of an operation, result by result. */
export interface Source {
  /** Undefined at the end. */
  next(): Promise<Told | undefined>;
  close(): void;
}

export interface Hooks {
  /** Whether it is for a member who has been told events before. */
  readonly isResumed: boolean;
  /** Told where an operation that names no position begins, before its first event. */
  readonly onStart: (place: Place) => void;
  /** Told of each event just before it is executed. */
  readonly onEvent: (event: ContextEvent) => void;
}

/** Runs a group's operation from a place of one's own. */
export type Open = (from: Place, hooks: Hooks) => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;

/** One time that the group's operation runs. */
interface Run {
  source?: Source;
  isStopped: boolean;
}

/**
 * Subscribers who are told the same: one source, one execution and one serialisation for each event, however many they are. The group
 * stands where its last event led; who stands there too is in step, and is told the next one. It runs only as long as somebody is in
 * step, and whoever is the first to be so again decides where it goes on.
 */
export class Group {
  readonly #open: Open;
  readonly #onEmpty: () => void;
  readonly #members = new Set<Member>();
  readonly #inStep = new Set<Member>();
  #at: Place = ANYWHERE;
  #run: Run | undefined;
  #begun: Promise<ExecutionResult | null> | undefined;

  /** `onEmpty` is called once everybody has left. */
  constructor(open: Open, onEmpty: () => void) {
    this.#open = open;
    this.#onEmpty = onEmpty;
  }

  /** Resolves once it has begun to run for the first time: to null, or to what an operation answers that can't be subscribed to. */
  get begun(): Promise<ExecutionResult | null> {
    return this.#begun ?? Promise.resolve(null);
  }

  join(member: Member): void {
    this.#members.add(member);
  }

  /** Puts a member in step if it stands where the group does, or would begin anywhere: the place; else undefined. */
  take(member: Member, at: Place, isResumed: boolean): Place | undefined {
    if (!this.#members.has(member)) return undefined;
    const isAtPlace = at === this.#at || (at === ANYWHERE && isExact(this.#at));
    if (this.#run && !isAtPlace) return undefined;
    this.#inStep.add(member);
    if (!this.#run) {
      this.#at = at;
      const begun = this.#start(isResumed);
      this.#begun ??= begun;
    }
    return this.#at;
  }

  /** Takes a member out of step, which has to catch up. */
  drop(member: Member): void {
    this.#inStep.delete(member);
    if (this.#inStep.size === 0) this.#stop();
  }

  leave(member: Member): void {
    this.drop(member);
    if (this.#members.delete(member) && this.#members.size === 0) this.#onEmpty();
  }

  /** The group's operation from any place, as one member's own. */
  async open(
    from: Place,
    isResumed: boolean,
    onStart: (place: Place) => void = () => {},
  ): Promise<Source | { readonly refusal: ExecutionResult }> {
    let to = from;
    const onEvent = ({ cursor }: ContextEvent): void => {
      to = cursor;
    };
    const results = await this.#open(from, { isResumed, onStart, onEvent });
    if (!(Symbol.asyncIterator in results)) return { refusal: results };
    const iterator = results[Symbol.asyncIterator]();
    return {
      async next() {
        const { done, value } = await iterator.next();
        return done ? undefined : { payload: Buffer.from(JSON.stringify(value)), to };
      },
      close: () => void iterator.return?.(),
    };
  }

  async #start(isResumed: boolean): Promise<ExecutionResult | null> {
    const run: Run = { isStopped: false };
    this.#run = run;
    const opened = await this.open(this.#at, isResumed, (place) => {
      if (!run.isStopped) this.#begin(place);
    });
    if ('refusal' in opened) {
      if (!run.isStopped) this.#end(opened.refusal.errors?.[0]);
      return opened.refusal;
    }
    run.source = opened;
    if (run.isStopped) opened.close();
    else void this.#tellAll(run, opened);
    return null;
  }

  /** Those who began anywhere begin here, all at once. */
  #begin(place: Place): void {
    this.#at = place;
    for (const member of this.#inStep) member.begin(place);
  }

  async #tellAll(run: Run, source: Source): Promise<void> {
    try {
      for (let told = await source.next(); !run.isStopped; told = await source.next()) {
        if (!told) return this.#end();
        this.#at = told.to;
        for (const member of this.#inStep) member.tell(told);
      }
    } catch (error) {
      if (!run.isStopped) this.#end(error);
    }
  }

  #stop(): void {
    const run = this.#run;
    this.#run = undefined;
    if (!run) return;
    run.isStopped = true;
    run.source?.close();
  }

  #end(error?: unknown): void {
    this.#stop();
    for (const member of this.#inStep) member.end(error);
    this.#inStep.clear();
  }
}
