import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { createServer } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { eventually } from '../helpers/eventually.ts';

const feed = new MemoryFeed();
const server = createServer({
  port: 0,
  feed,
  log: silentLog,
  store: ({ tell: _, ...options }) => new MemoryStore({ ...options, tell: feed.tell }),
});
let n = 0;

/** 4,000 updates of 10 KB, each with a turn for whatever it makes the server send; then the bytes in use. */
async function update(): Promise<number> {
  for (let i = 0; i < 4000; i += 1, n += 1) {
    await server.manager.set('a', { text: `${n}`.padEnd(10_000) });
    await setImmediate();
  }
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc?.();
    await setImmediate();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function watched(): Promise<number> {
  await eventually(() => {
    if (feed.size === 0) throw new Error('Nobody watches yet.');
  });
  return feed.size;
}

const answers: { readonly [question: string]: () => Promise<unknown> } = {
  listen: () => server.listen(),
  update,
  watched,
  version: async () => (await server.manager.get('a'))?.version,
};

process.on('message', async (question) => {
  process.send?.(await answers[String(question)]?.());
});
process.on('disconnect', () => process.exit());
