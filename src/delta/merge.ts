import { checkDepth, isObject, type Json, type JsonObject, setOwn } from '../json.ts';
import { apply, DeltaMismatchError, invert } from './apply.ts';
import { difference } from './calculate.ts';
import { type Delta, type Edit, EMPTY, isEmpty, valueAfter, valueBefore } from './delta.ts';

/**
 * One delta for several that follow each other. It is minimal: equal to `calculate` of the first's start and the last's end,
 * though it sees neither. Where edits of one key differ in shape, the whole value in the one completes the other.
 *
 * @throws DeltaMismatchError where a delta does not start from what the ones before it make
 */
export function merge(deltas: readonly Delta[], depth = 0): Delta {
  const parts = deltas.filter((delta) => !isEmpty(delta));
  if (parts.length < 2) return parts[0] ?? EMPTY;
  checkDepth(depth);
  // All at once: two by two, each merge would copy what the ones before it made.
  const merged: { [key: string]: Edit } = {};
  for (const [key, edits] of editsByKey(parts)) {
    const edit = mergeEdits(edits, key, depth + 1);
    if (edit) setOwn(merged, key, edit);
  }
  return isEmpty(merged) ? EMPTY : Object.freeze(merged);
}

function editsByKey(deltas: readonly Delta[]): ReadonlyMap<string, readonly Edit[]> {
  const byKey = new Map<string, Edit[]>();
  for (const delta of deltas) {
    for (const [key, edit] of Object.entries(delta)) {
      const edits = byKey.get(key);
      if (edits) edits.push(edit);
      else byKey.set(key, [edit]);
    }
  }
  return byKey;
}

/** Edits of one key, in order, as one; undefined where they cancel out. */
function mergeEdits(edits: readonly Edit[], key: string, depth: number): Edit | undefined {
  const steps = withinJoined(edits, depth);
  const [first, second] = steps;
  if (second === undefined) return first?.action === 'within' && isEmpty(first.delta) ? undefined : first;
  const before =
    first?.action === 'within'
      ? apply(invert(first.delta), objectIn(second.action === 'within' ? undefined : valueBefore(second), key))
      : first && valueBefore(first);
  return difference(before, valueMade(steps, key), depth);
}

/** Edits with those that follow each other within an object as one. */
function withinJoined(edits: readonly Edit[], depth: number): readonly Edit[] {
  const joined: Edit[] = [];
  for (let start = 0; start < edits.length; ) {
    const edit = edits[start] as Edit;
    const within: Delta[] = [];
    for (let next: Edit | undefined = edit; next?.action === 'within'; next = edits[start + within.length]) {
      within.push(next.delta);
    }
    joined.push(within.length > 1 ? Object.freeze({ action: 'within', delta: merge(within, depth) }) : edit);
    start += Math.max(1, within.length);
  }
  return joined;
}

/** What steps, of which one holds a whole value, make in the end. */
function valueMade(steps: readonly Edit[], key: string): Json | undefined {
  let value: Json | undefined;
  for (const [i, step] of steps.entries()) {
    const last = steps[i - 1];
    if (last && (last.action === 'removed') !== (step.action === 'added')) throw new DeltaMismatchError(key);
    if (step.action !== 'within') value = valueAfter(step);
    else if (last) value = apply(step.delta, objectIn(value, key));
  }
  return value;
}

function objectIn(value: Json | undefined, key: string): JsonObject {
  if (!isObject(value)) throw new DeltaMismatchError(key);
  return value;
}
