import process from 'node:process';
import { BenchRedis } from './bench-redis.ts';
import { ceiling, figure, goal, keepResults, median, printTable } from './table.ts';
import { type Plan, type Result, run } from './writes-run.ts';

/**
 * Writes beside their peers: a WATCH / MULTI loop, a compare-and-set script, a plain loop in memory. Each side runs in processes of its
 * own, each writer awaits its answer before its next update, and after every run each acknowledged update must be there, once. An update
 * changes two fields of a context, logs its delta, of which the latest 100 stay, and tells whoever listens. Each round takes all sides,
 * one after the other; the figures are medians of the rounds, and ratios those of one round.
 *
 * Scenarios may be named: `npm run bench:writes -- hot sizes`. A missed goal is printed and fails nothing; a lost update ends all with 1.
 */
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 2);

/** What one side came to, round by round. */
type Row = readonly Result[];

async function measure(sides: readonly Omit<Plan, 'seconds'>[]): Promise<readonly Row[]> {
  const rows: Result[][] = sides.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, side] of sides.entries()) rows[i]?.push(await run({ ...side, seconds: SECONDS }));
  }
  return rows;
}

function middle(row: Row | undefined, of: keyof Result): number {
  return median((row ?? []).map((result) => result[of]));
}

/** How many times as much as the peer, in the same round. */
function ratio(row: Row | undefined, peer: Row | undefined, of: keyof Result = 'perSecond'): number {
  return median((row ?? []).map((result, round) => result[of] / (peer?.[round]?.[of] ?? Number.NaN)));
}

const SPEED = ['side', 'updates/s', 'p50', 'p99', 'Node CPU per update', 'Redis CPU per update'];

function speed(name: string, row: Row | undefined): string[] {
  const us = (of: keyof Result): string => figure(middle(row, of), 'us');
  const ms = (of: keyof Result): string => figure(middle(row, of) / 1000, 'ms');
  return [name, figure(middle(row, 'perSecond')), ms('p50'), ms('p99'), us('nodeCpu'), us('redisCpu')];
}

/** Five sides on Redis and two in memory, at some load. */
async function beside(
  title: string,
  load: Pick<Plan, 'contexts' | 'writersEach'>,
  { times, p99Ms }: { readonly times: number; readonly p99Ms?: number },
): Promise<object> {
  const redis = await BenchRedis.start();
  try {
    const [watching, pausing, comparing, setting, onRedis, plain, inMemory] = await measure([
      { ...load, redis, side: 'WATCH / MULTI' },
      { ...load, redis, side: 'WATCH / MULTI, pausing' },
      { ...load, redis, side: 'get, then compare-and-set' },
      { ...load, redis, side: 'SET of 12 KB' },
      { ...load, redis, side: 'arpeggio' },
      { ...load, side: 'plain loop' },
      { ...load, side: 'arpeggio' },
    ]);
    const of = (row: Row | undefined, peer: Row | undefined): string => figure(ratio(row, peer), 'x');
    console.log(`\n## ${title}\n`);
    printTable(
      [...SPEED, 'of its peer', 'p99 goal'],
      [
        [...speed('Redis: WATCH / MULTI', watching), '1', ''],
        [...speed('Redis: WATCH / MULTI, pausing', pausing), of(pausing, watching), ''],
        [...speed('Redis: get, then compare-and-set', comparing), of(comparing, watching), ''],
        [...speed('Redis: SET of 12 KB, no update', setting), of(setting, watching), ''],
        [
          ...speed('Redis: arpeggio', onRedis),
          goal(ratio(onRedis, watching), times),
          p99Ms === undefined ? '' : ceiling(middle(onRedis, 'p99') / 1000, p99Ms, 'ms'),
        ],
        [...speed('memory: copy, merge, compare', plain), '1', ''],
        [...speed('memory: arpeggio', inMemory), of(inMemory, plain), ''],
      ],
    );
    return { watching, pausing, comparing, setting, onRedis, plain, inMemory };
  } finally {
    await redis.stop();
  }
}

async function processes(): Promise<object> {
  const counts = [1, 2, 4];
  const load = { contexts: 1, writersEach: 50 };
  const redis = await BenchRedis.start();
  try {
    const rows = await measure(
      counts.flatMap((processes) => [
        { ...load, redis, processes, side: 'get, then compare-and-set' },
        { ...load, redis, processes, side: 'arpeggio' },
      ]),
    );
    console.log('\n## One context, several processes, 50 writers in each\n');
    printTable(
      ['processes', ...SPEED, 'of its peer'],
      counts.flatMap((count, i) => {
        const [peer, ours] = [rows[2 * i], rows[2 * i + 1]];
        return [
          [String(count), ...speed('get, then compare-and-set', peer), '1'],
          [
            String(count),
            ...speed('arpeggio', ours),
            count === 4 ? goal(ratio(ours, peer), 100) : figure(ratio(ours, peer), 'x'),
          ],
        ];
      }),
    );
    return { counts, rows };
  } finally {
    await redis.stop();
  }
}

async function appendOnlyFile(): Promise<object> {
  const settings = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--auto-aof-rewrite-percentage', '0'];
  const redis = await BenchRedis.start(settings);
  try {
    const [rewriting, alone, grouped] = await measure([
      { contexts: 1, writersEach: 1, redis, side: 'get, then compare-and-set' },
      { contexts: 1, writersEach: 1, redis, side: 'arpeggio' },
      { contexts: 1, writersEach: 50, redis, side: 'arpeggio' },
    ]);
    const row = (name: string, of: Row | undefined, last: string): string[] => {
      return [name, figure(middle(of, 'aofBytes')), figure(middle(of, 'perSecond')), last];
    };
    console.log('\n## The append-only file, one context\n');
    printTable(
      ['side', 'bytes per update', 'updates/s', 'less than rewriting'],
      [
        row('a script that writes the state, one at a time', rewriting, '1'),
        row('arpeggio, one at a time', alone, figure(ratio(rewriting, alone, 'aofBytes'), 'x')),
        row('arpeggio, 50 writers', grouped, goal(ratio(rewriting, grouped, 'aofBytes'), 20)),
      ],
    );
    return { rewriting, alone, grouped };
  } finally {
    await redis.stop();
  }
}

async function sizes(): Promise<object> {
  const bytes = [1_000, 10_000, 100_000, 1_000_000];
  const redis = await BenchRedis.start();
  try {
    const load = { contexts: 1, writersEach: 1, side: 'arpeggio' } as const;
    const rows = await measure([
      ...bytes.map((treeBytes) => ({ ...load, treeBytes })),
      ...bytes.map((treeBytes) => ({ ...load, treeBytes, redis })),
    ]);
    console.log('\n## What a small update costs, against the size of its context, one at a time\n');
    printTable(
      [...SPEED, 'time, of 1 KB', 'Node CPU, of 1 KB', 'Redis CPU, of 1 KB'],
      rows.map((row, i) => {
        const isMemory = i < bytes.length;
        const smallest = rows[isMemory ? 0 : bytes.length];
        const kilobytes = (bytes[i % bytes.length] ?? 0) / 1000;
        const times = (of: keyof Result): string => {
          // The time of each is what the smallest does in a second, of what this one does.
          const value = of === 'perSecond' ? ratio(smallest, row) : ratio(row, smallest, of);
          return kilobytes < 1000 ? figure(value) : ceiling(value, 3, 'x');
        };
        const name = `${isMemory ? 'memory' : 'Redis'}: ${kilobytes} KB`;
        return [...speed(name, row), times('perSecond'), times('nodeCpu'), isMemory ? '' : times('redisCpu')];
      }),
    );
    return { bytes, rows };
  } finally {
    await redis.stop();
  }
}

const scenarios: { readonly [name: string]: () => Promise<object> } = {
  hot: () => beside('One context of 12 KB, 50 writers', { contexts: 1, writersEach: 50 }, { times: 200, p99Ms: 10 }),
  many: () => beside('100 contexts of 12 KB, 10 writers each', { contexts: 100, writersEach: 10 }, { times: 10 }),
  processes,
  aof: appendOnlyFile,
  sizes,
};

const named = process.argv.slice(2);
const results: { [name: string]: object } = {};
for (const [name, scenario] of Object.entries(scenarios)) {
  if (named.length === 0 || named.includes(name)) results[name] = await scenario();
}
keepResults('writes', { seconds: SECONDS, results });
