import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { RedisServer } from '../test/helpers/redis/server.ts';
import { number } from './environment.ts';
import { RemoteSide } from './sides/remote.ts';
import { ceiling, figure, keepResults, median, printTable } from './table.ts';

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
const ROUNDS = number('BENCH_ROUNDS', 3);
const REQUESTS = number('BENCH_REQUESTS', 20_000);
const CONNECTIONS = number('BENCH_CONNECTIONS', 16);

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

/**
 * The same request again and again, on one keep-alive connection. It is written and its answers are read by hand, so that the load costs less
 * than the server and keeps it busy. The first answer is compared with what it should be, every other one with the first.
 */
class Connection {
  readonly #socket: Socket;
  readonly #request: Buffer;
  #received = '';
  #isRight: (body: string) => boolean;
  #onAnswer = (): void => {};
  #onFailure = (_: unknown): void => {};

  constructor(url: URL, body: string, expected: unknown) {
    const headers = [
      `POST ${url.pathname} HTTP/1.1`,
      `host: ${url.host}`,
      'content-type: application/json',
      'accept: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    this.#request = Buffer.from(`${headers.join('\r\n')}\r\n\r\n${body}`);
    this.#isRight = (first) => {
      this.#isRight = (other) => other === first;
      return isDeepStrictEqual(JSON.parse(first), expected);
    };
    this.#socket = connect(Number(url.port), url.hostname);
    this.#socket.on('error', (error) => this.#onFailure(error));
    this.#socket
      .setNoDelay()
      .setEncoding('utf8')
      .on('data', (text) => this.#take(String(text)));
  }

  async run(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      await new Promise<void>((resolve, reject) => {
        this.#onAnswer = resolve;
        this.#onFailure = reject;
        this.#socket.write(this.#request);
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  /** All sides tell how long their answers are, and these are of one byte a character. */
  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf('\r\n\r\n') + 4;
    if (end < 4) return;
    const length = Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(this.#received)?.[1]);
    if (this.#received.length < end + length) return;
    const answer = this.#received;
    this.#received = '';
    if (answer.startsWith('HTTP/1.1 200 ') && this.#isRight(answer.slice(end))) this.#onAnswer();
    else this.#onFailure(new Error(`Not what was asked for: ${answer}`));
  }
}

async function measure(side: string, round: number): Promise<Figure[]> {
  const server = await RemoteSide.run('http-servers', side);
  const query = QUERY.replace('SIDE', side.startsWith('arpeggio') ? 'Version' : 'Int');
  const figures: Figure[] = [];
  try {
    for (const { name, version, expected } of CASES) {
      const body = JSON.stringify({ query, variables: { id: 'chat', version } });
      const connect = () => new Connection(new URL(server.url), body, { data: { sync: expected } });
      const connections = Array.from({ length: CONNECTIONS }, connect);
      const each = Math.ceil(REQUESTS / CONNECTIONS);
      // Until the compiler has settled.
      await Promise.all(connections.map((connection) => connection.run(each)));
      const before = await server.cpu();
      await Promise.all(connections.map((connection) => connection.run(each)));
      figures.push({ side, case: name, round, cpuPerRequest: ((await server.cpu()) - before) / (each * CONNECTIONS) });
      for (const connection of connections) connection.close();
    }
    return figures;
  } finally {
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

/** Of stock Yoga, at most. */
const GOAL = 0.4;

function of(side: string, name: string): readonly number[] {
  return figures.filter((each) => each.side === side && each.case === name).map(({ cpuPerRequest }) => cpuPerRequest);
}

/** The median of one side's figures in another's, each within its round. */
function ratio(side: string, peer: string, name: string): number {
  const others = of(peer, name);
  return median(of(side, name).map((cpu, round) => cpu / (others[round] ?? Number.NaN)));
}

const rows = CASES.flatMap(({ name }) =>
  SIDES.map((side) => {
    const ofStock = ratio(side, 'stock Yoga', name);
    return [
      name,
      side,
      figure(median(of(side, name)), 'us'),
      figure(ratio(side, 'node:http', name)),
      side.startsWith('arpeggio') ? ceiling(ofStock, GOAL, 'x') : figure(ofStock, 'x'),
    ];
  }),
);
printTable(['`sync` answers', 'side', 'CPU per request', 'of node:http', 'of stock Yoga'], rows);
keepResults('http', { figures });
