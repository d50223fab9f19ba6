import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import { RedisServer } from '../test/helpers/redis/server.ts';
import { median, SideProcess } from './side-process.ts';

/**
 * What `sync` costs the server in CPU time over HTTP, beside what else answers GraphQL in Node: one context of 12 KB, keep-alive
 * connections, a bounded number of requests under way. Each round takes all sides, one after the other; figures are medians of the
 * rounds, and ratios to node:http and to stock Yoga in the same round.
 */
const SIDES = process.env['BENCH_SIDES']?.split(';') ?? [
  'node:http',
  'graphql-js',
  'Apollo Server',
  'Mercurius, jit',
  'stock Yoga',
  'arpeggio',
  'arpeggio, Redis',
];
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 20_000);
const CONNECTIONS = Number(process.env['BENCH_CONNECTIONS'] ?? 16);

const QUERY = `query Sync($id: ID!, $version: SIDE) {
  sync(id: $id, version: $version) {
    __typename
    ... on NoChange { version }
    ... on Delta { fromVersion version delta }
    ... on FullContext { version context }
  }
}`;
const DELTA = { participants: { 'user:1': { status: { action: 'modified', oldValue: 'online', value: 'away' } } } };
const CASES = [
  { name: 'NoChange', version: 2, expected: { __typename: 'NoChange', version: 2 } },
  { name: 'a delta', version: 1, expected: { __typename: 'Delta', fromVersion: 1, version: 2, delta: DELTA } },
] as const;

interface Figure {
  readonly side: string;
  readonly case: string;
  readonly round: number;
  /** Microseconds of the server's CPU. */
  readonly cpuPerRequest: number;
}

/** The same request again and again. The first answer is compared with what it should be, every other one with the first. */
class Load {
  readonly #url: string;
  readonly #agent: Agent;
  readonly #body: string;
  readonly #expected: unknown;
  #right: string | undefined;

  constructor(url: string, agent: Agent, body: string, expected: unknown) {
    this.#url = url;
    this.#agent = agent;
    this.#body = body;
    this.#expected = expected;
  }

  async run(count: number): Promise<void> {
    let left = count;
    const connection = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await this.#ask();
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  }

  async #ask(): Promise<void> {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(this.#body) };
    const answer = await new Promise<{ readonly status: number | undefined; readonly body: string }>(
      (resolve, reject) => {
        const posted = request(this.#url, { method: 'POST', agent: this.#agent, headers }, (response) => {
          text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
        });
        posted.on('error', reject).end(this.#body);
      },
    );
    const { status, body } = answer;
    this.#right ??= isDeepStrictEqual(JSON.parse(body), this.#expected) ? body : undefined;
    if (status !== 200 || body !== this.#right) throw new Error(`Not what was asked for: ${status} ${body}`);
  }
}

async function measure(side: string, round: number): Promise<Figure[]> {
  const server = await SideProcess.start('./http-servers.ts', side);
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const query = QUERY.replace('SIDE', side.startsWith('arpeggio') ? 'Version' : 'Int');
  const figures: Figure[] = [];
  try {
    for (const { name, version, expected } of CASES) {
      const body = JSON.stringify({ query, variables: { id: 'chat', version } });
      const load = new Load(server.url, agent, body, { data: { sync: expected } });
      // Until the compiler has settled.
      await load.run(REQUESTS / 2);
      const before = await server.cpu();
      await load.run(REQUESTS);
      figures.push({ side, case: name, round, cpuPerRequest: ((await server.cpu()) - before) / REQUESTS });
    }
    return figures;
  } finally {
    agent.destroy();
    await server.stop();
  }
}

/** The peers have no store: what they have at hand is compared with what Arpeggio reads, from memory or from a Redis. */
const redis = process.env['REDIS_URL'] ? undefined : await RedisServer.start();
process.env['REDIS_URL'] ??= redis?.url;
const figures: Figure[] = [];
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of SIDES) figures.push(...(await measure(side, round)));
  }
} finally {
  await redis?.stop();
}

console.log('| `sync` answers | side | CPU per request | of node:http | of stock Yoga |');
console.log('|---|---|---|---|---|');
for (const { name } of CASES) {
  const of = (side: string): number[] =>
    figures.filter((figure) => figure.side === side && figure.case === name).map(({ cpuPerRequest }) => cpuPerRequest);
  const ratio = (side: string, peer: string): string =>
    median(of(side).map((cpu, round) => cpu / (of(peer)[round] ?? Number.NaN))).toFixed(2);
  for (const side of SIDES) {
    const cpu = median(of(side)).toFixed(1);
    console.log(`| ${name} | ${side} | ${cpu} us | ${ratio(side, 'node:http')} | ${ratio(side, 'stock Yoga')} |`);
  }
}
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/http.json', `${JSON.stringify({ node: process.version, figures }, null, 2)}\n`);
