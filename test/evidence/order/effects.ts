import { follow, type WireChange } from '../../../src/client/replica.ts';
import { calculate } from '../../../src/delta/calculate.ts';
import { renderChanges } from '../../../src/delta/changes.ts';
import { deepUpdate } from '../../../src/delta/deep-update.ts';
import { canonicalText, type JsonObject } from '../../../src/json.ts';
import type { DeltaTold, Write } from '../recording.ts';

/** What a set or an update makes of a state, null standing for no context; null where it is refused. */
export function effectOf(write: Write, before: JsonObject | null): JsonObject | null {
  switch (write.verb) {
    case 'set':
      return write.context;
    case 'update':
      return before && deepUpdate(before, write.changes, write.remove);
    case 'delete':
      return null;
  }
}

/** What a delta makes of a state, as a client applies it. */
export function applied(delta: Pick<DeltaTold, 'changes'>, before: JsonObject): JsonObject {
  const position = { life: '', version: 0, cursor: '' };
  const after = follow(
    { status: 'live', ...position, context: before },
    { __typename: 'Delta', ...position, fromVersion: 0, changes: delta.changes },
  );
  return after.status === 'live' ? after.context : before;
}

/** All that differs between two states, as it comes over the wire. */
export function changesBetween(from: JsonObject, to: JsonObject): readonly WireChange[] {
  return renderChanges(calculate(from, to)).map((change) => ({
    ...change,
    action: change.action.toUpperCase() as WireChange['action'],
  }));
}

/** Whether a delta tells all that differs between two states, and nothing else, as far as both are known. */
export function leads(
  { changes }: Pick<DeltaTold, 'changes'>,
  from: JsonObject | undefined,
  to: JsonObject | undefined,
): boolean {
  return from === undefined || to === undefined || textOf(changes) === textOf(changesBetween(from, to));
}

/** Their order carries no meaning, nor what GraphQL fills in where there was no value. */
function textOf(changes: readonly WireChange[]): string {
  const texts = changes.map(({ path, action, value = null, oldValue = null }) =>
    canonicalText([path, action, action === 'REMOVED' ? null : value, action === 'ADDED' ? null : oldValue]),
  );
  return texts.sort().join();
}
