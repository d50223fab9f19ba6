import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { RedisServer } from '../test/helpers/redis/server.ts';
import { type Chart, drawCharts, type Line } from './chart.ts';
import { numbers } from './environment.ts';
import { byCount, bySize, bySubscribers, byWindow, type Place, type Point } from './growth-measures.ts';
import { PEER_QUERY, QUERY } from './queries.ts';
import { figure, keepResults, printTable } from './table.ts';

/**
 * How costs grow: with the size of a context, the length of its window, the number of contexts and the number of subscribers, in memory
 * and on a Redis of its own. Calls are the library's, one at a time; their time is the median. Draws docs/growth.svg, or the
 * file that BENCH_CHART names.
 */
const SIZES = numbers('BENCH_SIZES', [1, 4, 16, 64, 256, 1024]).map((kilobytes) => kilobytes * 1024);
const WINDOWS = numbers('BENCH_WINDOWS', [10, 100, 1000, 10_000]);
const CONTEXTS = numbers('BENCH_CONTEXTS', [1, 10, 100, 1000, 10_000, 100_000]);
const SUBSCRIBERS = numbers('BENCH_SUBSCRIBERS', [1, 10, 100, 1000, 5000]);

const QUERIES = { arpeggio: QUERY, 'stock Yoga': PEER_QUERY };

const redis = await RedisServer.start();
const places: readonly Place[] = [
  { name: 'memory', redisUrl: undefined },
  { name: 'Redis', redisUrl: redis.url },
];
const points: Point[] = [];
const measured = async (what: string, run: () => Promise<Point[]>): Promise<void> => {
  console.error(what);
  points.push(...(await run()));
};
for (const place of places) {
  await measured(`Size of a context, ${place.name}`, () => bySize(place, SIZES));
  await measured(`Length of the window, ${place.name}`, () => byWindow(place, WINDOWS));
  await measured(`Number of contexts, ${place.name}`, () => byCount(place, CONTEXTS));
}
await redis.stop();
for (const [side, query] of Object.entries(QUERIES)) {
  await measured(`Number of subscribers, ${side}`, () => bySubscribers(side, query, SUBSCRIBERS));
}

const size = (value: number): string => (value >= 2 ** 20 ? `${value / 2 ** 20} MB` : `${value / 1024} KB`);
const bytes = (value: number): string => (value >= 1000 ? `${value / 1000} KB` : `${value} B`);
const time = (us: number): string => (us >= 1e6 ? `${us / 1e6} s` : us >= 1000 ? `${us / 1000} ms` : `${us} µs`);
const count = (value: number): string => value.toLocaleString('en-US');

const TIME = { name: 'time of one call', show: time };
const CPU = { name: 'CPU of the server', show: time };
const axes: { readonly [chart: string]: Omit<Chart, 'lines'> } = {
  size: { title: 'A larger context', x: { name: 'size of the context', show: size }, y: TIME },
  window: { title: 'A longer window', x: { name: 'deltas kept (deltaThreshold)', show: count }, y: TIME },
  contexts: { title: 'More contexts', x: { name: 'contexts', show: count }, y: TIME },
  memory: {
    title: 'What another context holds',
    x: { name: 'contexts', show: count },
    y: { name: 'memory', show: bytes },
  },
  event: { title: 'More subscribers: one update', x: { name: 'subscribers of one context', show: count }, y: CPU },
  subscriber: {
    title: 'More subscribers: one update, for each of them',
    x: { name: 'subscribers of one context', show: count },
    y: CPU,
  },
};

/** A call has its colour, in memory a solid line and on Redis a dashed one. */
function linesOf(chart: string): readonly Line[] {
  const own = points.filter((point) => point.chart === chart);
  const names = [...new Set(own.map(({ line }) => line))];
  const calls = [...new Set(names.map((name) => name.replace(/, \w+$/, '')))];
  return names.map((name) => ({
    name,
    colour: calls.indexOf(name.replace(/, \w+$/, '')),
    isDashed: name.endsWith('Redis'),
    spots: own.filter(({ line }) => line === name).map(({ x, y }) => [x, y]),
  }));
}

const charts = Object.entries(axes).map(([name, axis]) => ({ ...axis, lines: linesOf(name) }));
for (const { title, x, y, lines } of charts) {
  const columns = lines[0]?.spots.map(([at]) => x.show(at)) ?? [];
  console.log(`\n${title}: ${y.name}, by ${x.name}\n`);
  const cell = (value: number): string => (y.show === bytes ? figure(value, 'B') : figure(value, 'µs'));
  printTable(
    ['', ...columns],
    lines.map(({ name, spots }) => [name, ...spots.map(([, value]) => cell(value))]),
  );
}
writeFileSync(process.env['BENCH_CHART'] || 'docs/growth.svg', drawCharts(charts));
keepResults('growth', { points });
