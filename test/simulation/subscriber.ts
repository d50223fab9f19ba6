import type { ContextEvent } from '../../src/context/model.ts';
import { startOf } from '../../src/context/start.ts';
import type { WatchOptions, watchContext } from '../../src/context/watch.ts';
import type { FaultyStore } from './faulty-store.ts';
import { type History, insist } from './history.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';
import { type Beginning, Replica, type Rules } from './replica.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type Watch = typeof watchContext;

export interface Surroundings {
  readonly watch: Watch;
  readonly options: WatchOptions;
  readonly store: FaultyStore;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly journal: Journal;
  readonly rules: Rules;
}

/** How a client reads: how long it sits over an event at most, and how many it asks for at once. */
export interface Habit {
  readonly maxPauseMs: number;
  readonly asksAtOnce: number;
}

/** A client of one context that comes, reads at its own pace, leaves and comes back, with its replica. */
export class Subscriber {
  readonly name: string;
  readonly id: string;
  readonly replica: Replica;
  readonly #habit: Habit;
  readonly #history: History;
  readonly #around: Surroundings;
  #session: Session | undefined;
  /** Calls of `next` and `return` that have no answer. */
  #unanswered = 0;

  constructor(name: string, id: string, habit: Habit, around: Surroundings) {
    this.name = name;
    this.id = id;
    this.#habit = habit;
    this.#around = around;
    this.#history = around.store.historyOf(id);
    this.replica = new Replica(this.#history, around.rules);
  }

  get isThere(): boolean {
    return this.#session !== undefined;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  come(beginning: Beginning): void {
    const { watch, options, store, journal } = this.#around;
    const given = this.replica.begin(beginning);
    journal.note(() => `${this.name} watches ${this.id} from ${JSON.stringify(given)} (${beginning})`);
    const ticket = { isOpen: true };
    const look = (run: () => void): void => (ticket.isOpen ? journal.check(run) : undefined);
    const seen = store.seenBy({
      looked: (head) => look(() => this.replica.looked(head)),
      saw: (head) => look(() => this.replica.saw(head)),
    });
    const session = { events: watch(this.id, startOf(given), { ...options, store: seen }), ticket };
    this.#session = session;
    this.#read(session).catch((error: unknown) => journal.blame(error));
  }

  leave(): void {
    const session = this.#session;
    if (!session) return;
    this.#around.journal.note(() => `${this.name} leaves`);
    session.ticket.isOpen = false;
    this.#session = undefined;
    this.#answered(session.events.return?.()).catch((error: unknown) => this.#around.journal.blame(error));
  }

  async #read(session: Session): Promise<void> {
    const { clock, random, journal } = this.#around;
    const { maxPauseMs, asksAtOnce } = this.#habit;
    while (session.ticket.isOpen) {
      const askedAt = this.#history.now;
      const asked = Array.from({ length: asksAtOnce }, () => this.#answered(session.events.next()));
      for (const answer of asked) {
        const { done, value } = await answer;
        if (done) insist(!session.ticket.isOpen, () => `${this.name}: the events ended by themselves`);
        else this.#take(session, value, askedAt);
      }
      const pause = random.chance(0.5) ? random.below(maxPauseMs + 1) : 0;
      if (pause > 0) journal.note(() => `${this.name} pauses for ${pause} ms`);
      await clock.pass(pause);
    }
  }

  #take(session: Session, event: ContextEvent, askedAt: number): void {
    const { journal } = this.#around;
    journal.note(() => `${this.name} is told ${describe(event)}`);
    journal.check(() => {
      insist(session.ticket.isOpen, () => `${this.name}: an event after it had left`);
      this.replica.receive(event, askedAt);
    });
  }

  async #answered<T>(promise: Promise<T> | undefined): Promise<T> {
    this.#unanswered += 1;
    try {
      if (!promise) throw new TypeError('The events cannot be returned.');
      return await promise;
    } finally {
      this.#unanswered -= 1;
    }
  }
}

interface Session {
  readonly events: AsyncIterator<ContextEvent>;
  readonly ticket: { isOpen: boolean };
}

function describe(event: ContextEvent): string {
  const { kind, life, version } = event;
  const details = kind === 'delta' ? `from v${event.fromVersion}` : event.reason;
  return `${kind} ${life} v${version}, ${details}`;
}
