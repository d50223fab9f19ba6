import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { BenchRedis } from './bench-redis.ts';
import { forkFile } from './fork.ts';
import type { SideName } from './writes-sides.ts';
import type { Done, Job } from './writes-worker.ts';

export interface Plan {
  readonly side: SideName;
  /** @default none: in memory */
  readonly redis?: BenchRedis;
  /** @default 1 */
  readonly processes?: number;
  readonly contexts: number;
  /** Of each context, in each process. */
  readonly writersEach: number;
  /** @default the group chat of 12 KB */
  readonly treeBytes?: number;
  readonly seconds: number;
}

/** What a run came to, all processes together; times in microseconds. */
export interface Result {
  readonly updates: number;
  readonly perSecond: number;
  readonly p50: number;
  /** The worst process'. */
  readonly p99: number;
  readonly nodeCpu: number;
  /** NaN without Redis. */
  readonly redisCpu: number;
  /** NaN without an append-only file. */
  readonly aofBytes: number;
}

let runs = 0;

/** Runs one side in processes of its own. @throws Error where an acknowledged update is not there afterwards, or one too many is */
export async function run(plan: Plan): Promise<Result> {
  const { side, redis, processes = 1, contexts, writersEach, treeBytes = 0, seconds } = plan;
  runs += 1;
  const prefix = `bench-writes-${process.pid}-${runs}`;
  const job = { side, url: redis?.url ?? '', prefix, contexts, writersEach, treeBytes, seconds };
  const children: ChildProcess[] = [];
  try {
    for (let worker = 0; worker < processes; worker += 1) {
      const child = forkFile('writes-worker', JSON.stringify({ ...job, worker } satisfies Job));
      children.push(child);
      await told(child);
    }
    await tellAll<'warm'>(children, 'go');
    const before = await redis?.usage();
    const done = await tellAll<Done>(children, 'go');
    const after = await redis?.usage();
    const exits = children.map((child) => once(child, 'exit'));
    for (const child of children) child.send(done.map(({ acknowledged }) => acknowledged));
    for (const [code] of await Promise.all(exits)) if (code !== 0) throw new Error(`${side}: a check has failed.`);
    const sum = (of: (one: Done) => number): number => done.reduce((total, one) => total + of(one), 0);
    const updates = sum((one) => one.updates);
    const written = sum(({ written }) => written);
    return {
      updates,
      perSecond: updates / seconds,
      p50: Math.max(...done.map(({ p50 }) => p50)),
      p99: Math.max(...done.map(({ p99 }) => p99)),
      nodeCpu: sum(({ cpu }) => cpu) / updates,
      redisCpu: before && after ? (after.cpu - before.cpu) / written : Number.NaN,
      aofBytes: before && after ? (after.aof - before.aof) / written : Number.NaN,
    };
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    await redis?.clear(prefix);
  }
}

/** What a worker tells next. @throws Error where it ends instead */
async function told<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(() => {
    throw new Error('A process of the benchmark has ended before it was done.');
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [T];
  return message;
}

function tellAll<T>(children: readonly ChildProcess[], message: string): Promise<T[]> {
  return Promise.all(
    children.map((child) => {
      const answer = told<T>(child);
      child.send(message);
      return answer;
    }),
  );
}
