import { isObject, type Json, own } from '../json.ts';
import { difference } from './calculate.ts';
import type { Path } from './deep-update.ts';
import { type Delta, isEmpty, type LeafEdit, valueAfter, valueBefore } from './delta.ts';

/**
 * What a delta does to the value at a path: `modified` too where it changes something inside it; undefined where it leaves it as it is. An
 * array is one value in a delta, and its elements are compared; a path names them by index.
 */
export function actionAt(delta: Delta, path: Path): LeafEdit['action'] | undefined {
  let inner = delta;
  for (const [depth, key] of path.entries()) {
    const edit = own(inner, key);
    if (edit === undefined) return undefined;
    if (edit.action !== 'within') {
      const rest = path.slice(depth + 1);
      const action = difference(valueAt(valueBefore(edit), rest), valueAt(valueAfter(edit), rest), 0)?.action;
      return action === 'within' ? 'modified' : action;
    }
    inner = edit.delta;
  }
  return isEmpty(inner) ? undefined : 'modified';
}

const INDEX = /^(0|[1-9]\d*)$/;

/** Undefined where there is nothing. */
function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let inner = value;
  for (const key of path) {
    if (Array.isArray(inner)) inner = INDEX.test(key) ? (inner as readonly Json[])[Number(key)] : undefined;
    else inner = isObject(inner) ? own(inner, key) : undefined;
  }
  return inner;
}
