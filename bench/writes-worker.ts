import assert from 'node:assert/strict';
import { once } from 'node:events';
import process from 'node:process';
import { quantile } from './table.ts';
import { chatLoad, modelOf, treeLoad } from './writes-load.ts';
import { openSide, type Side, type SideName, type SideOptions } from './writes-sides.ts';

/** What one process of one side is to do. */
export interface Job extends Omit<SideOptions, 'writers'> {
  readonly side: SideName;
  readonly contexts: number;
  /** Of each context, in this process. */
  readonly writersEach: number;
  /** The context's size where it is a tree; 0: the group chat. */
  readonly treeBytes: number;
  readonly seconds: number;
  /** Which of the processes that write to the same contexts this is. */
  readonly worker: number;
}

/** What it has measured, all times in microseconds. */
export interface Done {
  /** Acknowledged within the time. */
  readonly updates: number;
  /** Those, and the last of each writer, whose answer came later. */
  readonly written: number;
  /** Within the time, of this process. */
  readonly cpu: number;
  readonly p50: number;
  readonly p99: number;
  /** Acknowledged ever, by context and writer. */
  readonly acknowledged: readonly (readonly number[])[];
}

const job = JSON.parse(process.argv[2] ?? '') as Job;
const load = job.treeBytes === 0 ? chatLoad() : treeLoad(job.treeBytes);
const ids = Array.from({ length: job.contexts }, (_, i) => `context${i}`);
const acknowledged = ids.map(() => new Array<number>(job.writersEach).fill(0));

interface Measured {
  readonly latencies: number[];
  readonly cpu: number;
}

/** All writers at once, each awaiting its answer before its next. What comes after the time has run out counts for the check only. */
async function write(side: Side, seconds: number): Promise<Measured> {
  const latencies: number[] = [];
  const cpuBefore = process.cpuUsage();
  let cpu: NodeJS.CpuUsage | undefined;
  const end = performance.now() + seconds * 1000;
  const writer = async (context: number, of: number): Promise<void> => {
    const counts = acknowledged[context] ?? [];
    for (let now = performance.now(); now < end; ) {
      const n = (counts[of] ?? 0) + 1;
      await side.update(ids[context] ?? '', load.changes(of, n, job.worker), context * job.writersEach + of);
      counts[of] = n;
      const answered = performance.now();
      if (answered < end) latencies.push((answered - now) * 1000);
      else cpu ??= process.cpuUsage(cpuBefore);
      now = answered;
    }
  };
  await Promise.all(
    ids.flatMap((_, context) => Array.from({ length: job.writersEach }, (_, of) => writer(context, of))),
  );
  const { user, system } = cpu ?? process.cpuUsage(cpuBefore);
  return { latencies, cpu: user + system };
}

/** No update may be lost, doubled or half done, whichever process made it. */
async function check(side: Side, byWorker: readonly Done['acknowledged'][]): Promise<void> {
  for (const [context, id] of ids.entries()) {
    const counts = byWorker.map((of) => of[context] ?? []);
    const found = await side.read(id);
    if (found === null) continue;
    assert.equal(found.version, 1 + sumOf(counts), 'Every acknowledged update is a version, and no other.');
    assert.deepEqual(found.context, modelOf(load, counts));
  }
}

function sumOf(counts: Done['acknowledged']): number {
  return counts.flat().reduce((sum, count) => sum + count, 0);
}

const side = await openSide(job.side, { ...job, writers: job.contexts * job.writersEach });
if (job.worker === 0) for (const id of ids) await side.set(id, load.initial);
process.send?.('ready');
await once(process, 'message');
await write(side, Math.max(0.5, job.seconds / 4));
process.send?.('warm');
await once(process, 'message');
const before = sumOf(acknowledged);
const { latencies, cpu } = await write(side, job.seconds);
const done: Done = {
  updates: latencies.length,
  written: sumOf(acknowledged) - before,
  cpu,
  p50: quantile(latencies, 0.5),
  p99: quantile(latencies, 0.99),
  acknowledged,
};
process.send?.(done);
const [byWorker] = (await once(process, 'message')) as [readonly Done['acknowledged'][]];
if (job.worker === 0) await check(side, byWorker);
await side.close();
process.disconnect();
