import { Crowd } from './crowd.ts';
import { number, numbers } from './environment.ts';
import { RemoteSide } from './sides/remote.ts';
import { ceiling, figure, goal as floor, keepResults, median, printTable } from './table.ts';

/**
 * What one update costs the server in CPU time for each subscriber that is told of it, over WebSocket, beside raw `ws`, stock Yoga with
 * graphql-ws, and Mercurius: one context, N subscribers, one event of some 290 bytes for each update; and what an idle subscriber costs in
 * memory. Each round takes all sides, one after the other; the figures are medians of the rounds, and of ratios within a round.
 */
const COUNTS = numbers('BENCH_SUBSCRIBERS', [100, 1000, 5000]);
const IN_FLIGHT = numbers('BENCH_IN_FLIGHT', [1, 4, 16]);
const ROUNDS = number('BENCH_ROUNDS', 3);
/** Events that each measurement delivers, about. */
const EVENTS = number('BENCH_EVENTS', 100_000);

/** Bursts of a measurement, at least, and before the first and the next ones: fewer would be a measurement of chance, or of a cold process. */
const LEAST_BURSTS = 5;
const FIRST_WARM_UP = 10;
const WARM_UP = 3;

const STOCK_QUERY = 'subscription($id:ID!){contextChanged(id:$id){version delta}}';
const QUERIES: { readonly [side: string]: string | null } = {
  'raw ws': null,
  arpeggio: 'subscription($id:ID!){contextChanged(id:$id){... on Delta{version delta}}}',
  'stock Yoga': STOCK_QUERY,
  Mercurius: STOCK_QUERY,
};
const SIDES = Object.keys(QUERIES);
interface Figure {
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

async function measure(side: string, subscribers: number, round: number): Promise<Figure[]> {
  const server = await RemoteSide.start(side, 'status');
  const query = QUERIES[side] ?? null;
  const crowd = new Crowd();
  try {
    // Memory is that of the second half: the first pays for what is needed once, and fills what the process has free.
    const half = Math.floor(subscribers / 2);
    await crowd.join(server.url, half, query);
    await crowd.settle(server);
    const before = await server.memory();
    await crowd.join(server.url, subscribers - half, query);
    await crowd.settle(server);
    const after = await server.memory();
    const idleHeap = (after.heap + after.external - before.heap - before.external) / (subscribers - half);
    const idleRss = (after.rss - before.rss) / (subscribers - half);
    const figures: Figure[] = [];
    for (const inFlight of IN_FLIGHT) {
      const bursts = Math.max(LEAST_BURSTS, Math.ceil(EVENTS / (subscribers * inFlight)));
      const warmUp = figures.length === 0 ? FIRST_WARM_UP : WARM_UP;
      for (let burst = 0; burst < warmUp; burst += 1) await deliver(server, crowd, inFlight);
      const cpuBefore = await server.cpu();
      for (let burst = 0; burst < bursts; burst += 1) await deliver(server, crowd, inFlight);
      const cpuPerEvent = ((await server.cpu()) - cpuBefore) / (bursts * inFlight * subscribers);
      figures.push({ side, subscribers, inFlight, round, cpuPerEvent, idleHeap, idleRss });
    }
    return figures;
  } finally {
    crowd.leave();
    await server.stop();
  }
}

/** One burst of updates that are under way together. A side may merge them: what counts is that all are told of the last. */
async function deliver(server: RemoteSide, crowd: Crowd, inFlight: number): Promise<void> {
  await crowd.all(await server.update(inFlight));
}

const figures: Figure[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  for (const subscribers of COUNTS) {
    for (const side of SIDES) figures.push(...(await measure(side, subscribers, round)));
  }
}

type Measured = 'cpuPerEvent' | 'idleHeap' | 'idleRss';

/** The figures of one side, round by round. */
function of(side: string, subscribers: number, inFlight: number, what: Measured): readonly number[] {
  const isIt = (f: Figure) => f.side === side && f.subscribers === subscribers && f.inFlight === inFlight;
  return figures.filter(isIt).map((f) => f[what]);
}

/** The median of one side's figures in another's, each within its round. */
function ratio(side: string, other: string, subscribers: number, inFlight: number, what: Measured): number {
  const others = of(other, subscribers, inFlight, what);
  return median(of(side, subscribers, inFlight, what).map((value, i) => value / positive(others[i])));
}

/** A growth of nothing or less, as of a process that had enough to spare, has no multiple. */
function positive(value = Number.NaN): number {
  return value > 0 ? value : Number.NaN;
}

const [first = 1] = IN_FLIGHT;
const perEvent = COUNTS.flatMap((subscribers) =>
  IN_FLIGHT.flatMap((inFlight) =>
    SIDES.map((side) => [
      `${subscribers}`,
      `${inFlight}`,
      side,
      figure(median(of(side, subscribers, inFlight, 'cpuPerEvent')), 'us'),
      figure(ratio(side, 'raw ws', subscribers, inFlight, 'cpuPerEvent')),
    ]),
  ),
);
const idle = COUNTS.flatMap((subscribers) =>
  SIDES.map((side) => [
    `${subscribers}`,
    side,
    ...(['idleHeap', 'idleRss'] as const).flatMap((what) => [
      figure(median(of(side, subscribers, first, what)) / 1024, 'KB'),
      figure(ratio(side, 'raw ws', subscribers, first, what)),
    ]),
  ]),
);

/** Of raw ws at most, and stock Yoga's figure in ours at least, by the number of updates in flight. */
const GOALS: {
  readonly [inFlight: number]: { readonly raw?: number; readonly stock: (subscribers: number) => number };
} = {
  1: { raw: 1.15, stock: (subscribers) => (subscribers >= 5000 ? 5 : 4) },
  4: { stock: () => 10 },
  16: { raw: 0.2, stock: () => 25 },
};
const goals = COUNTS.filter((count) => count >= 1000).flatMap((subscribers) => [
  ...IN_FLIGHT.flatMap((inFlight) => {
    const goal = GOALS[inFlight];
    if (!goal) return [];
    const raw = ratio('arpeggio', 'raw ws', subscribers, inFlight, 'cpuPerEvent');
    const stock = ratio('stock Yoga', 'arpeggio', subscribers, inFlight, 'cpuPerEvent');
    return [
      ...(goal.raw ? [[`${subscribers}`, `${inFlight} in flight, of raw ws`, ceiling(raw, goal.raw, 'x')]] : []),
      [`${subscribers}`, `${inFlight} in flight, cheaper than stock Yoga`, floor(stock, goal.stock(subscribers))],
    ];
  }),
  ...(['idleHeap', 'idleRss'] as const).map((what) => [
    `${subscribers}`,
    `idle, of raw ws (${what === 'idleRss' ? 'RSS' : 'heap and external'})`,
    ceiling(ratio('arpeggio', 'raw ws', subscribers, first, what), 1.5, 'x'),
  ]),
]);

printTable(['subscribers', 'in flight', 'side', 'CPU per event', 'of raw ws'], perEvent);
console.log('');
printTable(['subscribers', 'side', 'idle: heap and external', 'of raw ws', 'idle: RSS growth', 'of raw ws'], idle);
console.log('');
printTable(['subscribers', 'arpeggio', 'measured'], goals);
keepResults('fanout', { figures });
