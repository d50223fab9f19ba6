import { equal, isObject, type Json, type JsonObject, setOwn, without } from '../json.ts';
import { pathOf } from '../pointer.ts';
import type { Path } from './deep-update.ts';
import { type Delta, type Edit, EMPTY, isEmpty, type LeafEdit, valueAfter, valueBefore } from './delta.ts';

/** What is not to be seen: what lies at or below any of these paths, `*` standing for every key. An element's key is its index. */
export type Hidden = readonly Path[];

const NOTHING: Hidden = Object.freeze([]);
const ANY = '*';

/** What is hidden inside the value of a key; null where the value itself is. */
function inside(hidden: Hidden, key: string): Hidden | null {
  let rest: Path[] | undefined;
  for (const [first, ...others] of hidden) {
    if (first !== ANY && first !== key) continue;
    if (others.length === 0) return null;
    rest = [...(rest ?? []), others];
  }
  return rest ?? NOTHING;
}

/**
 * A context without what is hidden: hidden keys are not there, and in place of a hidden element, which leaves the others where they are, is
 * null. What has nothing to hide in it is returned as it is.
 */
export function hide(context: JsonObject, hidden: Hidden): JsonObject {
  return hideIn(context, hidden) as JsonObject;
}

function hideIn(value: Json, hidden: Hidden): Json {
  if (hidden.length === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const elements = value.map((element, i) => {
      const within = inside(hidden, String(i));
      return within ? hideIn(element, within) : null;
    });
    return elements.every((element, i) => element === value[i]) ? value : Object.freeze(elements);
  }
  const changed = new Map<string, Json | undefined>();
  for (const [key, member] of Object.entries(value)) {
    const within = inside(hidden, key);
    const left = within ? hideIn(member, within) : undefined;
    if (left !== member) changed.set(key, left);
  }
  if (changed.size === 0) return value;
  const result = without(value as JsonObject, (key) => changed.has(key) && changed.get(key) === undefined);
  for (const [key, left] of changed) if (left !== undefined) setOwn(result, key, left);
  return Object.freeze(result);
}

/**
 * The delta between what is left of the one side and what is left of the other: `hideDelta(calculate(a, b))` is `calculate(hide(a), hide(b))`. Edits
 * with nothing to hide in them are returned as they are.
 */
export function hideDelta(delta: Delta, hidden: Hidden): Delta {
  if (hidden.length === 0) return delta;
  const result: { [key: string]: Edit } = {};
  let isSame = true;
  for (const [key, edit] of Object.entries(delta)) {
    const within = inside(hidden, key);
    const left = within ? hideEdit(edit, within) : undefined;
    isSame &&= left === edit;
    if (left) setOwn(result, key, left);
  }
  if (isSame) return delta;
  return isEmpty(result) ? EMPTY : Object.freeze(result);
}

/** Undefined where nothing is left that differs. */
function hideEdit(edit: Edit, hidden: Hidden): Edit | undefined {
  if (hidden.length === 0) return edit;
  if (edit.action !== 'within') return hideLeaf(edit, hidden);
  const delta = hideDelta(edit.delta, hidden);
  if (delta === edit.delta) return edit;
  return isEmpty(delta) ? undefined : Object.freeze({ action: 'within', delta });
}

function hideLeaf(edit: LeafEdit, hidden: Hidden): LeafEdit | undefined {
  const [before, after] = [valueBefore(edit), valueAfter(edit)];
  const oldValue = before === undefined ? undefined : hideIn(before, hidden);
  const value = after === undefined ? undefined : hideIn(after, hidden);
  if (oldValue === before && value === after) return edit;
  if (oldValue === undefined) return Object.freeze({ action: 'added', value: value as Json });
  if (value === undefined) return Object.freeze({ action: 'removed', oldValue });
  return equal(oldValue, value) ? undefined : Object.freeze({ action: 'modified', oldValue, value });
}

/**
 * Whether an update could change something hidden, whatever context it meets: it has a value or a removal at a hidden path or below, or puts a
 * value in the place of, or removes, what a hidden path leads through. An object only merges.
 */
export function touches(hidden: Hidden, changes: JsonObject, remove: readonly Path[] = []): boolean {
  const isTouched = Object.entries(changes).some(([key, change]) => {
    const within = inside(hidden, key);
    if (within === null) return true;
    return within.length > 0 && (!isObject(change) || touches(within, change));
  });
  return isTouched || remove.some((path) => hidden.some((other) => agree(path, other)));
}

/**
 * Whether a patch, as it came, could change or tell of something hidden: a pointer of it leads to, through or below a hidden path. A place in a list
 * stands for every one, since what comes or goes there moves the others.
 */
export function patchTouches(hidden: Hidden, patch: readonly Json[]): boolean {
  if (hidden.length === 0) return false;
  return patch.some((operation) => {
    const pointers = isObject(operation) ? [operation['path'], operation['from']] : [];
    return pointers.some(
      (pointer) => typeof pointer === 'string' && hidden.some((other) => agree(pathOf(pointer), other, isPlace)),
    );
  });
}

const PLACE = /^(-|\d+)$/;

function isPlace(token: string): boolean {
  return PLACE.test(token);
}

/** Whether the one leads through the other, or the other through the one. `isAny`: what else than the same key stands for it. */
function agree(path: Path, hidden: Path, isAny: (key: string) => boolean = () => false): boolean {
  return path.every((key, i) => i >= hidden.length || hidden[i] === ANY || hidden[i] === key || isAny(key));
}
