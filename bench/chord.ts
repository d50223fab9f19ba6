import { once } from 'node:events';
import process from 'node:process';
import { BenchRedis } from './bench-redis.ts';
import type { Row, RowResult } from './chord-row.ts';
import type { SideName } from './chord-sides.ts';
import { forkFile } from './fork.ts';
import { figure, goal, keepResults, printTable } from './table.ts';

/**
 * The four scenarios of Chord's README on both stores, beside Chord's own figures. One operation of the single-context scenario sets a
 * context and lets its 50 participants act at once; one of the other does so with 100 contexts of 10 participants each. Each operation has
 * contexts of its own. After each measurement the last operation's contexts are compared with what they must be, and the syncs' answers
 * are told; a difference ends the run with 1.
 */
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 3);

interface Scenario {
  readonly name: string;
  readonly contexts: number;
  readonly participants: number;
}

const SCENARIOS: { readonly [key in 'single' | 'many']: Scenario } = {
  single: { name: 'Single Context (50)', contexts: 1, participants: 50 },
  many: { name: 'Multiple Contexts (100)', contexts: 100, participants: 10 },
};
const SIDES: readonly SideName[] = ['library, stateless', 'library, stateful', 'GraphQL over HTTP'];

/**
 * Operations a second. `stateless` and `stateful` are from the README of Chord 0.2, measured on an Apple M4 Pro with 12 cores; `worst` and
 * `best` are what runs of Chord 0.2 came to, either way, on two cores of a Linux machine, in November 2026.
 */
const CHORD = {
  memory: {
    single: { stateless: 230.61, stateful: 54.34, worst: 226, best: 326, atLeast: 10 },
    many: { stateless: 4.69, stateful: 5.66, worst: 1.7, best: 5.3, atLeast: 20 },
  },
  redis: {
    single: { stateless: 92.89, stateful: 18.8, worst: 5, best: 41, atLeast: 20 },
    many: { stateless: 1.57, stateful: 1.72, worst: 0.2, best: 0.9, atLeast: 20 },
  },
} as const;

async function runRow(row: Row): Promise<RowResult> {
  const child = forkFile('chord-row', JSON.stringify(row));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${row.side}: ended with ${code}.`);
  });
  const [result] = (await Promise.race([once(child, 'message'), ended])) as [RowResult];
  return result;
}

type Store = keyof typeof CHORD;

function cells(store: Store, scenario: keyof typeof SCENARIOS, side: SideName, { ms, answers }: RowResult): string[] {
  const chord = CHORD[store][scenario];
  const perSecond = 1000 / ms;
  const isOverHttp = side === 'GraphQL over HTTP';
  const own = side === 'library, stateful' ? chord.stateful : chord.stateless;
  const range = `${figure(perSecond / chord.best)}–${figure(perSecond / chord.worst, 'x')}`;
  const told = Object.entries(answers).map(([kind, count]) => `${count} ${kind}`);
  return [
    `${side} - ${SCENARIOS[scenario].name}`,
    `${perSecond.toFixed(2)} ops/s`,
    `${ms.toFixed(2)} ms`,
    `${own} ops/s: ${figure(perSecond / own, 'x')}`,
    `${chord.worst}–${chord.best} ops/s: ${range}`,
    isOverHttp ? '' : goal(perSecond / chord.best, chord.atLeast),
    `correct; syncs: ${told.join(', ')}`,
  ];
}

const COLUMNS = [
  'Scenario',
  'Operations/sec',
  'Average Time',
  "Chord's README, M4 Pro",
  'Chord, two cores of Linux',
  'Goal, of its best there',
  'Notes',
].map((name) => `**${name}**`);

const redis = await BenchRedis.start();
const results: object[] = [];
try {
  for (const store of ['redis', 'memory'] as const) {
    const rows: string[][] = [];
    for (const side of SIDES) {
      for (const scenario of ['single', 'many'] as const) {
        const { contexts, participants } = SCENARIOS[scenario];
        const redisPrefix = `bench-chord-${process.pid}-${results.length}`;
        const backing = store === 'redis' ? { redisUrl: redis.url, redisPrefix } : {};
        const result = await runRow({ side, backing, contexts, participants, seconds: SECONDS });
        await redis.clear(redisPrefix);
        rows.push(cells(store, scenario, side, result));
        results.push({ store, side, scenario, ...result });
      }
    }
    console.log(`\n### ${store === 'redis' ? 'Redis' : 'Memory'}\n`);
    printTable(COLUMNS, rows);
  }
} finally {
  await redis.stop();
}
console.log(
  "\nChord's figures are of its library; GraphQL over HTTP, its client included, stands beside the stateless ones.",
);
keepResults('chord', { seconds: SECONDS, chord: CHORD, results });
