import type { Member } from './member.ts';
import { type Operation, type Told, toldOf } from './operation.ts';
import { ANYWHERE, type Place } from './place.ts';
import { Run } from './run.ts';
import type { OnIdle } from './shared-watch.ts';
import type { SharedWatches } from './shared-watches.ts';

/** What comes of an operation, event by event. */
export interface Source {
  /** Undefined at the end. */
  next(): Promise<Told | undefined>;
  close(): void;
}

/** Told of each event as it goes to those in step, and how many they are. What it returns is called once it has been written to them. */
export type OnTold = (members: number, told: Told) => (() => void) | undefined;

/**
 * Subscribers who are told the same: one execution and one serialisation for each event, however many they are. The group stands where its
 * last event led; who stands there too is in step, and is told the next one. It runs only as long as somebody is in step, and whoever is
 * the first to be so again decides where it goes on.
 */
export class Group {
  readonly #operation: Operation;
  readonly #watches: SharedWatches;
  readonly #onEmpty: () => void;
  readonly #onTold: OnTold | undefined;
  readonly #members = new Set<Member>();
  readonly #inStep = new Set<Member>();
  #at: Place = ANYWHERE;
  #run: Run | undefined;
  /** The latest step that was looked up for members who lag, as long as any do and the group stands still. */
  #step: { readonly from: Place; readonly told: Promise<Told | undefined> } | undefined;
  readonly #looks = new Set<Source>();

  /** `onEmpty` is called once everybody has left. */
  constructor(operation: Operation, watches: SharedWatches, onEmpty: () => void, onTold?: OnTold) {
    this.#operation = operation;
    this.#watches = watches;
    this.#onEmpty = onEmpty;
    this.#onTold = onTold;
  }

  /** How many subscribers it has, in step or not. */
  get size(): number {
    return this.#members.size;
  }

  /** Resolves once whoever is in step has been told what there is to tell. */
  get settled(): Promise<void> {
    return this.#run?.settled ?? Promise.resolve();
  }

  join(member: Member): void {
    this.#members.add(member);
  }

  /** Puts a member in step if it stands where the group does. (Where who begins anywhere stands, only a look of its own tells.) */
  take(member: Member, at: Place, isResumed: boolean): boolean {
    if (!this.#members.has(member)) return false;
    if (this.#run && (at === ANYWHERE || at !== this.#at)) return false;
    this.#inStep.add(member);
    this.#forget();
    if (!this.#run) this.#start(at, isResumed);
    return true;
  }

  /** Takes a member out of step, which has to catch up. */
  drop(member: Member): void {
    this.#inStep.delete(member);
    if (this.#inStep.size === 0) this.#stop();
  }

  leave(member: Member): void {
    this.drop(member);
    const wasThere = this.#members.delete(member);
    this.#forget();
    if (!wasThere || this.#members.size > 0) return;
    for (const look of this.#looks) look.close();
    this.#onEmpty();
  }

  /** What leads from a place to where the context stands, looked up once for all who lag alike; undefined where nothing does. */
  async step(from: Place): Promise<Told | undefined> {
    const step = this.#step?.from === from ? this.#step : { from, told: this.#look(from) };
    this.#step = step;
    try {
      return await step.told;
    } catch (error) {
      if (this.#step === step) this.#step = undefined;
      throw error;
    }
  }

  /** The group's operation from any place, as one member's own. */
  open(from: Place, isResumed: boolean, onIdle: OnIdle): Source {
    const { id, execute } = this.#operation;
    const events = this.#watches.alone(id, from, isResumed, onIdle);
    return {
      async next() {
        const { done, value } = await events.next();
        return done ? undefined : toldOf(await execute(value), value);
      },
      close: () => void events.return?.(),
    };
  }

  async #look(from: Place): Promise<Told | undefined> {
    let onIdle = (): void => {};
    const idle = new Promise<undefined>((resolve) => {
      onIdle = () => resolve(undefined);
    });
    const source = this.open(from, true, () => onIdle());
    this.#looks.add(source);
    try {
      return await Promise.race([source.next(), idle]);
    } finally {
      this.#looks.delete(source);
      source.close();
    }
  }

  #start(at: Place, isResumed: boolean): void {
    this.#at = at;
    this.#run = new Run(this.#operation, this.#watches, {
      stand: (place, hasLooked) => this.#stand(place, hasLooked),
      tell: (told) => this.#tell(told),
      end: (error) => this.#end(error),
    });
    this.#run.follow(at, isResumed);
  }

  #stand(at: Place, hasLooked: boolean): void {
    this.#at = at;
    for (const member of this.#inStep) member.stand(at, hasLooked);
  }

  #tell(told: Told): void {
    this.#at = told.to;
    this.#step = undefined;
    const onWritten = this.#onTold?.(this.#inStep.size, told);
    for (const member of this.#inStep) member.tell(told);
    onWritten?.();
    for (const member of this.#members) member.meet();
  }

  #forget(): void {
    if (this.#inStep.size === this.#members.size) this.#step = undefined;
  }

  #stop(): void {
    this.#run?.stop();
    this.#run = undefined;
  }

  #end(error?: unknown): void {
    this.#stop();
    const ended = [...this.#inStep];
    this.#inStep.clear();
    for (const member of ended) member.end(error);
  }
}
