import { type Archive, type ArchiveCallbacks, noArchive } from '../archive/archive.ts';
import { createArchive } from '../archive/create-archive.ts';
import { archiveNamed } from '../archive/open-storage.ts';
import { storageArchive } from '../archive/storage-archive.ts';
import { CleanupServer } from '../cleanup/cleanup-server.ts';
import { CleanupPass } from '../cleanup/pass.ts';
import type { Clock } from '../clock.ts';
import { endedTag, randomTag } from '../context/cursor.ts';
import { ContextManager } from '../context/manager.ts';
import { StoreUnavailableError } from '../errors.ts';
import type { Feed } from '../feed/feed.ts';
import { MemoryFeed } from '../feed/memory-feed.ts';
import { RedisFeed } from '../feed/redis-feed.ts';
import type { Limits } from '../limits.ts';
import { Presence } from '../presence/presence.ts';
import type { Figures } from '../stats/figures.ts';
import { Fleet } from '../stats/fleet.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { RedisLayout } from '../store/redis-layout.ts';
import { RedisStore } from '../store/redis-store.ts';
import type { Store, StoreOptions } from '../store/store.ts';
import { type StoreObservers, TimedStore } from '../store/timed-store.ts';
import { compileSchemas } from '../typed/schemas.ts';
import { type Counts, countedArchive, countedPass } from './counts.ts';
import { describeFailure, type Log, seldom } from './log.ts';
import { connectRedis } from './redis-connection.ts';
import type { ServerOptions } from './server-options.ts';

/** Everything behind the transports. */
export interface Engine {
  readonly manager: ContextManager;
  readonly cleanup: CleanupServer;
  readonly fleet: Fleet;
  /** Who watches what; undefined where nobody is told. */
  readonly presence: Presence | undefined;
  /** Connects to what is outside. @throws Error that says what to change where it can't be used */
  start(): Promise<void>;
  /** Rejects while the store can't serve, or changes would not be heard of. */
  ready(): Promise<void>;
  /** How old the latest proof is that what other processes tell is heard; undefined where nothing has to be proven. */
  readonly proofAgeMs: number | undefined;
  close(): Promise<void>;
}

/** Whoever wants to know what happens there. */
export interface EngineObservers {
  readonly counts: Counts;
  readonly storeObservers: StoreObservers;
  /** Told what `storeObservers` has sent along with a commit of another process. */
  readonly onTrace: (trace: string) => void;
  /** Of this process, as the others are to know it. */
  readonly figures: () => Figures;
}

export const DEFAULT_REDIS_PREFIX = 'arpeggio';

/** Where contexts go without any configuration, from the folder that the process runs in. */
const DEFAULT_ARCHIVE = 'fs:.arpeggio/archive';

/** The one place where it is decided which store, which feed and which archive there are. */
export function createEngine(
  options: ServerOptions,
  limits: Limits,
  log: Log,
  clock: Clock,
  { counts, storeObservers, figures, onTrace }: EngineObservers,
): Engine {
  const complain = seldom(log.error, clock);
  const onFailure = (who: string, error: unknown): void => {
    // Redis' own failures were told where they arose, once for all who met them.
    if (options.redisUrl && error instanceof StoreUnavailableError) return;
    complain(`${who} will try again: ${describeFailure(error)}`);
  };
  const {
    store: given,
    feed,
    start,
    disconnect,
  } = options.redisUrl
    ? redisBacking(options, options.redisUrl, clock, log, complain, onTrace)
    : memoryBacking(options, clock);
  const store = new TimedStore(given, clock, storeObservers);
  const archive = countedArchive(archiveOf(options), counts.archive);
  const manager = new ContextManager({
    store,
    feed,
    clock,
    limits,
    onFailure: (error) => onFailure('A subscription', error),
    archive,
    tally: counts.tally,
    ...(options.schemas && { ruleFor: compileSchemas(options.schemas) }),
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
    ...(options.cacheBytes === undefined ? {} : { cacheBytes: options.cacheBytes }),
  });
  const pass = new CleanupPass(store, clock, () => endedTag(randomTag()), options);
  const counted = countedPass(pass, counts.cleanup);
  const cleanup = new CleanupServer(store, clock, counted, (error) => onFailure('The cleanup server', error));
  const fleet: Fleet = new Fleet({
    store,
    clock,
    figures,
    onFailure: (error) => onFailure('What tells of this process', error),
    onBeat: (living, isBack) => presence?.beat(living, isBack),
  });
  const { presencePrefix: prefix } = options;
  const presence =
    prefix === undefined
      ? undefined
      : new Presence({
          manager,
          clock,
          prefix,
          process: fleet.name,
          living: () => fleet.living(),
          onFailure: (error) => onFailure('What tells who watches', error),
        });
  return {
    manager,
    cleanup,
    fleet,
    presence,
    get proofAgeMs() {
      return feed.proofAgeMs;
    },
    start,
    async ready() {
      await Promise.all([store.ready(), feed.ready?.()]);
    },
    async close() {
      await presence?.close();
      manager.close();
      await archive.close();
      await cleanup.close();
      await fleet.close();
      await feed.close();
      await store.close();
      disconnect();
    },
  };
}

/** Where contexts are kept, and how this process hears of commits. */
interface Backing {
  readonly store: Store;
  readonly feed: Feed;
  start(): Promise<void>;
  disconnect(): void;
}

/** In this process, or a store and a feed of the user's own. */
function memoryBacking(options: ServerOptions, clock: Clock): Backing {
  const memoryFeed = new MemoryFeed();
  const makeStore = options.store ?? ((storeOptions) => new MemoryStore(storeOptions));
  return {
    store: makeStore({ ...storeOptionsOf(options, clock), tell: memoryFeed.tell, clock }),
    feed: options.feed ?? memoryFeed,
    start: async () => {},
    disconnect: () => {},
  };
}

function redisBacking(
  options: ServerOptions,
  url: string,
  clock: Clock,
  log: Log,
  complain: (message: string) => void,
  onTrace: (trace: string) => void,
): Backing {
  const { redisPrefix = DEFAULT_REDIS_PREFIX, redisTimeoutMs: timeoutMs = 5000 } = options;
  if (options.store || options.feed)
    throw new TypeError('redisUrl takes the place of store and feed: give one of them.');
  const layout = new RedisLayout(redisPrefix);
  const channel = layout.channel('');
  const { redis, isCluster, start, close: disconnect } = connectRedis({ url, timeoutMs, clock, log, channel });
  const onFailure = (error: unknown): void => {
    // That there is no connection is the connection's own to tell.
    const isReply = error instanceof Error && error.name === 'ReplyError';
    if (isReply) complain(`Redis has refused a call: ${describeFailure(error)}`);
  };
  const storeOptions = { ...storeOptionsOf(options, clock), timeoutMs, clock, onFailure };
  return {
    store: new RedisStore({ ...storeOptions, redis, layout, isSharded: isCluster }),
    feed: new RedisFeed({
      redis,
      clock,
      channelOf: (id) => layout.channel(id),
      onTrace,
      onFailure: (error) => complain(`Subscribing at Redis failed and will be tried again: ${describeFailure(error)}`),
    }),
    start,
    disconnect,
  };
}

/** A tombstone is a deletion's delta, so to speak: it stays as long as deltas do. */
function storeOptionsOf(options: ServerOptions, clock: Clock): StoreOptions {
  const { deltaThreshold, deltaTtl, receiptTtlMs, receiptLimit } = options;
  return {
    ...(deltaThreshold === undefined ? {} : { deltaThreshold }),
    ...(deltaTtl === undefined ? {} : { tombstoneTtlMs: deltaTtl * clock.unitMs }),
    ...(receiptTtlMs === undefined ? {} : { receiptTtlMs }),
    ...(receiptLimit === undefined ? {} : { receiptLimit }),
  };
}

/** A folder of one machine is no place for what several processes share. */
export function defaultArchive({ store, redisUrl }: Pick<ServerOptions, 'store' | 'redisUrl'>): string {
  return store || redisUrl ? 'off' : DEFAULT_ARCHIVE;
}

function archiveOf(options: ServerOptions): Archive {
  const { exportContext, restoreContext, archive = defaultArchive(options) } = options;
  const callbacks: ArchiveCallbacks = {
    ...(archive === 'off' ? {} : typeof archive === 'string' ? archiveNamed(archive) : storageArchive(archive)),
    ...(exportContext ? { exportContext } : {}),
    ...(restoreContext ? { restoreContext } : {}),
  };
  return Object.keys(callbacks).length === 0 ? noArchive : createArchive(callbacks, options);
}
