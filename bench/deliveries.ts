import { Crowd } from './crowd.ts';
import { RemoteSide } from './sides/remote.ts';
import type { Join } from './subscriber.ts';
import { median } from './table.ts';

/** Bursts of a measurement, at least, and before the first and the next ones: fewer would be a measurement of chance, or of a cold process. */
const LEAST_BURSTS = 5;
const FIRST_WARM_UP = 10;
const WARM_UP = 3;

export interface Figure {
  readonly side: string;
  readonly subscribers: number;
  readonly inFlight: number;
  readonly round: number;
  /** Microseconds of the server's CPU for each event delivered. */
  readonly cpuPerEvent: number;
  /** Bytes for each idle subscriber: of the heap and outside of it, and of the whole process. */
  readonly idleHeap: number;
  readonly idleRss: number;
}

export type Measured = 'cpuPerEvent' | 'idleHeap' | 'idleRss';

export interface Plan {
  /** How the subscribers of each side join, by their number. */
  readonly sides: { readonly [side: string]: (n: number) => Join };
  readonly counts: readonly number[];
  readonly inFlight: readonly number[];
  readonly rounds: number;
  /** That each measurement delivers, about. */
  readonly events: number;
}

/** What telling subscribers of updates costs each side: all sides one after the other in each round. */
export class Deliveries {
  readonly figures: Figure[] = [];

  async measure({ sides, counts, inFlight, rounds, events }: Plan): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      for (const subscribers of counts) {
        for (const [side, joinOf] of Object.entries(sides)) {
          const of = await measureSide(side, joinOf, subscribers, inFlight, events);
          this.figures.push(...of.map((figure) => ({ ...figure, side, subscribers, round })));
        }
      }
    }
  }

  /** The median of the rounds. */
  median(side: string, subscribers: number, inFlight: number, what: Measured): number {
    return median(this.#of(side, subscribers, inFlight, what));
  }

  /** The median of one side's figures in another's, each within its round. */
  ratio(side: string, other: string, subscribers: number, inFlight: number, what: Measured): number {
    const others = this.#of(other, subscribers, inFlight, what);
    return median(this.#of(side, subscribers, inFlight, what).map((value, i) => value / positive(others[i])));
  }

  #of(side: string, subscribers: number, inFlight: number, what: Measured): readonly number[] {
    const isIt = (f: Figure) => f.side === side && f.subscribers === subscribers && f.inFlight === inFlight;
    return this.figures.filter(isIt).map((f) => f[what]);
  }
}

async function measureSide(
  side: string,
  joinOf: (n: number) => Join,
  subscribers: number,
  inFlights: readonly number[],
  events: number,
): Promise<Omit<Figure, 'side' | 'subscribers' | 'round'>[]> {
  const server = await RemoteSide.start(side, 'status');
  const crowd = new Crowd(server);
  try {
    // Memory is that of the second half: the first pays for what is needed once, and fills what the process has free.
    const half = Math.floor(subscribers / 2);
    await crowd.join(half, joinOf);
    const before = await server.memory();
    await crowd.join(subscribers - half, (n) => joinOf(half + n));
    const after = await server.memory();
    const idleHeap = (after.heap + after.external - before.heap - before.external) / (subscribers - half);
    const idleRss = (after.rss - before.rss) / (subscribers - half);
    const figures: Omit<Figure, 'side' | 'subscribers' | 'round'>[] = [];
    for (const inFlight of inFlights) {
      const bursts = Math.max(LEAST_BURSTS, Math.ceil(events / (subscribers * inFlight)));
      const warmUp = figures.length === 0 ? FIRST_WARM_UP : WARM_UP;
      for (let burst = 0; burst < warmUp; burst += 1) await crowd.deliver(inFlight);
      const cpuBefore = await server.cpu();
      for (let burst = 0; burst < bursts; burst += 1) await crowd.deliver(inFlight);
      const cpuPerEvent = ((await server.cpu()) - cpuBefore) / (bursts * inFlight * subscribers);
      figures.push({ inFlight, cpuPerEvent, idleHeap, idleRss });
    }
    return figures;
  } finally {
    crowd.leave();
    await server.stop();
  }
}

/** A growth of nothing or less, as of a process that had enough to spare, has no multiple. */
function positive(value = Number.NaN): number {
  return value > 0 ? value : Number.NaN;
}
