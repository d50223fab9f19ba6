import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { figure } from './table.ts';

interface Bench {
  /** `npm run bench:NAME` runs it by itself. */
  readonly name: string;
  readonly what: string;
  /** What makes a short run of it. */
  readonly quick: { readonly [variable: string]: string };
}

const BENCHES: readonly Bench[] = [
  {
    name: 'fanout',
    what: 'telling N subscribers of an update, beside raw ws, stock Yoga and Mercurius',
    quick: { BENCH_SUBSCRIBERS: '1000', BENCH_ROUNDS: '1', BENCH_EVENTS: '20000' },
  },
  {
    name: 'sse',
    what: 'the same over SSE, beside plain node:http and stock Yoga',
    quick: { BENCH_SUBSCRIBERS: '100', BENCH_ROUNDS: '1', BENCH_EVENTS: '10000' },
  },
  {
    name: 'distinct',
    what: 'telling subscribers of whom no two ask the same, beside raw ws and stock Yoga',
    quick: { BENCH_SUBSCRIBERS: '100', BENCH_ROUNDS: '1', BENCH_EVENTS: '10000' },
  },
  {
    name: 'http',
    what: 'sync over HTTP, beside node:http, Apollo Server, Mercurius and stock Yoga',
    quick: { BENCH_ROUNDS: '1', BENCH_REQUESTS: '2000' },
  },
  {
    name: 'writes',
    what: 'writes, beside WATCH / MULTI, compare-and-set and a plain loop',
    quick: { BENCH_ROUNDS: '1', BENCH_SECONDS: '0.5' },
  },
  {
    name: 'together',
    what: 'one write to several contexts, beside WATCH / MULTI of all of them',
    quick: { BENCH_ROUNDS: '1', BENCH_SECONDS: '0.2' },
  },
  {
    name: 'stalled',
    what: 'readers that stop reading, beside Yoga and Mercurius',
    quick: { BENCH_EVENTS: '1500' },
  },
  {
    name: 'chord',
    what: "the four scenarios of Chord's README",
    quick: { BENCH_SECONDS: '1' },
  },
  {
    name: 'attacks',
    what: 'what each of the attacks that the tests know costs, beside a plain request',
    quick: { BENCH_ROUNDS: '1' },
  },
  {
    name: 'growth',
    what: 'cost by size, window, number of contexts and of subscribers; draws docs/growth.svg',
    quick: {
      BENCH_SIZES: '1,16,256',
      BENCH_WINDOWS: '10,100,1000',
      BENCH_CONTEXTS: '1,100,10000',
      BENCH_SUBSCRIBERS: '1,100,1000',
      BENCH_CHART: 'bench/results/growth.svg',
    },
  },
];

const HELP = `Runs the benchmarks one after the other; each prints its tables and writes bench/results/NAME.json.

  npm run bench                     all of them, some 20 minutes on two cores
  npm run bench -- --quick          short runs, for whether they run: their figures say little
  npm run bench -- fanout stalled   only these

${BENCHES.map(({ name, what }) => `  ${name.padEnd(10)}${what}`).join('\n')}

It ends with 1 where one of them has failed. A machine that does nothing else gives the better figures.
`;

/** Resolves to whether it ended well. */
async function run({ name, quick }: Bench, isQuick: boolean): Promise<boolean> {
  const env = isQuick ? { ...process.env, ...quick } : process.env;
  const child = spawn('npm', ['run', '--silent', `bench:${name}`], { env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code === 0;
}

const names = BENCHES.map(({ name }) => name);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' }, quick: { type: 'boolean', default: false } },
});
const unknown = positionals.find((name) => !names.includes(name));
if (values.help) {
  console.log(HELP);
} else if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}: ${names.join(', ')}.`);
  process.exitCode = 1;
} else {
  const chosen = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const failed: string[] = [];
  for (const [i, bench] of chosen.entries()) {
    console.log(`\n## ${bench.name} (${i + 1} of ${chosen.length}): ${bench.what}\n`);
    const start = performance.now();
    if (!(await run(bench, values.quick))) failed.push(bench.name);
    console.log(`\n${bench.name} took ${figure((performance.now() - start) / 1000, 's')}.`);
  }
  if (failed.length > 0) {
    console.error(`Failed: ${failed.join(', ')}.`);
    process.exitCode = 1;
  }
}
