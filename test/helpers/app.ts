import { randomUUID } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Feed } from '../../src/feed/feed.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { RedisFeed } from '../../src/feed/redis-feed.ts';
import { type Address, createServer, type Server } from '../../src/server/create-server.ts';
import { silentLog } from '../../src/server/log.ts';
import { connectRedis } from '../../src/server/redis-connection.ts';
import type { ServerOptions } from '../../src/server/server-options.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { RedisLayout } from '../../src/store/redis-layout.ts';
import { RedisStore } from '../../src/store/redis-store.ts';

export interface App {
  readonly server: Server;
  /** Its `size` tells whether anybody still listens. */
  readonly feed: Listened;
  /** What the server logged as an error. */
  readonly logged: readonly string[];
}

export interface ListeningApp extends App {
  readonly address: Address;
  /** Where everything but GraphQL is. */
  readonly origin: string;
}

/** A feed that tells how many ids are listened to. */
type Listened = Feed & { readonly size: number };

export interface AppOptions extends ServerOptions {
  readonly feed?: MemoryFeed;
  /** @default the system's */
  readonly clock?: Clock;
}

type Backing = Required<Pick<ServerOptions, 'store'>> & { readonly feed: Listened };

/**
 * A server without a port, closed when the test ends: on the memory store, or, where the whole project of tests runs on Redis, on a part
 * of the shared Redis that nobody else uses.
 */
export function makeApp({ feed: memoryFeed, clock, ...options }: AppOptions = {}): App {
  const logged: string[] = [];
  const isOnRedis = inject('store') === 'redis' && !options.store && !memoryFeed;
  const { feed, store } = isOnRedis ? redisBacking() : memoryBacking(memoryFeed);
  const log = { info: () => {}, error: (message: string) => logged.push(message) };
  const server = createServer({ port: 0, log, store, feed, archive: 'off', drainMs: 0, ...options }, clock);
  onTestFinished(() => server.close());
  return { server, feed, logged };
}

function memoryBacking(feed = new MemoryFeed()): Backing {
  return { feed, store: ({ tell: _, ...options }) => new MemoryStore({ ...options, tell: feed.tell }) };
}

function redisBacking(): Backing {
  const clock = systemClock();
  const { redis, close } = connectRedis({
    url: inject('redisUrl'),
    timeoutMs: 5000,
    clock,
    log: silentLog,
    channel: 'test:channel',
  });
  onTestFinished(close);
  const layout = new RedisLayout(`test:${randomUUID()}`);
  const feed = new RedisFeed({ redis, clock, channelOf: (id) => layout.channel(id) });
  return { feed, store: ({ tell: _, ...options }) => new RedisStore({ ...options, redis, layout }) };
}

/** The same, on a free port of the loopback. */
export async function startApp(options: AppOptions = {}): Promise<ListeningApp> {
  const app = makeApp(options);
  const address = await app.server.listen();
  return { ...app, address, origin: new URL(address.http).origin };
}
