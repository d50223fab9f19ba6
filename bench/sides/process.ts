import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { cpuTime } from '../environment.ts';
import { arpeggio } from './arpeggio.ts';
import { attacked } from './attacked.ts';
import { changesNamed } from './changes.ts';
import { mercuriusSide } from './mercurius.ts';
import { rawHttp } from './raw-http.ts';
import { rawWs } from './raw-ws.ts';
import type { Memory, Question } from './remote.ts';
import type { Start } from './side.ts';
import { stockYoga, yogaWithQueues } from './stock-yoga.ts';

/** One side in a process of its own, so that its CPU time and its memory are its own: `process.ts SIDE CHANGES`, asked over IPC. */
const sides: { readonly [name: string]: Start } = {
  arpeggio,
  attacked,
  'raw ws': rawWs,
  'raw http': rawHttp,
  'stock Yoga': stockYoga,
  'Yoga with queues': yogaWithQueues,
  Mercurius: mercuriusSide,
};

async function memory(): Promise<Memory> {
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc?.();
    await setImmediate();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed, external, rss };
}

const [name = '', changes = ''] = process.argv.slice(2);
const start = sides[name];
if (!start) throw new Error(`There is no side ${name}.`);
const side = await start(changesNamed(changes));

async function answer(question: Question): Promise<unknown> {
  if ('update' in question) return side.update(question.update);
  if ('cpu' in question) return cpuTime();
  if ('memory' in question) return memory();
  return (await side.state?.()) ?? null;
}

process.on('message', async (question: Question) => {
  process.send?.(await answer(question));
});
process.on('disconnect', () => process.exit());
process.send?.(side.url);
