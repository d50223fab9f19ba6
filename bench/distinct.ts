import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { WebSocket } from 'ws';
import { RemoteSide } from './sides/remote.ts';
import { median } from './table.ts';

/**
 * What one event costs the server in CPU time where nothing can be shared, over WebSocket, beside stock Yoga with graphql-ws: one
 * context, N subscribers, each of whom asks by another alias. Figures are medians of the rounds, ratios those of one round.
 */
const SIDES = (process.env['BENCH_SIDES'] ?? 'raw ws,arpeggio,stock Yoga').split(',');
const SUBSCRIBERS = Number(process.env['BENCH_SUBSCRIBERS'] ?? 500);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
/** Events that each measurement delivers, about. */
const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 100_000);

function queryOf(side: string, n: number): string {
  const selection = side === 'arpeggio' ? '... on Delta{version delta}' : 'version delta';
  return `subscription($id:ID!){alias${n}:contextChanged(id:$id){${selection}}}`;
}

/** Told of every event, each subscriber checks that it is under its own alias. */
class Subscriber {
  version = 0;
  #awaited = Number.POSITIVE_INFINITY;
  #onTold = (): void => {};

  static async join(url: string, side: string, n: number): Promise<Subscriber> {
    const subscriber = new Subscriber();
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
    await once(socket, 'open');
    if (side !== 'raw ws') {
      socket.send('{"type":"connection_init"}');
      await once(socket, 'message');
      const payload = { query: queryOf(side, n), variables: { id: 'chat' } };
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    }
    const expected = side === 'raw ws' ? '{"data":{"contextChanged":{' : `{"data":{"alias${n}":{`;
    socket.on('message', (data) => {
      const text = String(data);
      if (!text.includes(expected)) throw new Error(`${side} answered ${text}`);
      subscriber.#take(Number(/"version":(\d+)/.exec(text)?.[1]));
    });
    return subscriber;
  }

  /** Resolves once it has been told of a version. */
  told(version: number): Promise<void> {
    if (this.version >= version) return Promise.resolve();
    this.#awaited = version;
    return new Promise((resolve) => {
      this.#onTold = resolve;
    });
  }

  #take(version: number): void {
    this.version = version;
    if (version >= this.#awaited) this.#onTold();
  }
}

async function measure(side: string): Promise<number> {
  const server = await RemoteSide.start(side, 'statuses');
  try {
    const crowd = await Promise.all(
      Array.from({ length: SUBSCRIBERS }, (_, n) => Subscriber.join(server.url, side, n)),
    );
    const deliver = async (): Promise<void> => {
      const version = await server.update(1);
      await Promise.all(crowd.map((subscriber) => subscriber.told(version)));
    };
    // Until every subscription listens there is no word of it: what some miss is thrown away.
    while (!(await Promise.race([deliver().then(() => true), timeout(1000)])));
    // Until the compiler has settled.
    for (let warm = 0; warm < EVENTS / SUBSCRIBERS / 2; warm += 1) await deliver();
    const before = await server.cpu();
    const updates = Math.ceil(EVENTS / SUBSCRIBERS);
    for (let n = 0; n < updates; n += 1) await deliver();
    return ((await server.cpu()) - before) / (updates * SUBSCRIBERS);
  } finally {
    await server.stop();
  }
}

function timeout(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false));
}

const figures: { readonly side: string; readonly round: number; readonly cpuPerEvent: number }[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  for (const side of SIDES) figures.push({ side, round, cpuPerEvent: await measure(side) });
}

const of = (side: string) => figures.filter((figure) => figure.side === side).map(({ cpuPerEvent }) => cpuPerEvent);
const ratio = (side: string, peer: string): string =>
  median(of(side).map((cpu, round) => cpu / (of(peer)[round] ?? Number.NaN))).toFixed(2);
console.log(`| side (${SUBSCRIBERS} subscribers, nothing shared) | CPU per event | of raw ws | of stock Yoga |`);
console.log('|---|---|---|---|');
for (const side of SIDES) {
  console.log(
    `| ${side} | ${median(of(side)).toFixed(1)} us | ${ratio(side, 'raw ws')} | ${ratio(side, 'stock Yoga')} |`,
  );
}
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/distinct.json', `${JSON.stringify({ node: process.version, figures }, null, 2)}\n`);
