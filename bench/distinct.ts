import { Deliveries } from './deliveries.ts';
import { number, numbers } from './environment.ts';
import { PEER_QUERY, QUERY } from './queries.ts';
import { byWebSocket, type Join } from './subscriber.ts';
import { ceiling, figure, keepResults, printTable } from './table.ts';

/**
 * What one event costs the server in CPU time where nothing can be shared, over WebSocket, beside stock Yoga with graphql-ws: one
 * context, N subscribers, each of whom asks by another alias and looks for it in all that it is told. Figures are medians of the rounds,
 * and of ratios within a round.
 */
const counts = numbers('BENCH_SUBSCRIBERS', [500]);
/** Of stock Yoga, at most. */
const GOAL = 0.6;

function byAlias(query: string): (n: number) => Join {
  return (n) => {
    const aliased = query.replace('contextChanged', `alias${n}:contextChanged`);
    return byWebSocket(aliased, (message) => {
      if (!message.includes(`{"data":{"alias${n}":{`)) throw new Error(`Alias ${n} was answered ${message}`);
    });
  };
}

const sides = { 'raw ws': () => byWebSocket(null), arpeggio: byAlias(QUERY), 'stock Yoga': byAlias(PEER_QUERY) };
const deliveries = new Deliveries();
await deliveries.measure({
  sides,
  counts,
  inFlight: [1],
  rounds: number('BENCH_ROUNDS', 3),
  events: number('BENCH_EVENTS', 100_000),
});

const rows = counts.flatMap((subscribers) =>
  Object.keys(sides).map((side) => {
    const of = (other: string) => deliveries.ratio(side, other, subscribers, 1, 'cpuPerEvent');
    const ofStock = side === 'arpeggio' ? ceiling(of('stock Yoga'), GOAL, 'x') : figure(of('stock Yoga'), 'x');
    const cpu = figure(deliveries.median(side, subscribers, 1, 'cpuPerEvent'), 'us');
    return [`${subscribers}`, side, cpu, figure(of('raw ws')), ofStock];
  }),
);
printTable(['subscribers, nothing shared', 'side', 'CPU per event', 'of raw ws', 'of stock Yoga'], rows);
keepResults('distinct', { figures: deliveries.figures });
