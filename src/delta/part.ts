import { isObject, type Json, type JsonObject, own, setOwn } from '../json.ts';
import { difference } from './calculate.ts';
import type { Path } from './deep-update.ts';
import { type Delta, type Edit, EMPTY, valueAfter, valueBefore } from './delta.ts';

/**
 * What a context holds at a path and below, where it is: nothing else is there. `{}` where nothing is at the path, as where it leads through something
 * that is no object: an array is one value.
 */
export function partOf(context: JsonObject, path: Path): JsonObject {
  const value = valueAt(context, path);
  return value === undefined ? {} : (nested(value, path) as JsonObject);
}

/** The delta between the one part and the other: `partOfDelta(calculate(a, b), p)` is `calculate(partOf(a, p), partOf(b, p))`. */
export function partOfDelta(delta: Delta, path: Path): Delta {
  const edit = editAt(delta, path);
  const [first, ...rest] = path;
  if (edit === undefined) return EMPTY;
  if (first === undefined) return edit.action === 'within' ? edit.delta : EMPTY;
  // What comes or goes takes the way to it along.
  if (edit.action === 'added') return single(first, { action: 'added', value: nested(edit.value, rest) });
  if (edit.action === 'removed') return single(first, { action: 'removed', oldValue: nested(edit.oldValue, rest) });
  const inner = rest.reduceRight<Edit>((within, key) => ({ action: 'within', delta: single(key, within) }), edit);
  return single(first, inner);
}

/** What happens to the value at a path; undefined where nothing does. */
function editAt(delta: Delta, path: Path): Edit | undefined {
  let inner = delta;
  for (const [depth, key] of path.entries()) {
    const edit = own(inner, key);
    if (edit === undefined) return undefined;
    const rest = path.slice(depth + 1);
    if (rest.length === 0) return edit;
    if (edit.action !== 'within')
      return difference(valueAt(valueBefore(edit), rest), valueAt(valueAfter(edit), rest), 0);
    inner = edit.delta;
  }
  return { action: 'within', delta: inner };
}

function valueAt(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => (isObject(inner) ? own(inner, key) : undefined), value);
}

function nested(value: Json, path: Path): Json {
  return path.reduceRight<Json>((inner, key) => single(key, inner), value);
}

function single<T>(key: string, value: T): { readonly [key: string]: T } {
  const object: { [key: string]: T } = {};
  setOwn(object, key, value);
  return Object.freeze(object);
}
