import type { Delta } from '../delta/delta.ts';
import { bytesByElement } from '../delta/element-patch.ts';
import { merge } from '../delta/merge.ts';
import { measure } from '../json.ts';
import type { Entry, LiveHead, Position } from '../store/store.ts';
import type { FullReason } from './model.ts';
import type { Start } from './start.ts';

/** A delta up to this many bytes is sent even where the context is smaller still. */
const SMALL_DELTA_BYTES = 4096;

/** The least that brings a reader to the head: nothing, one delta, or the whole context. */
export type SyncDecision =
  | { readonly kind: 'noChange' }
  | { readonly kind: 'delta'; readonly fromVersion: number; readonly delta: Delta }
  | { readonly kind: 'full'; readonly reason: FullReason };

/** What a live context's log says: `entries` are those that the window still holds above the reader's version. */
export interface LiveLog {
  readonly head: LiveHead;
  readonly entries: readonly Entry[];
}

/** Whether entries lead from a version without a gap to a head. `fromTag` is undefined where only the version is known. */
export type ContinuityProof = (
  entries: readonly Entry[],
  from: { readonly version: number; readonly tag: string | undefined },
  to: Position,
) => boolean;

/** Each entry must start at the version and the tag where the one before it ended, and the last must end at the head. */
export const proveContinuity: ContinuityProof = (entries, from, to) => {
  let { version, tag } = from;
  for (const entry of entries) {
    if (entry.version !== version + 1 || (tag !== undefined && entry.fromTag !== tag)) return false;
    ({ version, tag } = entry);
  }
  return version === to.version && (tag === undefined || tag === to.tag);
};

/**
 * What a reader at `start` needs. Anything that cannot be proven is answered by a full context: a delta turns exactly the position
 * that was given into exactly the head's, or it is not sent. Nor is one that would be larger than the whole, its lists
 * told by element.
 */
export function decideSync(start: Start, log: LiveLog, prove: ContinuityProof = proveContinuity): SyncDecision {
  const decision = proveDelta(start, log, prove);
  if (decision.kind !== 'delta') return decision;
  const most = Math.max(SMALL_DELTA_BYTES, log.head.bytes);
  return isWithin(decision.delta, most) ? decision : full('SMALLER_THAN_DELTA');
}

/** Whether a delta can be told in so many bytes: as it is, or with its lists by element. */
function isWithin(delta: Delta, most: number): boolean {
  return measure(delta).bytes <= most || bytesByElement(delta) <= most;
}

/** The same, whatever the delta's size. */
export function proveDelta(start: Start, log: LiveLog, prove: ContinuityProof = proveContinuity): SyncDecision {
  const { position: head, floor } = log.head;
  if (start.kind === 'nothing') return full('INITIAL');
  const from = start.kind === 'position' ? start.position : { life: head.life, version: start.version, tag: undefined };
  if (from.life !== head.life) return full('NEW_LIFE');
  // A bare version that an earlier life reached too may be that life's.
  if (start.kind === 'version' && from.version <= floor) return full('POSITION_UNKNOWN');
  if (from.version > head.version) return full('POSITION_UNKNOWN');
  if (from.version === head.version) {
    return from.tag === undefined || from.tag === head.tag ? { kind: 'noChange' } : full('POSITION_UNKNOWN');
  }
  if (!prove(log.entries, from, head)) return full(reasonOfGap(log.entries, from.version));
  return { kind: 'delta', fromVersion: from.version, delta: merge(log.entries.map((entry) => entry.delta)) };
}

/** Why a snapshot is sent that was read after the decision: by then it may be of another life. */
export function reasonAt(snapshot: Position, start: Start, reason: FullReason): FullReason {
  if (start.kind === 'position' && start.position.life !== snapshot.life) return 'NEW_LIFE';
  return reason === 'NEW_LIFE' ? 'POSITION_UNKNOWN' : reason;
}

/** The window reaches back to the reader's version, but not to its state: then that state was never this life's. */
function reasonOfGap(entries: readonly Entry[], version: number): FullReason {
  return entries[0]?.version === version + 1 ? 'POSITION_UNKNOWN' : 'WINDOW_PASSED';
}

function full(reason: FullReason): SyncDecision {
  return { kind: 'full', reason };
}
