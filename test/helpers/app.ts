import { onTestFinished } from 'vitest';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { type Address, createServer, type Server } from '../../src/server/create-server.ts';
import type { ServerOptions } from '../../src/server/server-options.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';

export interface App {
  readonly server: Server;
  /** Its `size` tells whether anybody still listens. */
  readonly feed: MemoryFeed;
  /** What the server logged as an error. */
  readonly logged: readonly string[];
}

export interface ListeningApp extends App {
  readonly address: Address;
  /** Where everything but GraphQL is. */
  readonly origin: string;
}

export interface AppOptions extends ServerOptions {
  readonly feed?: MemoryFeed;
}

/** A server without a port on the memory store, closed when the test ends. */
export function makeApp({ feed = new MemoryFeed(), ...options }: AppOptions = {}): App {
  const logged: string[] = [];
  const server = createServer({
    port: 0,
    log: { info: () => {}, error: (message) => logged.push(message) },
    store: ({ tell: _, ...storeOptions }) => new MemoryStore({ ...storeOptions, tell: feed.tell }),
    feed,
    archive: 'off',
    ...options,
  });
  onTestFinished(() => server.close());
  return { server, feed, logged };
}

/** The same, on a free port of the loopback. */
export async function startApp(options: AppOptions = {}): Promise<ListeningApp> {
  const app = makeApp(options);
  const address = await app.server.listen();
  return { ...app, address, origin: new URL(address.http).origin };
}
