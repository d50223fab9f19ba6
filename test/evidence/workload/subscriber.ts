import { emptyReplica, follow, type Replica, ReplicaMismatchError } from '../../../src/client/replica.ts';
import type { Random } from '../../simulation/random.ts';
import { eventOf, watching } from '../asking.ts';
import type { Line } from '../links/line.ts';
import type { Link, Running } from '../links/link.ts';
import type { Ending, EventTold, Final, From, Received, Recorder, Session } from '../recording.ts';
import type { Progress } from './progress.ts';

/** How a client watches: all the time; with breaks; or reading only now and then. */
export type Habit = 'steady' | 'wanders' | 'dawdles';

export interface SubscriberOptions {
  readonly name: string;
  readonly context: string;
  readonly habit: Habit;
  readonly line: Line;
  readonly random: Random;
  readonly recorder: Recorder;
}

/** How often a subscriber whose subscription breaks off comes back for the last events. */
const RETURNS = 20;

/** A client of one context that comes, reads at its pace, leaves and comes back, with its copy. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #sessions: Session[] = [];
  /** Copies that it had, the latest last. */
  readonly #copies: Replica[] = [];
  #visit: Visit | undefined;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    const { name, context, recorder } = options;
    recorder.subscriptions.push({ name, context, sessions: this.#sessions });
  }

  async follow(progress: Progress): Promise<void> {
    const { habit, random } = this.#options;
    while (!progress.isOver) {
      const visit = await this.#come(this.#sessions.length === 0 ? { kind: 'nothing' } : this.#from());
      if (habit === 'dawdles') void this.#dawdle(visit, progress);
      const stay = habit === 'wanders' ? random.below(200) : Number.POSITIVE_INFINITY;
      await Promise.race([visit.over, progress.passed(stay)]);
      if (progress.isOver && !visit.isOver && visit.from.kind !== 'now') return;
      await this.#leave();
      if (habit === 'wanders') await progress.passed(random.below(400));
    }
  }

  /** Stays until its copy is what the context has come to, or no patience is left, and leaves. */
  async finish(final: Final, patienceMs: number): Promise<void> {
    for (let returns = 0; returns < RETURNS; returns += 1) {
      const visit = this.#visit ?? (await this.#come(this.#latest()));
      await visit.until(() => isAt(visit.copy, final), patienceMs);
      const isThere = !visit.isOver || isAt(visit.copy, final);
      await this.#leave();
      if (isThere) break;
    }
    await this.#options.line.close();
  }

  async #come(from: From): Promise<Visit> {
    const { context, line, recorder } = this.#options;
    const link = await line.link();
    const visit = new Visit(context, from, this.#copyAt(from), link, recorder);
    this.#visit = visit;
    return visit;
  }

  async #leave(): Promise<void> {
    const visit = this.#visit;
    this.#visit = undefined;
    if (!visit) return;
    this.#sessions.push(await visit.leave());
    this.#copies.push(...visit.copies);
    if (visit.ending === 'lost') await this.#options.line.renew();
  }

  #from(): From {
    const { random, habit } = this.#options;
    if (habit !== 'wanders') return this.#latest();
    const copy = this.#copies.at(-1);
    switch (random.weighted({ latest: 6, older: 3, version: 1, nothing: 1, now: 1 })) {
      case 'older': {
        const older = this.#copies.length > 0 ? random.pick(this.#copies.slice(-150)) : emptyReplica;
        return older.status === 'empty' ? { kind: 'nothing' } : { kind: 'cursor', cursor: older.cursor };
      }
      case 'version':
        return copy?.status === 'live' ? { kind: 'version', version: copy.version } : this.#latest();
      case 'nothing':
        return { kind: 'nothing' };
      case 'now':
        return { kind: 'now' };
      case 'latest':
        return this.#latest();
    }
  }

  #latest(): From {
    const copy = this.#copies.at(-1) ?? emptyReplica;
    return copy.status === 'empty' ? { kind: 'nothing' } : { kind: 'cursor', cursor: copy.cursor };
  }

  #copyAt(from: From): Replica {
    switch (from.kind) {
      case 'cursor':
        return this.#copies.findLast((copy) => copy.status !== 'empty' && copy.cursor === from.cursor) ?? emptyReplica;
      case 'version':
        return this.#copies.at(-1) ?? emptyReplica;
      default:
        return emptyReplica;
    }
  }

  /** Reads for a while, then does not. */
  async #dawdle(visit: Visit, progress: Progress): Promise<void> {
    const { random } = this.#options;
    while (!progress.isOver && !visit.isOver) {
      visit.link.pause();
      await progress.passed(random.below(150));
      visit.link.resume();
      await progress.passed(random.below(30));
    }
    visit.link.resume();
  }
}

/** One session as it goes on. */
class Visit {
  readonly from: From;
  readonly link: Link;
  readonly over: Promise<void>;
  readonly copies: Replica[] = [];
  copy: Replica;
  ending: Ending | undefined;
  readonly #asked: number;
  readonly #events: Received[] = [];
  readonly #late: Received[] = [];
  readonly #running: Running;
  readonly #recorder: Recorder;
  #endedAt = 0;
  #misfits = 0;
  #news = (): void => {};
  #end = (): void => {};

  constructor(context: string, from: From, copy: Replica, link: Link, recorder: Recorder) {
    this.from = from;
    this.copy = copy;
    this.link = link;
    this.#recorder = recorder;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#asked = recorder.tick();
    this.#running = link.subscribe(watching(context, from), {
      next: (result) => {
        const event = eventOf(result);
        if (event) this.#hear(event);
      },
      ended: (why) => this.#finish(why),
    });
  }

  get isOver(): boolean {
    return this.ending !== undefined;
  }

  async leave(): Promise<Session> {
    await this.#running.leave();
    this.#finish('left');
    return {
      from: this.from,
      asked: this.#asked,
      events: this.#events,
      ended: { at: this.#endedAt, why: this.ending ?? 'left' },
      late: this.#late,
      misfits: this.#misfits,
      copy: this.copy,
    };
  }

  /** Resolves when this holds, when the session is over, or when no patience is left. */
  until(holds: () => boolean, patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const patience = setTimeout(() => done(), patienceMs);
      const done = (): void => {
        clearTimeout(patience);
        this.#news = () => {};
        resolve();
      };
      this.#news = () => {
        if (holds() || this.isOver) done();
      };
      this.#news();
    });
  }

  #hear(event: EventTold): void {
    const received = { at: this.#recorder.tick(), event };
    if (this.isOver) {
      this.#late.push(received);
      return;
    }
    this.#events.push(received);
    // Who began with what comes now holds nothing that a delta fits.
    const isForOthers = this.from.kind === 'now' && this.copy.status !== 'live' && event.__typename === 'Delta';
    if (!isForOthers) this.#apply(event);
    this.#news();
  }

  #apply(event: EventTold): void {
    try {
      this.copy = follow(this.copy, event);
      this.copies.push(this.copy);
    } catch (error) {
      if (!(error instanceof ReplicaMismatchError)) throw error;
      this.#misfits += 1;
    }
  }

  #finish(why: Ending): void {
    if (this.isOver) return;
    this.ending = why;
    this.#endedAt = this.#recorder.tick();
    this.#end();
    this.#news();
  }
}

function isAt(copy: Replica, { state, cursor }: Final): boolean {
  if (copy.status === 'empty') return state === null;
  return copy.cursor === (state ? state.cursor : cursor);
}
