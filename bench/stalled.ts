import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { WebSocket } from 'ws';
import { emptyReplica, follow, type Replica, type ReplicaEvent } from '../src/client/index.ts';
import { number } from './environment.ts';
import { type Memory, RemoteSide } from './sides/remote.ts';
import { subscribe, versionIn } from './subscriber.ts';
import { ceiling, figure, keepResults, printTable } from './table.ts';

/**
 * What readers cost that stop reading: ten of them, while ten others go on, during events of 12 KB each; and what they find when they read
 * again. Beside Yoga with graphql-ws, and Mercurius. Each side is a process of its own; its memory is taken after a collection.
 */
const EVENTS = number('BENCH_EVENTS', 6000);
const READERS = number('BENCH_READERS', 10);
const EVENT_BYTES = 12_000;
/** What fills the window, the caches and the buffers of those who read. */
const WARM_UP = 300;
const STEPS = 6;
/** How long the stalled may take over what they missed, in milliseconds. */
const CATCH_UP_MS = 60_000;
/** graphql-ws pings every 12 seconds, and cuts who has not answered for as long. */
const PONG_MS = 3000;
/** What a stalled reader may cost, whatever passes by: one event, and what a connection may hold. */
const GOAL_BYTES = EVENT_BYTES + 64 * 1024;

const REPLICA_QUERY = `subscription($id:ID!){contextChanged(id:$id,version:0){
  __typename ...on Versioned{life version cursor} ...on FullContext{context} ...on Delta{fromVersion changes{path action value}}
}}`;
const PEER_QUERY = 'subscription($id:ID!){contextChanged(id:$id){version delta}}';
const SIDES = ['arpeggio', 'stock Yoga', 'Yoga with queues', 'Mercurius'];

class Reader {
  version = 0;
  events = 0;
  isCut = false;
  replica: Replica = emptyReplica;
  #socket: WebSocket | undefined;
  #pongs: ReturnType<typeof setInterval> | undefined;

  /** Who does as a client does, and keeps a copy, pays for it: only where it is asked for. */
  async join(url: string, query: string, isFollowing: boolean): Promise<void> {
    this.#socket = await subscribe(url, query, (message) => {
      this.events += 1;
      this.version = versionIn(message);
      if (!isFollowing) return;
      const { payload } = JSON.parse(message) as {
        readonly payload: { readonly data: { readonly contextChanged: ReplicaEvent } };
      };
      this.replica = follow(this.replica, payload.data.contextChanged);
    });
    this.#socket.on('close', () => {
      this.isCut = true;
    });
  }

  /** From now on its socket takes nothing from the kernel. It would be cut, were it not known to live: of a ping it learns nothing. */
  stall(): void {
    this.#socket?.pause();
    this.#pongs = setInterval(() => this.#socket?.pong(), PONG_MS);
  }

  resume(): void {
    clearInterval(this.#pongs);
    this.#socket?.resume();
  }

  leave(): void {
    clearInterval(this.#pongs);
    this.#socket?.terminate();
  }
}

interface Result {
  readonly side: string;
  readonly events: number;
  readonly seconds: number;
  /** The server's memory when the readers stalled, and after each further part of the events. */
  readonly memory: readonly Memory[];
  /** What each stalled reader was told when it read again. */
  readonly told: readonly number[];
  readonly cut: number;
  /** How many of the stalled hold the server's state in the end; null where a peer keeps none. */
  readonly equal: number | null;
  /** What ended the side, where something did. */
  readonly failure: string | null;
}

/** Resolves to whether all of them have been told of a version in time. */
async function reach(readers: readonly Reader[], version: number, ms: number): Promise<boolean> {
  const until = performance.now() + ms;
  while (readers.some((reader) => reader.version < version && !reader.isCut)) {
    if (performance.now() > until) return false;
    await setImmediate();
  }
  return true;
}

async function measure(side: string): Promise<Result> {
  const isArpeggio = side === 'arpeggio';
  const query = isArpeggio ? REPLICA_QUERY : PEER_QUERY;
  const server = await RemoteSide.start(side, `text:${EVENT_BYTES}`);
  const readers = Array.from({ length: 2 * READERS }, () => new Reader());
  const [healthy, stalled] = [readers.slice(READERS), readers.slice(0, READERS)];
  const memory: Memory[] = [];
  let version = 0;
  let events = 0;
  const update = async (): Promise<void> => {
    version = await server.update(1);
    if (!(await reach(healthy, version, CATCH_UP_MS))) throw new Error('Those who read are told nothing more.');
  };
  const started = performance.now();
  try {
    for (const reader of readers) await reader.join(server.url, query, isArpeggio && stalled.includes(reader));
    // Until every subscription listens there is no word of it.
    do version = await server.update(1);
    while (!(await reach(readers, version, 1000)));
    for (let i = 0; i < WARM_UP; i += 1) await update();
    await reach(readers, version, CATCH_UP_MS);
    for (const reader of stalled) {
      reader.stall();
      reader.events = 0;
    }
    memory.push(await server.memory());
    for (let step = 1; step <= STEPS; step += 1) {
      for (; events < (EVENTS * step) / STEPS; events += 1) await update();
      memory.push(await server.memory());
    }
  } catch (error) {
    for (const reader of readers) reader.leave();
    await server.stop();
    const failure = error instanceof Error ? error.message : String(error);
    return { side, events, seconds: seconds(started), memory, told: [], cut: 0, equal: null, failure };
  }
  const took = seconds(started);
  for (const reader of stalled) reader.resume();
  const hasAll = await reach(stalled, version, CATCH_UP_MS);
  const state = await server.state();
  const holds = ({ replica }: Reader): boolean =>
    replica.status === 'live' && isDeepStrictEqual(replica.context, state);
  const result: Result = {
    side,
    events,
    seconds: took,
    memory,
    told: stalled.map((reader) => reader.events),
    cut: stalled.filter(({ isCut }) => isCut).length,
    equal: state && stalled.filter(holds).length,
    failure: hasAll ? null : 'the stalled did not get everything',
  };
  for (const reader of readers) reader.leave();
  await server.stop();
  return result;
}

function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}

const MB = 1024 * 1024;
const results: Result[] = [];
for (const side of SIDES) results.push(await measure(side));

const held = ({ heap, external }: Memory): number => heap + external;

/** Growth from one memory to another. */
function growth({ memory }: Result, from: number, of: (memory: Memory) => number): number {
  const [first, last] = [memory[from], memory.at(-1)];
  return first && last ? of(last) - of(first) : Number.NaN;
}

/** The first part fills what has a bound; what comes after is growth without one. */
const perThousand = (result: Result): number =>
  ((growth(result, 1, held) / (result.memory.length - 2)) * 1000) / (EVENTS / STEPS);

printTable(
  [
    'side',
    'events',
    'time',
    'heap',
    'external',
    'RSS',
    'growth per 1,000 events',
    'each stalled holds',
    'told later',
    'in the end',
  ],
  results.map((result) => [
    result.side,
    `${result.events}`,
    figure(result.seconds, 's'),
    ...([({ heap }) => heap, ({ external }) => external, ({ rss }) => rss] as ((memory: Memory) => number)[]).map(
      (of) => figure(growth(result, 0, of) / MB, 'MB'),
    ),
    figure(perThousand(result) / MB, 'MB'),
    figure(growth(result, 0, held) / READERS / 1024, 'KB'),
    result.told.length === 0 ? 'nothing' : `${Math.min(...result.told)} to ${Math.max(...result.told)} events`,
    result.failure ??
      (result.cut > 0
        ? `${result.cut} cut`
        : result.equal === null
          ? 'all told'
          : `${result.equal} of ${READERS} equal`),
  ]),
);
const ours = results.find(({ side }) => side === 'arpeggio');
if (!ours) throw new Error('There is no result of arpeggio.');
const kilobytes = growth(ours, 0, held) / READERS / 1024;
console.log(`\nEach stalled reader of arpeggio holds ${ceiling(kilobytes, GOAL_BYTES / 1024, 'KB')}`);
keepResults('stalled', { readers: READERS, eventBytes: EVENT_BYTES, results });
if (ours.failure || ours.equal !== READERS) {
  console.error('A stalled reader of arpeggio has not come to the state of the server.');
  process.exitCode = 1;
}
