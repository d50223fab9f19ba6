import { type Archive, type ArchiveCallbacks, noArchive } from '../archive/archive.ts';
import { createArchive } from '../archive/create-archive.ts';
import { archiveNamed } from '../archive/open-storage.ts';
import { storageArchive } from '../archive/storage-archive.ts';
import { CleanupServer } from '../cleanup/cleanup-server.ts';
import { CleanupPass } from '../cleanup/pass.ts';
import { type Clock, systemClock } from '../clock.ts';
import { endedTag, randomTag } from '../context/cursor.ts';
import { ContextManager } from '../context/manager.ts';
import { MemoryFeed } from '../feed/memory-feed.ts';
import type { Limits } from '../limits.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { StoreOptions } from '../store/store.ts';
import type { ServerOptions } from './server-options.ts';

/** Everything behind the transports. */
export interface Engine {
  readonly manager: ContextManager;
  readonly cleanup: CleanupServer;
  /** Rejects while the store can't serve. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Where contexts go without any configuration, from the folder that the process runs in. */
export const DEFAULT_ARCHIVE = 'fs:.arpeggio/archive';

/** The one place where it is decided which store, which feed and which archive there are. */
export function createEngine(
  options: ServerOptions,
  limits: Limits,
  onFailure: (who: string, error: unknown) => void,
): Engine {
  const clock = systemClock(options);
  const memoryFeed = new MemoryFeed();
  const feed = options.feed ?? memoryFeed;
  const makeStore = options.store ?? ((storeOptions) => new MemoryStore(storeOptions));
  const store = makeStore({ ...storeOptionsOf(options, clock), tell: memoryFeed.tell, clock });
  const archive = archiveOf(options);
  const manager = new ContextManager({
    store,
    feed,
    clock,
    limits,
    onFailure: (error) => onFailure('A subscription', error),
    archive,
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
  });
  const pass = new CleanupPass(store, clock, () => endedTag(randomTag()), options);
  const cleanup = new CleanupServer(store, clock, pass, (error) => onFailure('The cleanup server', error));
  return {
    manager,
    cleanup,
    ready: () => store.ready(),
    async close() {
      manager.close();
      await archive.close();
      await cleanup.close();
      await feed.close();
      await store.close();
    },
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

function archiveOf(options: ServerOptions): Archive {
  const { exportContext, restoreContext, archive = options.store ? 'off' : DEFAULT_ARCHIVE } = options;
  const callbacks: ArchiveCallbacks = {
    ...(archive === 'off' ? {} : typeof archive === 'string' ? archiveNamed(archive) : storageArchive(archive)),
    ...(exportContext ? { exportContext } : {}),
    ...(restoreContext ? { restoreContext } : {}),
  };
  return Object.keys(callbacks).length === 0 ? noArchive : createArchive(callbacks, options);
}
