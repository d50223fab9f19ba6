import { checkDepth, equal, isObject, type Json, type JsonObject, own, setOwn, without } from '../json.ts';

/** The keys that lead from an object to one of its values. */
export type Path = readonly string[];

/**
 * `base` with `changes` merged into it: objects merge, everything else (arrays and null too) replaces. Then the paths in
 * `remove` go; one that leads nowhere changes nothing. What stays equal keeps its identity, `base` itself included.
 */
export function deepUpdate(base: JsonObject, changes: JsonObject, remove: readonly Path[] = []): JsonObject {
  const removals = planRemovals(remove);
  // Removing on both sides first makes the same, and what `changes` adds only to be removed again costs no identity.
  return mergeInto(removeFrom(base, removals, 0), removeFrom(changes, removals, 0), 0);
}

function mergeInto(base: JsonObject, changes: JsonObject, depth: number): JsonObject {
  checkDepth(depth);
  let result: { [key: string]: Json } | undefined;
  for (const [key, change] of Object.entries(changes)) {
    const current = own(base, key);
    const merges = isObject(current) && isObject(change);
    const value = merges ? mergeInto(current, change, depth + 1) : change;
    // What merged into another object is known to differ: comparing it on every level would cost depth times width.
    if (value === current || (!merges && current !== undefined && equal(value, current))) continue;
    result ??= { ...base };
    setOwn(result, key, value);
  }
  return result ? Object.freeze(result) : base;
}

/** Paths as a tree, so that each object is copied once: a key that goes has no tree, another has that of what goes inside it. */
type Removals = Map<string, Removals | undefined>;

function planRemovals(paths: readonly Path[]): Removals {
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
