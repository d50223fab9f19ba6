import { randomUUID } from 'node:crypto';
import { Random } from '../../simulation/random.ts';
import { Line, type Protocol } from '../links/line.ts';
import { PATIENCE_MS } from '../links/link.ts';
import { type Final, Recorder, type Recording } from '../recording.ts';
import { Client } from './client.ts';
import { Progress } from './progress.ts';
import { type Habit, Subscriber } from './subscriber.ts';
import { Wisher } from './wishes.ts';

export interface WorkloadOptions {
  /** Of each server's GraphQL endpoint, with http. They must serve the same contexts. */
  readonly urls: readonly string[];
  /** What the clients wish follows from it; what they meet does not. */
  readonly seed: number;
  /** How many operations the clients do, repetitions not counted. */
  readonly operations: number;
  /** @default 12 */
  readonly clients?: number;
  /** @default 5 */
  readonly contexts?: number;
  /** How many watch each context. @default 4 */
  readonly subscribers?: number;
  /** How long subscribers may take to be told of the last write, in milliseconds. @default 20000 */
  readonly patienceMs?: number;
  /** What happens to the servers while the clients work, told how far they are; over before the last of them is done. */
  readonly meanwhile?: (progress: Progress) => Promise<void>;
}

const PROTOCOLS: readonly Protocol[] = ['WebSocket', 'HTTP'];
const HABITS: readonly Habit[] = ['steady', 'wanders', 'dawdles', 'wanders'];

/** Lets clients and subscribers loose on the servers, over both transports, and records all that they ask and hear. */
export async function runWorkload(options: WorkloadOptions): Promise<Recording> {
  const { urls, seed, operations, clients: clientCount = 12, contexts: contextCount = 5 } = options;
  const { subscribers = 4, patienceMs = PATIENCE_MS, meanwhile } = options;
  // Contexts and request ids of its own, so that any number of runs can share a store.
  const run = `evidence ${seed} ${randomUUID().slice(0, 8)}`;
  const recorder = new Recorder();
  const progress = new Progress(operations);
  const contexts = Array.from({ length: contextCount }, (_, i) => `${run} context ${i}`);
  const lineOf = (i: number): Line => new Line(urls, pick(PROTOCOLS, Math.floor(i / urls.length)), i);
  const clientOf = (name: string, i: number): Client => {
    const random = new Random(seed * 1000 + i);
    const wisher = new Wisher(name, contexts, random);
    return new Client({ name, run, line: lineOf(i), otherLine: lineOf(i + 1), wisher, random, recorder });
  };
  const clients = Array.from({ length: clientCount }, (_, i) => clientOf(`client ${i}`, i));
  const watchers = contexts.flatMap((context, c) =>
    Array.from({ length: subscribers }, (_, s) => {
      const i = c * subscribers + s;
      const random = new Random(seed * 1000 + 500 + i);
      const habit = pick(HABITS, s);
      const name = `subscriber ${i}, who ${habit}`;
      return { context, one: new Subscriber({ name, context, habit, line: lineOf(i), random, recorder }) };
    }),
  );
  await Promise.all([
    ...clients.map((client) => client.work(progress)),
    ...watchers.map(({ one }) => one.follow(progress)),
    meanwhile?.(progress),
  ]);
  const closer = clientOf('closing client', clientCount);
  for (const [i, context] of contexts.entries()) recorder.finals.push(await closing(closer, context, i === 0));
  await Promise.all(
    watchers.map(async ({ context, one }) => {
      const final = recorder.finals.find((other) => other.context === context);
      if (final) await one.finish(final, patienceMs);
    }),
  );
  await Promise.all([...clients, closer].map((client) => client.close()));
  return recorder;
}

/** How a context ends up; one of them gone, so that this is seen too. */
async function closing(client: Client, context: string, isDeleted: boolean): Promise<Final> {
  if (isDeleted) await client.do({ context, wish: { verb: 'delete' } });
  const read = await client.do({ context, wish: { verb: 'read' } });
  // Nothing but a conflict tells where a context ended.
  const expectedVersion = Number.MAX_SAFE_INTEGER;
  const probe = await client.do({ context, wish: { verb: 'set', context: {}, expectedVersion } });
  if (read.kind !== 'read' || probe.kind !== 'conflict') throw new Error(`How ${context} ended up is not known.`);
  return { context, state: read.context, cursor: probe.currentCursor };
}

function pick<T>(list: readonly T[], i: number): T {
  return list[i % list.length] as T;
}
