import { type Json, type JsonObject, setOwn } from '../json.ts';
import type { Path } from './deep-update.ts';
import { type Delta, type Edit, EMPTY } from './delta.ts';
import { editAt, memberAt } from './edit-at.ts';

/**
 * What a context holds at a path and below, where it is: nothing else is there. `{}` where nothing is at the path, as where it leads through something
 * that is no object: an array is one value.
 */
export function partOf(context: JsonObject, path: Path): JsonObject {
  const value = memberAt(context, path);
  return value === undefined ? {} : (nested(value, path) as JsonObject);
}

/** The delta between the one part and the other: `partOfDelta(calculate(a, b), p)` is `calculate(partOf(a, p), partOf(b, p))`. */
export function partOfDelta(delta: Delta, path: Path): Delta {
  const [first, ...rest] = path;
  if (first === undefined) return delta;
  const edit = editAt(delta, path, memberAt);
  if (edit === undefined) return EMPTY;
  // What comes or goes takes the way to it along.
  if (edit.action === 'added') return single(first, { action: 'added', value: nested(edit.value, rest) });
  if (edit.action === 'removed') return single(first, { action: 'removed', oldValue: nested(edit.oldValue, rest) });
  const inner = rest.reduceRight<Edit>((within, key) => ({ action: 'within', delta: single(key, within) }), edit);
  return single(first, inner);
}

function nested(value: Json, path: Path): Json {
  return path.reduceRight<Json>((inner, key) => single(key, inner), value);
}

function single<T>(key: string, value: T): { readonly [key: string]: T } {
  const object: { [key: string]: T } = {};
  setOwn(object, key, value);
  return Object.freeze(object);
}
