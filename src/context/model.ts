import type { Delta } from '../delta/delta.ts';
import type { JsonObject } from '../json.ts';
import type { EndReason, LiveHead, Position } from '../store/store.ts';
import { encodeCursor } from './cursor.ts';

/** Why a whole context comes and not a delta. */
export type FullReason =
  | 'INITIAL'
  | 'WINDOW_PASSED'
  | 'POSITION_UNKNOWN'
  | 'SMALLER_THAN_DELTA'
  | 'FELL_BEHIND'
  | 'NEW_LIFE';

interface Versioned {
  readonly contextId: string;
  /** Changes when a context is deleted and made anew, restored, or lost; versions compare only within one life. */
  readonly life: string;
  readonly version: number;
  /** This exact position, to be given back as it is. */
  readonly cursor: string;
}

export interface FullContext extends Versioned {
  readonly kind: 'full';
  readonly context: JsonObject;
  readonly insertedAt: number;
  /** Null on a plain read. */
  readonly reason: FullReason | null;
}

export interface ContextDelta extends Versioned {
  readonly kind: 'delta';
  /** The version it starts from: apply it only to a copy that is at exactly this version. */
  readonly fromVersion: number;
  readonly delta: Delta;
  readonly insertedAt: number;
}

export interface NoChange extends Versioned {
  readonly kind: 'noChange';
}

export interface ContextDeleted extends Versioned {
  readonly kind: 'deleted';
  /** `LOST`: the store holds no trace of the context or of its deletion. */
  readonly reason: EndReason | 'LOST';
  readonly deletedAt: number;
}

export type SyncResult = FullContext | ContextDelta | NoChange;
export type ContextEvent = FullContext | ContextDelta | ContextDeleted;

export interface ContextChange {
  readonly context: FullContext;
  /** Null where the write changed nothing. */
  readonly delta: ContextDelta | null;
}

/** That a context was exported, and at which version. */
export interface ContextExport {
  readonly contextId: string;
  readonly version: number;
  readonly exportedAt: number;
}

/** One line of a listing. */
export interface ContextSummary extends Versioned {
  readonly insertedAt: number;
  /** Size of the context as JSON in UTF-8. */
  readonly bytes: number;
}

export interface ContextPage {
  readonly contexts: readonly ContextSummary[];
  readonly hasNextPage: boolean;
}

function at(contextId: string, position: Position): Versioned {
  return { contextId, life: position.life, version: position.version, cursor: encodeCursor(position) };
}

export function fullContext(
  contextId: string,
  head: LiveHead,
  context: JsonObject,
  reason: FullReason | null = null,
): FullContext {
  return { kind: 'full', ...at(contextId, head.position), context, insertedAt: head.insertedAt, reason };
}

export function contextDelta(
  contextId: string,
  position: Position,
  fromVersion: number,
  delta: Delta,
  insertedAt: number,
): ContextDelta {
  return { kind: 'delta', ...at(contextId, position), fromVersion, delta, insertedAt };
}

export function noChange(contextId: string, position: Position): NoChange {
  return { kind: 'noChange', ...at(contextId, position) };
}

export function contextDeleted(
  contextId: string,
  position: Position,
  reason: EndReason | 'LOST',
  deletedAt: number,
): ContextDeleted {
  return { kind: 'deleted', ...at(contextId, position), reason, deletedAt };
}

export function contextSummary(contextId: string, head: LiveHead): ContextSummary {
  return { ...at(contextId, head.position), insertedAt: head.insertedAt, bytes: head.bytes };
}
