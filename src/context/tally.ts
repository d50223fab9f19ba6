import type { FullReason, SyncResult } from './model.ts';
import type { Intent } from './plan.ts';

type Counts<Name extends string> = { [Each in Name]: number };

/** What becomes of writes, reads and watches, counted up as it happens; read it whenever you like. */
export interface Tally {
  /** Writes that moved a context, by what they were. */
  readonly commits: Counts<Intent['verb']>;
  /** Writes that were refused since the context was elsewhere than they expected. */
  conflicts: number;
  /** Commits that another process had overtaken, and that were decided anew. */
  retries: number;
  /** What `sync` was answered. */
  readonly syncs: Counts<SyncResult['kind']>;
  /** Why it was a full context. */
  readonly fulls: Counts<FullReason>;
  /** Why watches told of a full context in place of a delta. */
  readonly resyncs: Counts<FullReason>;
}

export function noTally(): Tally {
  return {
    commits: { set: 0, update: 0, patch: 0, revert: 0, delete: 0, restore: 0 },
    conflicts: 0,
    retries: 0,
    syncs: { full: 0, delta: 0, noChange: 0 },
    fulls: noReasons(),
    resyncs: noReasons(),
  };
}

function noReasons(): Counts<FullReason> {
  return {
    INITIAL: 0,
    WINDOW_PASSED: 0,
    POSITION_UNKNOWN: 0,
    SMALLER_THAN_DELTA: 0,
    FELL_BEHIND: 0,
    NEW_LIFE: 0,
  };
}
