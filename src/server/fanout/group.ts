import type { ExecutionResult } from 'graphql';
import type { ContextEvent } from '../../context/model.ts';
import type { Member } from './member.ts';
import { ANYWHERE, type Place } from './place.ts';

/** An event as it goes over the wire, and the place that it leads to. */
export interface Told {
  /** JSON, in UTF-8. */
  readonly payload: Buffer;
  readonly to: Place;
}

/** What comes of an operation, result by result. */
export interface Source {
  /** Undefined at the end. */
  next(): Promise<Told | undefined>;
  close(): void;
}

/** Told, whenever there is nothing to tell of, where an operation stands, and whether whoever begins now would stand there too. */
type OnIdle = (at: Place, isLevel: boolean) => void;

export interface Hooks {
  /** Whether it is for members who need no catching up. */
  readonly isResumed: boolean;
  readonly onIdle: OnIdle;
  /** Told of each event just before it is executed. */
  readonly onEvent: (event: ContextEvent) => void;
}

/** Runs a group's operation from a place of one's own. */
export type Open = (from: Place, hooks: Hooks) => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;

/** One time that the group's operation runs. */
class Run {
  source: Source | undefined;
  isStopped = false;
  /** Whether whoever begins now stands where the group does. */
  isLevel = false;
  #settle = (): void => {};
  /** Resolves once it has told something, or found nothing to tell of, or is over. */
  readonly settled = new Promise<void>((resolve) => {
    this.#settle = resolve;
  });

  hasLooked(isLevel: boolean): void {
    this.isLevel = isLevel;
    this.#settle();
  }

  stop(): void {
    this.isStopped = true;
    this.source?.close();
    this.#settle();
  }
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
  /** The latest step that was looked up for members who lag, as long as the group stands still. */
  #step: { readonly from: Place; readonly told: Promise<Told | undefined> } | undefined;
  readonly #looks = new Set<Source>();

  /** `onEmpty` is called once everybody has left. */
  constructor(open: Open, onEmpty: () => void) {
    this.#open = open;
    this.#onEmpty = onEmpty;
  }

  /** Resolves once it has begun to run for the first time: to null, or to what an operation answers that can't be subscribed to. */
  get begun(): Promise<ExecutionResult | null> {
    return this.#begun ?? Promise.resolve(null);
  }

  /** Resolves once whoever is in step has been told what there is to tell. */
  get settled(): Promise<void> {
    return this.#run?.settled ?? Promise.resolve();
  }

  join(member: Member): void {
    this.#members.add(member);
  }

  /** Puts a member in step if it stands where the group does, or would if it began now: the place; else undefined. */
  take(member: Member, at: Place, isResumed: boolean): Place | undefined {
    if (!this.#members.has(member)) return undefined;
    if (this.#run && at !== this.#at && !(at === ANYWHERE && this.#run.isLevel)) return undefined;
    this.#inStep.add(member);
    if (!this.#run) {
      this.#at = at;
      const begun = this.#start(isResumed);
      this.#begun ??= begun;
      // Only the first is waited for; what becomes of the others is told to the members.
      begun.catch(() => {});
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
    if (!this.#members.delete(member) || this.#members.size > 0) return;
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
  async open(from: Place, isResumed: boolean, onIdle: OnIdle): Promise<Source | { readonly refusal: ExecutionResult }> {
    let to = from;
    const onEvent = ({ cursor }: ContextEvent): void => {
      to = cursor;
    };
    const results = await this.#open(from, { isResumed, onIdle, onEvent });
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

  async #look(from: Place): Promise<Told | undefined> {
    let onIdle = (): void => {};
    const idle = new Promise<undefined>((resolve) => {
      onIdle = () => resolve(undefined);
    });
    const source = await this.open(from, true, () => onIdle());
    if ('refusal' in source) return undefined;
    this.#looks.add(source);
    try {
      return await Promise.race([source.next(), idle]);
    } finally {
      this.#looks.delete(source);
      source.close();
    }
  }

  async #start(isResumed: boolean): Promise<ExecutionResult | null> {
    const run = new Run();
    this.#run = run;
    try {
      const opened = await this.open(this.#at, isResumed, (place, isLevel) => {
        if (!run.isStopped) this.#stand(place);
        run.hasLooked(isLevel);
      });
      if ('refusal' in opened) {
        if (!run.isStopped) this.#end(opened.refusal.errors?.[0]);
        return opened.refusal;
      }
      run.source = opened;
      if (run.isStopped) opened.close();
      else void this.#tellAll(run, opened);
      return null;
    } catch (error) {
      if (!run.isStopped) this.#end(error);
      throw error;
    }
  }

  /** A place may turn out to have an exact name: that of whoever began anywhere, or at a bare version. */
  #stand(place: Place): void {
    this.#at = place;
    for (const member of this.#inStep) member.stand(place);
  }

  async #tellAll(run: Run, source: Source): Promise<void> {
    try {
      for (let told = await source.next(); !run.isStopped; told = await source.next()) {
        if (!told) return this.#end();
        this.#at = told.to;
        this.#step = undefined;
        for (const member of this.#inStep) member.tell(told);
        run.hasLooked(true);
        for (const member of this.#members) member.meet();
      }
    } catch (error) {
      if (!run.isStopped) this.#end(error);
    }
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
