import { checkDepth, isObject, type Json, type JsonObject, own, setOwn, without } from '../json.ts';
import { apply } from './apply.ts';
import { difference } from './calculate.ts';
import { type Delta, type Edit, EMPTY, isEmpty } from './delta.ts';

/** The keys that lead from an object to one of its values. */
export type Path = readonly string[];

/**
 * `base` with `changes` merged into it: objects merge, everything else (arrays and null too) replaces. Then the paths in
 * `remove` go; one that leads nowhere changes nothing. What stays equal keeps its identity, `base` itself included.
 */
export function deepUpdate(base: JsonObject, changes: JsonObject, remove: readonly Path[] = []): JsonObject {
  return apply(deltaOfUpdate(base, changes, remove), base);
}

/**
 * The delta that such an update of `base` makes. It is led by the update's own keys and looks at nothing else, so it costs what the
 * update holds, however large `base` is.
 *
 * @throws LimitExceededError where the update nests deeper than `MAX_DEPTH`
 */
export function deltaOfUpdate(base: JsonObject, changes: JsonObject, remove: readonly Path[] = []): Delta {
  return deltaWithin(base, changes, planRemovals(remove), 0);
}

/** Paths as a tree: a key that goes has no tree, another has that of what goes inside it. */
type Removals = Map<string, Removals | undefined>;

const NO_CHANGES: JsonObject = Object.freeze({});
const NO_REMOVALS: Removals = new Map();

function deltaWithin(base: JsonObject, changes: JsonObject, removals: Removals, depth: number): Delta {
  checkDepth(depth);
  const delta: { [key: string]: Edit } = {};
  const take = (key: string, edit: Edit | undefined): void => {
    if (edit) setOwn(delta, key, edit);
  };
  for (const [key, change] of Object.entries(changes)) {
    if (!removals.has(key)) take(key, editOf(own(base, key), change, NO_REMOVALS, depth + 1));
  }
  for (const [key, inside] of removals) {
    const before = own(base, key);
    if (inside === undefined) take(key, difference(before, undefined, depth + 1));
    else take(key, editOf(before, own(changes, key), inside, depth + 1));
  }
  return isEmpty(delta) ? EMPTY : Object.freeze(delta);
}

/** What becomes of one value; `change` is undefined where it is only removed from. */
function editOf(
  before: Json | undefined,
  change: Json | undefined,
  removals: Removals,
  depth: number,
): Edit | undefined {
  if (isObject(before) && (change === undefined || isObject(change))) {
    const delta = deltaWithin(before, change ?? NO_CHANGES, removals, depth);
    return isEmpty(delta) ? undefined : Object.freeze({ action: 'within', delta });
  }
  if (change === undefined) return undefined;
  return difference(before, isObject(change) ? removeFrom(change, removals, depth) : change, depth);
}

function planRemovals(paths: readonly Path[]): Removals {
  if (paths.length === 0) return NO_REMOVALS;
  const root: Removals = new Map();
  for (const path of paths) {
    let level: Removals | undefined = root;
    for (const [index, key] of path.entries()) {
      const inside: Removals | undefined = level.has(key) ? level.get(key) : new Map();
      level.set(key, index === path.length - 1 ? undefined : inside);
      if (inside === undefined) break;
      level = inside;
    }
  }
  return root;
}

function removeFrom(base: JsonObject, removals: Removals, depth: number): JsonObject {
  checkDepth(depth);
  const changed = new Map<string, Json | undefined>();
  for (const [key, inside] of removals) {
    const current = own(base, key);
    const rest = inside && isObject(current) ? removeFrom(current, inside, depth + 1) : inside && current;
    if (rest !== current) changed.set(key, rest);
  }
  if (changed.size === 0) return base;
  const result = without(base, (key) => changed.has(key) && changed.get(key) === undefined);
  for (const [key, rest] of changed) if (rest !== undefined) setOwn(result, key, rest);
  return Object.freeze(result);
}
