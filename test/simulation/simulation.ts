import { watchContext } from '../../src/context/watch.ts';
import { FaultyFeed } from './faulty-feed.ts';
import { FaultyStore } from './faulty-store.ts';
import { insist } from './history.ts';
import { Journal } from './journal.ts';
import { Random } from './random.ts';
import type { Beginning } from './replica.ts';
import { Subscriber, type Surroundings, type Watch } from './subscriber.ts';
import { VirtualClock } from './virtual-clock.ts';
import { type Climate, Weather } from './weather.ts';
import { Writers } from './writers.ts';

export interface Outcome {
  readonly seed: number;
  readonly fault: string | null;
  readonly trace: readonly string[];
}

export interface Experiment {
  /** What is under test. @default the watch as it is */
  readonly watch?: Watch;
  /** @default false */
  readonly isTraced?: boolean;
}

const MAX_DELAY_MS = 15;
const MAX_PAUSE_MS = 120;
const HEARTBEAT_MS = 100;
/** So long that nothing may depend on it. */
const NO_HEARTBEAT_MS = 1e9;
/** A call travels there and back, and a look may be two calls, or a listening and two calls. */
const LOOK_MS = 6 * MAX_DELAY_MS;

const ROUGH: Climate = { dropRate: 0.3, doubleRate: 0.3, failureRate: 0.05, delayRate: 0.5, maxDelayMs: MAX_DELAY_MS };
/** Slow, but nothing is ever lost: then a watch must do without its heartbeat. */
const FAITHFUL: Climate = { ...ROUGH, dropRate: 0, failureRate: 0 };

/** One seed's world: contexts, writers, subscribers and everything that goes wrong between them, and then the reckoning. */
class World {
  readonly journal: Journal;
  readonly #clock = new VirtualClock();
  readonly #random: Random;
  readonly #isFaithful: boolean;
  readonly #canFailOver: boolean;
  readonly #ids: readonly string[];
  readonly #weather: Weather;
  readonly #feed: FaultyFeed;
  readonly #store: FaultyStore;
  readonly #writers: Writers;
  readonly #around: Surroundings;
  readonly #subscribers: Subscriber[] = [];
  #failovers = 0;

  constructor(seed: number, { watch = watchContext, isTraced = false }: Experiment) {
    const random = new Random(seed);
    const clock = this.#clock;
    this.#random = random;
    this.journal = new Journal(isTraced, () => clock.monotonic());
    this.#isFaithful = random.chance(0.25);
    this.#canFailOver = !this.#isFaithful && random.chance(0.5);
    this.#ids = ['one', 'two'].slice(0, 1 + random.below(2));
    const deltaThreshold = random.pick([0, 1, 4, 6, 8]);
    const tombstoneTtlMs = random.pick([20, 100, 1000]);
    this.#weather = new Weather(this.#isFaithful ? FAITHFUL : ROUGH, random, clock);
    this.#feed = new FaultyFeed(this.#weather, clock);
    this.#store = new FaultyStore(this.#weather, this.#feed, clock, { deltaThreshold, tombstoneTtlMs }, this.journal);
    let minted = 0;
    const mint = (): string => {
      minted += 1;
      return `m${minted}`;
    };
    const { journal } = this;
    this.#writers = new Writers({ store: this.#store, feed: this.#feed, clock, mint }, this.#store, random, journal);
    const onFailure = (): void => insist(!this.#isFaithful, () => 'a watch failed where nothing fails');
    const heartbeatMs = this.#isFaithful ? NO_HEARTBEAT_MS : HEARTBEAT_MS;
    const options = { store: this.#store, feed: this.#feed, clock, heartbeatMs, onFailure };
    const rules = { deltaThreshold, mayRewind: () => this.#failovers > 0 };
    this.#around = { watch, options, store: this.#store, clock, random, journal, rules };
    this.journal.note(
      () => `${this.#isFaithful ? 'faithful' : 'rough'}, window ${deltaThreshold}, trace ${tombstoneTtlMs} ms`,
    );
  }

  async run(): Promise<void> {
    for (let steps = 30 + this.#random.below(50); steps > 0 && !this.journal.fault; steps -= 1) {
      this.#step();
      await this.#clock.advance(this.#random.chance(0.7) ? this.#random.below(20) : 0);
    }
    await this.#calmDown();
    await this.#reckon();
  }

  #step(): void {
    const random = this.#random;
    const id = random.pick(this.#ids);
    const kind = random.weighted({
      write: 10,
      burst: 2,
      come: 4,
      leave: 2,
      falseHint: 1,
      outage: this.#isFaithful ? 0 : 1,
      failOver: this.#canFailOver ? 2 : 0,
    });
    const steps: Readonly<Record<typeof kind, () => void>> = {
      write: () => this.#writers.write(id),
      burst: () => this.#burst(id),
      come: () => this.#come(id),
      leave: () => {
        if (this.#subscribers.length > 0) random.pick(this.#subscribers).leave();
      },
      falseHint: () => this.#feed.tell(id),
      outage: () => this.#toggleOutage(),
      failOver: () => {
        this.#failovers += 1;
        this.journal.note(() => 'fails over');
        this.#store.failOver(1 + random.below(4));
        this.#weather.isFeedDown = true;
        this.#clock.after(HEARTBEAT_MS / 2, () => {
          this.#weather.isFeedDown = false;
        });
        // So that the versions that were lost are soon made again, by other commits.
        for (const each of this.#ids) this.#burst(each);
      },
    };
    steps[kind]();
  }

  #burst(id: string): void {
    for (let writes = 2 + this.#random.below(10); writes > 0; writes -= 1) this.#writers.write(id);
  }

  #toggleOutage(): void {
    const weather = this.#weather;
    weather.isStoreDown = this.#random.chance(0.5) && !weather.isStoreDown;
    weather.isFeedDown = this.#random.chance(0.5) && !weather.isFeedDown;
    this.journal.note(() => `down: ${JSON.stringify({ store: weather.isStoreDown, feed: weather.isFeedDown })}`);
  }

  /** Somebody comes back, or somebody new comes, with nothing or with a position from a writer. */
  #come(id: string): void {
    const random = this.#random;
    const absent = this.#subscribers.filter(({ isThere }) => !isThere);
    const isNew = absent.length === 0 || (this.#subscribers.length < 8 && random.chance(0.4));
    const subscriber = isNew ? this.#newSubscriber(id) : random.pick(absent);
    const answers = this.#writers.answersOf(id);
    if (isNew && answers.length > 0 && random.chance(0.6)) subscriber.replica.hold(random.pick(answers));
    const held = subscriber.replica.hasPosition ? 1 : 0;
    subscriber.come(random.weighted<Beginning>({ none: 1, zero: 1, version: 2 * held, cursor: 6 * held }));
  }

  #newSubscriber(id: string): Subscriber {
    const maxPauseMs = this.#random.pick([0, 10, MAX_PAUSE_MS]);
    const asksAtOnce = this.#random.chance(0.2) ? 2 : 1;
    const name = `reader ${this.#subscribers.length + 1}`;
    const subscriber = new Subscriber(name, id, { maxPauseMs, asksAtOnce }, this.#around);
    this.#subscribers.push(subscriber);
    return subscriber;
  }

  /** Faults stop and so do the writers: within a heartbeat of being able to, everybody must have found out. */
  async #calmDown(): Promise<void> {
    this.#weather.calmDown();
    this.journal.note(() => 'calm');
    for (const subscriber of this.#subscribers) {
      if (!subscriber.isThere && subscriber.replica.hasPosition && this.#random.chance(0.5)) subscriber.come('cursor');
    }
    await this.#clock.advance(LOOK_MS + MAX_PAUSE_MS + (this.#isFaithful ? LOOK_MS : HEARTBEAT_MS));
    this.journal.check(() => insist(this.#writers.underWay === 0, () => 'a write was never answered'));
    for (const { name, id, isThere, replica } of this.#subscribers) {
      if (!isThere) continue;
      const head = await this.#store.read(id);
      this.journal.note(() => `is ${name} equal?`);
      this.journal.check(() => replica.insistOn(head));
    }
  }

  /** Everybody leaves, and nothing may be left of them. */
  async #reckon(): Promise<void> {
    for (const subscriber of this.#subscribers) subscriber.leave();
    await this.#clock.advance(0);
    const { size } = this.#feed;
    // A pause that a reader is in goes on without it.
    await this.#clock.advance(MAX_PAUSE_MS);
    const unanswered = this.#subscribers.reduce((sum, subscriber) => sum + subscriber.unanswered, 0);
    this.journal.check(() => {
      insist(size === 0, () => `${size} ids are still listened to`);
      insist(this.#clock.size === 0, () => `${this.#clock.size} timers still run`);
      insist(unanswered === 0, () => `${unanswered} calls were never answered`);
    });
  }
}

/** Lives through one seed: the same seed, the same events, each time. */
export async function simulate(seed: number, experiment: Experiment = {}): Promise<Outcome> {
  const world = new World(seed, experiment);
  await world.run();
  return { seed, fault: world.journal.fault, trace: world.journal.lines };
}

/** The first of the seeds that finds a fault, with everything that led to it; null where none does. */
export async function findFault(from: number, to: number, watch?: Watch): Promise<Outcome | null> {
  const experiment = watch ? { watch } : {};
  for (let seed = from; seed <= to; seed += 1) {
    const { fault } = await simulate(seed, experiment);
    if (fault !== null) return simulate(seed, { ...experiment, isTraced: true });
  }
  return null;
}

/** A fault as a person needs it: what was found, what led there, and how to see it again. */
export function report({ seed, fault, trace }: Outcome): string {
  const again = `SEED=${seed} npx vitest run test/simulation/simulation.slow.test.ts`;
  return [`Seed ${seed}: ${fault}`, ...trace, `Seed ${seed}: ${fault}`, `Once more: ${again}`].join('\n');
}
