import { isObject, type Json, own } from '../json.ts';
import { difference } from './calculate.ts';
import type { Path } from './deep-update.ts';
import { type Delta, type Edit, valueAfter, valueBefore } from './delta.ts';

/** Finds what a value holds at a path; undefined where there is nothing. */
export type Finder = (value: Json | undefined, path: Path) => Json | undefined;

const INDEX = /^(0|[1-9]\d*)$/;

export function isIndex(key: string): boolean {
  return INDEX.test(key);
}

/** Through objects by their own keys, and through lists by index. */
export const valueAt: Finder = (value, path) =>
  path.reduce<Json | undefined>((inner, key) => {
    if (Array.isArray(inner)) return isIndex(key) ? (inner as readonly Json[])[Number(key)] : undefined;
    return memberOf(inner, key);
  }, value);

/** Through objects alone: a list is one value. */
export const memberAt: Finder = (value, path) => path.reduce<Json | undefined>(memberOf, value);

function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? own(value, key) : undefined;
}

/** What a delta does to the value at a path, of at least one key; undefined where it leaves it as it is. */
export function editAt(delta: Delta, path: Path, find: Finder): Edit | undefined {
  const [key = '', ...rest] = path;
  const edit = own(delta, key);
  if (edit === undefined || rest.length === 0) return edit;
  if (edit.action === 'within') return editAt(edit.delta, rest, find);
  return difference(find(valueBefore(edit), rest), find(valueAfter(edit), rest), 0);
}
