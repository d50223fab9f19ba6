import { InputError } from '../errors.ts';
import { checkDepth, isObject, type Json, type JsonObject, own, setOwn, without } from '../json.ts';
import { type Delta, type Edit, EMPTY, isEmpty, valueAfter } from './delta.ts';

/** A delta was applied to, or merged with, something that it does not start from. */
export class DeltaMismatchError extends InputError {
  readonly key: string;

  constructor(key: string) {
    super('The delta does not start from this value.');
    this.key = key;
  }
}

/**
 * What `delta` makes of `base`. Parts it does not touch keep their identity.
 *
 * @throws DeltaMismatchError where a key is there that should be added, or is not there that should change
 */
export function apply(delta: Delta, base: JsonObject, depth = 0): JsonObject {
  if (isEmpty(delta)) return base;
  checkDepth(depth);
  const removes = Object.values(delta).some((edit) => edit.action === 'removed');
  const result: { [key: string]: Json } = removes
    ? without(base, (key) => own(delta, key)?.action === 'removed')
    : { ...base };
  for (const [key, edit] of Object.entries(delta)) {
    const value = applyEdit(edit, own(base, key), key, depth);
    if (value !== undefined) setOwn(result, key, value);
  }
  return Object.freeze(result);
}

function applyEdit(edit: Edit, current: Json | undefined, key: string, depth: number): Json | undefined {
  if (edit.action === 'within') {
    if (!isObject(current)) throw new DeltaMismatchError(key);
    return apply(edit.delta, current, depth + 1);
  }
  if ((edit.action === 'added') !== (current === undefined)) throw new DeltaMismatchError(key);
  return valueAfter(edit);
}

/** The delta that undoes `delta`: `apply(invert(d), apply(d, a))` equals `a`. */
export function invert(delta: Delta, depth = 0): Delta {
  if (isEmpty(delta)) return EMPTY;
  checkDepth(depth);
  const inverse: { [key: string]: Edit } = {};
  for (const [key, edit] of Object.entries(delta)) setOwn(inverse, key, Object.freeze(invertEdit(edit, depth)));
  return Object.freeze(inverse);
}

function invertEdit(edit: Edit, depth: number): Edit {
  switch (edit.action) {
    case 'added':
      return { action: 'removed', oldValue: edit.value };
    case 'removed':
      return { action: 'added', value: edit.oldValue };
    case 'modified':
      return { action: 'modified', oldValue: edit.value, value: edit.oldValue };
    case 'within':
      return { action: 'within', delta: invert(edit.delta, depth + 1) };
  }
}
