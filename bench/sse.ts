import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { forkFile } from './fork.ts';

/**
 * What one update costs the server in CPU time for each subscriber that is told of it over SSE, beside a plain node:http server and stock
 * Yoga: one context, N subscribers, one event of some 290 bytes for each update. Each round takes all sides, one after the other; the
 * figures are medians of the rounds, and ratios to the plain server in the same round.
 */
const SIDES = ['raw http', 'arpeggio', 'stock Yoga'];
const COUNTS = (process.env['BENCH_SUBSCRIBERS'] ?? '100,1000').split(',').map(Number);
const IN_FLIGHT = (process.env['BENCH_IN_FLIGHT'] ?? '1,4,16').split(',').map(Number);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
/** Events that each measurement delivers, about. */
const EVENTS = Number(process.env['BENCH_EVENTS'] ?? 100_000);

const QUERY = 'subscription($id:ID!){contextChanged(id:$id){... on Delta{version delta}}}';
const HEAD =
  'POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n';
const STOCK_QUERY = 'subscription($id:ID!){contextChanged(id:$id){version delta}}';

interface Usage {
  /** Of the server's CPU, in microseconds. */
  readonly cpu: number;
  readonly memory: number;
}

class Server {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(side: string): Promise<Server> {
    const child = forkFile('sse-servers', side);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new Server(child, port);
  }

  /** The version that the last of the updates has made. */
  async update(count: number): Promise<number> {
    this.#child.send({ update: count });
    const [{ version }] = (await once(this.#child, 'message')) as [{ version: number }];
    return version;
  }

  async usage(): Promise<Usage> {
    this.#child.send({ usage: true });
    const [{ cpu, memory }] = (await once(this.#child, 'message')) as [
      { cpu: { user: number; system: number }; memory: number },
    ];
    return { cpu: cpu.user + cpu.system, memory };
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

/** Subscribers of one server, and which version each of them was told last. */
class Crowd {
  readonly #sockets: Socket[] = [];
  readonly #versions = new Map<Socket, number>();
  #behind = 0;
  #awaited = Number.POSITIVE_INFINITY;
  #onAll: () => void = () => {};

  async join(port: number, count: number, side: string): Promise<void> {
    for (let joined = 0; joined < count; joined += 200) {
      await Promise.all(Array.from({ length: Math.min(200, count - joined) }, () => this.#open(port, side)));
    }
  }

  /** Resolves once all of them have been told of a version. */
  all(version: number): Promise<void> {
    this.#awaited = version;
    this.#behind = this.#sockets.filter((socket) => (this.#versions.get(socket) ?? 0) < version).length;
    if (this.#behind === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onAll = resolve;
    });
  }

  leave(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #open(port: number, side: string): Promise<void> {
    const socket = connect(port, '127.0.0.1');
    this.#sockets.push(socket);
    const query = side === 'arpeggio' ? QUERY : STOCK_QUERY;
    const body = JSON.stringify({ query, variables: { id: 'chat' } });
    socket.write(`${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
    await once(socket, 'data');
    let rest = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      const text = rest + chunk;
      const at = text.lastIndexOf('"version":');
      rest = text.slice(at < 0 ? -20 : at);
      const version = Number(/^"version":(\d+),/.exec(rest)?.[1] ?? 0);
      const before = this.#versions.get(socket) ?? 0;
      if (version <= before) return;
      this.#versions.set(socket, version);
      if (before >= this.#awaited || version < this.#awaited) return;
      this.#behind -= 1;
      if (this.#behind === 0) this.#onAll();
    });
  }
}

interface Figure {
  readonly side: string;
  readonly subscribers: number;
  readonly inFlight: number;
  /** Microseconds of the server's CPU for each event delivered. */
  readonly cpuPerEvent: number;
  /** Bytes for each idle subscriber, heap and external. */
  readonly idleBytes: number;
}

async function measure(side: string, subscribers: number): Promise<Figure[]> {
  const server = await Server.start(side);
  const crowd = new Crowd();
  try {
    const empty = await server.usage();
    await crowd.join(server.port, subscribers, side);
    // Until every subscription listens there is no word of it: one round is thrown away.
    await settle(server, crowd);
    const idle = await server.usage();
    const figures: Figure[] = [];
    for (const inFlight of IN_FLIGHT) {
      const bursts = Math.max(3, Math.ceil(EVENTS / (subscribers * inFlight)));
      for (let burst = 0; burst < 3; burst += 1) await deliver(server, crowd, inFlight);
      const before = await server.usage();
      for (let burst = 0; burst < bursts; burst += 1) await deliver(server, crowd, inFlight);
      const after = await server.usage();
      const events = bursts * inFlight * subscribers;
      const cpuPerEvent = (after.cpu - before.cpu) / events;
      figures.push({ side, subscribers, inFlight, cpuPerEvent, idleBytes: (idle.memory - empty.memory) / subscribers });
    }
    return figures;
  } finally {
    crowd.leave();
    await server.stop();
  }
}

async function settle(server: Server, crowd: Crowd): Promise<void> {
  for (;;) {
    const told = crowd.all(await server.update(1)).then(() => true);
    if (await Promise.race([told, new Promise((resolve) => setTimeout(resolve, 1000, false))])) return;
  }
}

/** One burst of updates that are under way together. A side may merge them: what counts is that all are told of the last. */
async function deliver(server: Server, crowd: Crowd, inFlight: number): Promise<void> {
  await crowd.all(await server.update(inFlight));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const figures: (Figure & { readonly round: number })[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  for (const subscribers of COUNTS) {
    for (const side of SIDES) {
      figures.push(...(await measure(side, subscribers)).map((figure) => ({ ...figure, round })));
    }
  }
}

console.log('| subscribers | in flight | side | CPU per event | of raw http | idle subscriber |');
console.log('|---|---|---|---|---|---|');
for (const subscribers of COUNTS) {
  for (const inFlight of IN_FLIGHT) {
    const of = (side: string) =>
      figures.filter((f) => f.side === side && f.subscribers === subscribers && f.inFlight === inFlight);
    for (const side of SIDES) {
      const rows = of(side);
      const ratio = median(
        rows.map(({ cpuPerEvent }, i) => cpuPerEvent / (of('raw http')[i]?.cpuPerEvent ?? Number.NaN)),
      );
      const cpu = median(rows.map(({ cpuPerEvent }) => cpuPerEvent));
      const idle = median(rows.map(({ idleBytes }) => idleBytes));
      console.log(
        `| ${subscribers} | ${inFlight} | ${side} | ${cpu.toFixed(1)} us | ${ratio.toFixed(2)} | ${(idle / 1024).toFixed(1)} KB |`,
      );
    }
  }
}
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/sse.json', `${JSON.stringify({ node: process.version, figures }, null, 2)}\n`);
