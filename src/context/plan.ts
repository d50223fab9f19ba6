import { apply } from '../delta/apply.ts';
import { calculate } from '../delta/calculate.ts';
import { deltaOfUpdate, type Path } from '../delta/deep-update.ts';
import { type Delta, isEmpty } from '../delta/delta.ts';
import { resize } from '../delta/size.ts';
import { ArpeggioError, ContextTooLargeError } from '../errors.ts';
import { type JsonObject, measure, type Size } from '../json.ts';
import type { Limits } from '../limits.ts';
import { type EndReason, type LiveContext, type Snapshot, samePosition } from '../store/store.ts';
import { applyOperations, type PatchOperation } from './patch.ts';
import type { Start } from './start.ts';

/** What a write wants, whatever it will meet. */
export type Intent =
  | { readonly verb: 'set'; readonly context: JsonObject }
  | { readonly verb: 'update'; readonly changes: JsonObject; readonly remove: readonly Path[] }
  | { readonly verb: 'patch'; readonly patch: readonly PatchOperation[] }
  /** To a state that it was in before, in that same life. */
  | { readonly verb: 'revert'; readonly context: JsonObject; readonly life: string }
  | { readonly verb: 'delete'; readonly reason: EndReason }
  | { readonly verb: 'restore'; readonly context: JsonObject; readonly version: number; readonly force: boolean };

/** What is wrong with a state that a write would make; null where nothing is. */
export type ContextRule = (context: JsonObject) => ArpeggioError | null;

const noRule: ContextRule = () => null;

/** A state that a write makes. */
export interface Made extends Size {
  readonly context: JsonObject;
}

/** What a write does to the state it met. */
export type Plan =
  | { readonly kind: 'begin'; readonly delta: Delta; readonly made: Made }
  | { readonly kind: 'advance'; readonly delta: Delta; readonly made: Made }
  /** A new life, at a version of its own, whatever there was before. */
  | { readonly kind: 'replace'; readonly version: number; readonly made: Made }
  | { readonly kind: 'keep' }
  | { readonly kind: 'end'; readonly reason: EndReason }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'refused'; readonly error: ArpeggioError };

/** Plans that leave everything as it is, and tell why. */
export type Refused = Extract<Plan, { kind: 'missing' | 'conflict' | 'refused' }>;

export function isRefusal(plan: Plan): plan is Refused {
  return plan.kind === 'missing' || plan.kind === 'conflict' || plan.kind === 'refused';
}

/**
 * Decides a write against the state that stands: pure, so that it can be asked again after a conflict. The condition, where there is
 * one, is the position that the context must be at; `nothing` means that it must not exist.
 */
export function planWrite(
  intent: Intent,
  condition: Start | undefined,
  current: Snapshot | null,
  limits: Limits,
  rule: ContextRule = noRule,
): Plan {
  const live = current?.status === 'live' ? current : null;
  const bounds = { limits, rule };
  if (!isThere(intent, live)) return { kind: 'missing' };
  if (condition && !holds(condition, current)) return { kind: 'conflict' };
  switch (intent.verb) {
    case 'set':
      return live ? advance(live, calculate(live.context, intent.context), bounds) : begin(intent.context, bounds);
    case 'update':
      return live
        ? advance(live, deltaOfUpdate(live.context, intent.changes, intent.remove), bounds)
        : { kind: 'missing' };
    case 'patch':
      return live ? patched(live, intent.patch, bounds) : { kind: 'missing' };
    case 'revert':
      return live ? advance(live, calculate(live.context, intent.context), bounds) : { kind: 'missing' };
    case 'delete':
      return { kind: 'end', reason: intent.reason };
    case 'restore': {
      if (live && !intent.force) return { kind: 'conflict' };
      const version = live ? Math.max(live.position.version, intent.version) + 1 : intent.version;
      const made = { context: intent.context, ...measure(intent.context) };
      return refusal(made, bounds) ?? { kind: 'replace', version, made };
    }
  }
}

/** Whether there is what the write is of. */
function isThere(intent: Intent, live: LiveContext | null): boolean {
  if (intent.verb === 'set' || intent.verb === 'restore') return true;
  return live !== null && (intent.verb !== 'revert' || intent.life === live.position.life);
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

function begin(context: JsonObject, bounds: Bounds): Plan {
  const made = { context, ...measure(context) };
  return refusal(made, bounds) ?? { kind: 'begin', delta: calculate({}, context), made };
}

function patched(live: LiveContext, patch: readonly PatchOperation[], bounds: Bounds): Plan {
  try {
    return advance(live, calculate(live.context, applyOperations(live.context, patch, bounds.limits)), bounds);
  } catch (error) {
    if (error instanceof ArpeggioError) return { kind: 'refused', error };
    throw error;
  }
}

/** The next state is made of the one before it, a set's too: what did not change keeps its identity, and its place among the keys. */
function advance(live: LiveContext, delta: Delta, bounds: Bounds): Plan {
  if (isEmpty(delta)) return { kind: 'keep' };
  const context = apply(delta, live.context);
  const made = { context, ...resize(live, delta, live.context, context) };
  return refusal(made, bounds) ?? { kind: 'advance', delta, made };
}

/** What every state has to keep to. */
interface Bounds {
  readonly limits: Limits;
  readonly rule: ContextRule;
}

function refusal(made: Made, { limits, rule }: Bounds): Plan | null {
  const error = tooLarge(made, limits) ?? rule(made.context);
  return error && { kind: 'refused', error };
}

function tooLarge({ bytes, nodes }: Size, limits: Limits): ContextTooLargeError | null {
  const over =
    bytes > limits.contextBytes
      ? `${bytes} bytes of JSON; it may have ${limits.contextBytes}`
      : nodes > limits.nodes
        ? `${nodes} values; it may have ${limits.nodes}`
        : null;
  if (over === null) return null;
  const limit = bytes > limits.contextBytes ? 'contextBytes' : 'nodes';
  return new ContextTooLargeError(`The context would have ${over}.`, { applied: 'NO', limit });
}
