import { Deliveries } from './deliveries.ts';
import { number, numbers } from './environment.ts';
import { PEER_QUERY, QUERY } from './queries.ts';
import { byWebSocket } from './subscriber.ts';
import { ceiling, figure, goal as floor, keepResults, printTable } from './table.ts';

/**
 * What one update costs the server in CPU time for each subscriber that is told of it, over WebSocket, beside raw `ws`, stock Yoga with
 * graphql-ws, and Mercurius: one context, N subscribers, one event of some 290 bytes for each update; and what an idle subscriber costs in
 * memory. Each round takes all sides, one after the other; the figures are medians of the rounds, and of ratios within a round.
 */
const COUNTS = numbers('BENCH_SUBSCRIBERS', [100, 1000, 5000]);
const IN_FLIGHT = numbers('BENCH_IN_FLIGHT', [1, 4, 16]);
const sides = {
  'raw ws': () => byWebSocket(null),
  arpeggio: () => byWebSocket(QUERY),
  'stock Yoga': () => byWebSocket(PEER_QUERY),
  Mercurius: () => byWebSocket(PEER_QUERY),
};
const SIDES = Object.keys(sides);

const deliveries = new Deliveries();
await deliveries.measure({
  sides,
  counts: COUNTS,
  inFlight: IN_FLIGHT,
  rounds: number('BENCH_ROUNDS', 3),
  events: number('BENCH_EVENTS', 100_000),
});

const [first = 1] = IN_FLIGHT;
const perEvent = COUNTS.flatMap((subscribers) =>
  IN_FLIGHT.flatMap((inFlight) =>
    SIDES.map((side) => [
      `${subscribers}`,
      `${inFlight}`,
      side,
      figure(deliveries.median(side, subscribers, inFlight, 'cpuPerEvent'), 'us'),
      figure(deliveries.ratio(side, 'raw ws', subscribers, inFlight, 'cpuPerEvent')),
    ]),
  ),
);
const idle = COUNTS.flatMap((subscribers) =>
  SIDES.map((side) => [
    `${subscribers}`,
    side,
    ...(['idleHeap', 'idleRss'] as const).flatMap((what) => [
      figure(deliveries.median(side, subscribers, first, what) / 1024, 'KB'),
      figure(deliveries.ratio(side, 'raw ws', subscribers, first, what)),
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
    const raw = deliveries.ratio('arpeggio', 'raw ws', subscribers, inFlight, 'cpuPerEvent');
    const stock = deliveries.ratio('stock Yoga', 'arpeggio', subscribers, inFlight, 'cpuPerEvent');
    return [
      ...(goal.raw ? [[`${subscribers}`, `${inFlight} in flight, of raw ws`, ceiling(raw, goal.raw, 'x')]] : []),
      [`${subscribers}`, `${inFlight} in flight, cheaper than stock Yoga`, floor(stock, goal.stock(subscribers))],
    ];
  }),
  ...(['idleHeap', 'idleRss'] as const).map((what) => [
    `${subscribers}`,
    `idle, of raw ws (${what === 'idleRss' ? 'RSS' : 'heap and external'})`,
    ceiling(deliveries.ratio('arpeggio', 'raw ws', subscribers, first, what), 1.5, 'x'),
  ]),
]);

printTable(['subscribers', 'in flight', 'side', 'CPU per event', 'of raw ws'], perEvent);
console.log('');
printTable(['subscribers', 'side', 'idle: heap and external', 'of raw ws', 'idle: RSS growth', 'of raw ws'], idle);
console.log('');
printTable(['subscribers', 'arpeggio', 'measured'], goals);
keepResults('fanout', { figures: deliveries.figures });
