import { calculate } from '../delta/calculate.ts';
import { deepUpdate, type Path } from '../delta/deep-update.ts';
import { type Delta, isEmpty } from '../delta/delta.ts';
import { ContextTooLargeError } from '../errors.ts';
import { type JsonObject, measure } from '../json.ts';
import type { Limits } from '../limits.ts';
import { type EndReason, type Snapshot, samePosition } from '../store/store.ts';
import type { Start } from './start.ts';

/** What a write wants, whatever it will meet. */
export type Intent =
  | { readonly verb: 'set'; readonly context: JsonObject }
  | { readonly verb: 'update'; readonly changes: JsonObject; readonly remove: readonly Path[] }
  | { readonly verb: 'delete'; readonly reason: EndReason }
  | { readonly verb: 'restore'; readonly context: JsonObject; readonly version: number; readonly force: boolean };

/** What a write does to the state it met. */
export type Plan =
  | { readonly kind: 'begin'; readonly delta: Delta; readonly context: JsonObject; readonly bytes: number }
  | { readonly kind: 'advance'; readonly delta: Delta; readonly context: JsonObject; readonly bytes: number }
  /** A new life, at a version of its own, whatever there was before. */
  | { readonly kind: 'replace'; readonly version: number; readonly context: JsonObject; readonly bytes: number }
  | { readonly kind: 'keep' }
  | { readonly kind: 'end'; readonly reason: EndReason }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'tooLarge'; readonly error: ContextTooLargeError };

/**
 * Decides a write against the state that stands: pure, so that it can be asked again after a conflict. The condition, where there is
 * one, is the position that the context must be at; `nothing` means that it must not exist.
 */
export function planWrite(
  intent: Intent,
  condition: Start | undefined,
  current: Snapshot | null,
  limits: Limits,
): Plan {
  const live = current?.status === 'live' ? current : null;
  if (live === null && (intent.verb === 'update' || intent.verb === 'delete')) return { kind: 'missing' };
  if (condition && !holds(condition, current)) return { kind: 'conflict' };
  switch (intent.verb) {
    case 'set':
      return live ? advance(live.context, intent.context, limits) : make('begin', {}, intent.context, limits);
    case 'update':
      return live
        ? advance(live.context, deepUpdate(live.context, intent.changes, intent.remove), limits)
        : { kind: 'missing' };
    case 'delete':
      return { kind: 'end', reason: intent.reason };
    case 'restore': {
      if (live && !intent.force) return { kind: 'conflict' };
      const version = live ? Math.max(live.position.version, intent.version) + 1 : intent.version;
      const { bytes, error } = checkSize(intent.context, limits);
      return error ? { kind: 'tooLarge', error } : { kind: 'replace', version, context: intent.context, bytes };
    }
  }
}

function holds(condition: Start, current: Snapshot | null): boolean {
  switch (condition.kind) {
    case 'nothing':
      return current?.status !== 'live';
    case 'version':
      return current?.status === 'live' && current.position.version === condition.version;
    case 'position':
      return samePosition(current?.position ?? null, condition.position);
  }
}

function advance(from: JsonObject, to: JsonObject, limits: Limits): Plan {
  const plan = make('advance', from, to, limits);
  return plan.kind === 'advance' && isEmpty(plan.delta) ? { kind: 'keep' } : plan;
}

function make(kind: 'begin' | 'advance', from: JsonObject, to: JsonObject, limits: Limits): Plan {
  const { bytes, error } = checkSize(to, limits);
  return error ? { kind: 'tooLarge', error } : { kind, delta: calculate(from, to), context: to, bytes };
}

function checkSize(
  context: JsonObject,
  limits: Limits,
): { readonly bytes: number; readonly error: ContextTooLargeError | null } {
  const { bytes, nodes } = measure(context);
  const over =
    bytes > limits.contextBytes
      ? `${bytes} bytes of JSON; it may have ${limits.contextBytes}`
      : nodes > limits.nodes
        ? `${nodes} values; it may have ${limits.nodes}`
        : null;
  return { bytes, error: over ? new ContextTooLargeError(`The context would have ${over}.`, { applied: 'NO' }) : null };
}
