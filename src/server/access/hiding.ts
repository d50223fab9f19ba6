import type { ContextWritten } from '../../context/joint-writes.ts';
import type { ContextChange, ContextEvent, FullContext, SyncResult } from '../../context/model.ts';
import { renderChanges } from '../../delta/changes.ts';
import type { Delta } from '../../delta/delta.ts';
import { type Hidden, hide, hideDelta } from '../../delta/hide.ts';
import { aboutWrite, SchemaViolationError, VersionConflictError } from '../../errors.ts';

type Told = SyncResult | ContextEvent;

/** What is told of a context, without what is hidden. A delta of nothing else is empty, and still leads from version to version. */
export function hideTold<T extends Told>(told: T, hidden: Hidden): T {
  if (hidden.length === 0) return told;
  if (told.kind === 'full') return { ...told, context: hide(told.context, hidden) };
  if (told.kind === 'delta') return { ...told, delta: hideDelta(told.delta, hidden) };
  return told;
}

export function hideRead(context: FullContext | null, hidden: Hidden): FullContext | null {
  return context && hideTold(context, hidden);
}

export function hideChange({ context, delta }: ContextChange, hidden: Hidden): ContextChange {
  return { context: hideTold(context, hidden), delta: delta && hideTold(delta, hidden) };
}

export function hideWritten(written: ContextWritten, hidden: Hidden): ContextWritten {
  return 'kind' in written ? written : hideChange(written, hidden);
}

/** What a write failed with. Changes of which the delta is not known are hidden whole. */
export function hideFailure(error: unknown, hidden: Hidden): unknown {
  if (hidden.length === 0) return error;
  if (error instanceof SchemaViolationError) {
    const { rule, write } = error;
    return aboutWrite(new SchemaViolationError([], rule, 'a rule of it does not hold'), write);
  }
  if (!(error instanceof VersionConflictError) || !error.changes) return error;
  const { currentVersion, currentCursor, write } = error;
  // The manager's own, which is what its changes render.
  const delta = error.delta && hideDelta(error.delta as Delta, hidden);
  const changes = delta && renderChanges(delta);
  return aboutWrite(new VersionConflictError({ currentVersion, currentCursor, changes }, delta), write);
}
