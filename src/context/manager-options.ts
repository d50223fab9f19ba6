import type { Archive } from '../archive/archive.ts';
import type { Clock } from '../clock.ts';
import type { Feed } from '../feed/feed.ts';
import type { Limits } from '../limits.ts';
import type { ContextStore } from '../store/store.ts';
import type { ContextPage } from './model.ts';
import type { ContextRule } from './plan.ts';
import type { Tally } from './tally.ts';

export interface ContextManagerOptions {
  readonly store: ContextStore;
  /** Must hear of the store's commits. */
  readonly feed: Feed;
  /** @default the system's clock, in seconds */
  readonly clock?: Clock;
  /** Those not named keep their default. */
  readonly limits?: Partial<Limits>;
  /** How long a watcher can miss a change whose notification was lost, in milliseconds. @default 10000 */
  readonly heartbeatMs?: number;
  /** Where contexts are exported to and restored from; see `createArchive`. @default none */
  readonly archive?: Archive;
  /** Told of a failing store or feed under a watch, which tries again by itself. @default nothing is done */
  readonly onFailure?: (error: unknown) => void;
  /** Makes the random part of lives and tags, base64url. @default 72 bits from the system */
  readonly mint?: () => string;
  /**
   * How much may be kept of contexts that were written to, in bytes of JSON (in memory they take several times that), so that the next
   * write, or a read of the whole, only asks for what has changed. 0: nothing. @default 16 MiB
   */
  readonly cacheBytes?: number;
  /** What the states of a context have to keep to. @default nothing */
  readonly ruleFor?: (id: string) => ContextRule | undefined;
  /** Where what becomes of writes, reads and watches is counted. @default nowhere */
  readonly tally?: Tally;
}

/** For who watches on behalf of others. */
export interface WatchHooks {
  /** Told, whenever there is nothing to tell of, the cursor of where the watch stands, or null. */
  readonly onIdle?: (cursor: string | null) => void;
  /** Whether its reader has been told events before, by another watch. @default false */
  readonly isResumed?: boolean;
}

/** For who watches many on behalf of others: what they may read. */
export interface ManyHooks {
  readonly list?: (options: ListOptions) => Promise<ContextPage>;
  readonly may?: (id: string) => Promise<boolean>;
}

export interface ListOptions {
  /** Only ids that start with it. @default '' */
  readonly prefix?: string;
  /** How many at most. @default 50 */
  readonly first?: number;
  /** Only ids after this one. */
  readonly after?: string;
  /** How old the answer may be, in milliseconds: it is shared with whoever asks for the same. @default 0 */
  readonly maxAgeMs?: number;
}
