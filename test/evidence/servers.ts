import { setImmediate as turn } from 'node:timers/promises';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { MemoryStore, type MemoryStoreOptions } from '../../src/store/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startApp } from '../helpers/app.ts';
import { InterceptedStore } from '../store/intercepted-store.ts';

/** How many deltas they keep: few, so that some readers are too late for them. */
export const WINDOW = 20;

/**
 * Three servers in this process on one store, as three processes have one Redis: what one of them decides on may be gone by the time it
 * writes. Each call takes a turn of the event loop on its way to the store, and one on its way back.
 */
export async function threeServers(
  makeStore: (options: MemoryStoreOptions) => Store = (options) => new MemoryStore(options),
): Promise<readonly string[]> {
  const feed = new MemoryFeed();
  const store = makeStore({ tell: feed.tell, deltaThreshold: WINDOW });
  const open = async (): Promise<string> => {
    const distant = new InterceptedStore(store, async (_call, proceed) => {
      await turn();
      const answer = await proceed();
      await turn();
      return answer;
    });
    const { address } = await startApp({ store: () => distant, feed });
    return address.http;
  };
  return Promise.all([open(), open(), open()]);
}
