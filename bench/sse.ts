import { Deliveries } from './deliveries.ts';
import { number, numbers } from './environment.ts';
import { PEER_QUERY, QUERY } from './queries.ts';
import { byEventStream } from './subscriber.ts';
import { ceiling, figure, keepResults, printTable } from './table.ts';

/**
 * What one update costs the server in CPU time for each subscriber that is told of it over SSE, beside a plain node:http server and stock
 * Yoga: one context, N subscribers, one event of some 290 bytes for each update. Each round takes all sides, one after the other; the
 * figures are medians of the rounds, and of ratios within a round.
 */
const counts = numbers('BENCH_SUBSCRIBERS', [100, 1000]);
const inFlight = numbers('BENCH_IN_FLIGHT', [1, 4, 16]);
const sides = {
  'raw http': () => byEventStream(PEER_QUERY),
  arpeggio: () => byEventStream(QUERY),
  'stock Yoga': () => byEventStream(PEER_QUERY),
};
/** Of stock Yoga, at most. */
const GOAL = 0.25;

const deliveries = new Deliveries();
await deliveries.measure({
  sides,
  counts,
  inFlight,
  rounds: number('BENCH_ROUNDS', 3),
  events: number('BENCH_EVENTS', 100_000),
});

const rows = counts.flatMap((subscribers) =>
  inFlight.flatMap((updates) =>
    Object.keys(sides).map((side) => {
      const of = (other: string) => deliveries.ratio(side, other, subscribers, updates, 'cpuPerEvent');
      return [
        `${subscribers}`,
        `${updates}`,
        side,
        figure(deliveries.median(side, subscribers, updates, 'cpuPerEvent'), 'us'),
        figure(of('raw http')),
        side === 'arpeggio' ? ceiling(of('stock Yoga'), GOAL, 'x') : figure(of('stock Yoga'), 'x'),
        figure(deliveries.median(side, subscribers, updates, 'idleHeap') / 1024, 'KB'),
      ];
    }),
  ),
);
printTable(
  ['subscribers', 'in flight', 'side', 'CPU per event', 'of raw http', 'of stock Yoga', 'idle: heap and external'],
  rows,
);
keepResults('sse', { figures: deliveries.figures });
