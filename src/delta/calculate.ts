import { checkDepth, equal, isObject, type Json, type JsonObject, own, setOwn } from '../json.ts';
import { type Delta, type Edit, EMPTY, isEmpty } from './delta.ts';

/**
 * The delta that turns `from` into `to`; `EMPTY` where they are equal. Parts that both sides share by reference cost one
 * comparison, so the delta of an update costs what the update touched.
 *
 * @throws LimitExceededError where either nests deeper than `MAX_DEPTH`
 */
export function calculate(from: JsonObject, to: JsonObject, depth = 0): Delta {
  if (from === to) return EMPTY;
  checkDepth(depth);
  const delta: { [key: string]: Edit } = {};
  for (const key of Object.keys(from)) {
    const edit = difference(from[key], own(to, key), depth + 1);
    if (edit) setOwn(delta, key, edit);
  }
  for (const key of Object.keys(to)) {
    if (!Object.hasOwn(from, key)) setOwn(delta, key, Object.freeze({ action: 'added', value: to[key] as Json }));
  }
  return isEmpty(delta) ? EMPTY : Object.freeze(delta);
}

/** The edit that turns one value into another, undefined standing for no value; no edit where they are equal. */
export function difference(before: Json | undefined, after: Json | undefined, depth: number): Edit | undefined {
  if (before === after) return undefined;
  if (before === undefined) return Object.freeze({ action: 'added', value: after as Json });
  if (after === undefined) return Object.freeze({ action: 'removed', oldValue: before });
  if (isObject(before) && isObject(after)) {
    const delta = calculate(before, after, depth);
    return isEmpty(delta) ? undefined : Object.freeze({ action: 'within', delta });
  }
  return equal(before, after, depth)
    ? undefined
    : Object.freeze({ action: 'modified', oldValue: before, value: after });
}
