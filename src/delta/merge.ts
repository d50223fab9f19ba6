import { checkDepth, isObject, type Json, own, setOwn } from '../json.ts';
import { apply, DeltaMismatchError, invert } from './apply.ts';
import { difference } from './calculate.ts';
import { type Delta, type Edit, EMPTY, isEmpty, valueAfter, valueBefore } from './delta.ts';

/**
 * One delta for several that follow each other. It is minimal: equal to `calculate` of the first's start and the last's end,
 * though it sees neither. Where two edits of one key differ in shape, the whole value in the one completes the other.
 *
 * @throws DeltaMismatchError where a delta does not start from what the ones before it make
 */
export function merge(deltas: readonly Delta[]): Delta {
  const [first = EMPTY, second = EMPTY] = deltas;
  if (deltas.length <= 2) return mergeTwo(first, second, 0);
  // By halves, since each merge copies: one after the other would cost the square of their number.
  const middle = deltas.length >> 1;
  return mergeTwo(merge(deltas.slice(0, middle)), merge(deltas.slice(middle)), 0);
}

function mergeTwo(first: Delta, second: Delta, depth: number): Delta {
  if (isEmpty(first)) return second;
  if (isEmpty(second)) return first;
  checkDepth(depth);
  const merged: { [key: string]: Edit } = {};
  for (const [key, edit] of Object.entries(first)) {
    const next = own(second, key);
    const both = next === undefined ? edit : mergeEdits(edit, next, key, depth + 1);
    if (both) setOwn(merged, key, both);
  }
  for (const [key, edit] of Object.entries(second)) if (!Object.hasOwn(first, key)) setOwn(merged, key, edit);
  return isEmpty(merged) ? EMPTY : Object.freeze(merged);
}

function mergeEdits(first: Edit, second: Edit, key: string, depth: number): Edit | undefined {
  if (first.action === 'within' && second.action === 'within') {
    const delta = mergeTwo(first.delta, second.delta, depth);
    return isEmpty(delta) ? undefined : Object.freeze({ action: 'within', delta });
  }
  if ((first.action === 'removed') !== (second.action === 'added')) throw new DeltaMismatchError(key);
  const before = first.action === 'within' ? valueBeforeWithin(first.delta, second, key) : valueBefore(first);
  const after = second.action === 'within' ? valueAfterWithin(second.delta, first, key) : valueAfter(second);
  return difference(before, after, depth);
}

/** The second edit replaces or removes an object that the first changed inside: undo the first in the whole old value. */
function valueBeforeWithin(within: Delta, second: Edit, key: string): Json {
  const middle = second.action === 'within' ? undefined : valueBefore(second);
  if (!isObject(middle)) throw new DeltaMismatchError(key);
  return apply(invert(within), middle);
}

/** The second edit changes the inside of an object that the first added: do so in the whole new value. */
function valueAfterWithin(within: Delta, first: Edit, key: string): Json {
  const middle = first.action === 'within' ? undefined : valueAfter(first);
  if (!isObject(middle)) throw new DeltaMismatchError(key);
  return apply(within, middle);
}
