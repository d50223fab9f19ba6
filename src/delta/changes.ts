import { InputError } from '../errors.ts';
import { checkDepth, isObject, type Json, type JsonObject, own, setOwn, without } from '../json.ts';
import type { Path } from './deep-update.ts';
import type { Delta, LeafEdit } from './delta.ts';

/** One change as a client reads it: Chord's leaf, with the path to it. */
export type Change =
  | { readonly path: Path; readonly action: 'added'; readonly value: Json }
  | { readonly path: Path; readonly action: 'modified'; readonly oldValue: Json; readonly value: Json }
  | { readonly path: Path; readonly action: 'removed'; readonly oldValue: Json };

/**
 * A delta as a flat list in no particular order. As in Chord, an added object is told leaf by leaf (an empty one is a leaf with
 * the value `{}`), while removed and replaced values stay whole.
 */
export function renderChanges(delta: Delta): readonly Change[] {
  const changes: Change[] = [];
  visitChanges(delta, (path, edit) => changes.push({ path, ...edit }));
  return changes;
}

/** Calls `visit` for every change that `renderChanges` lists. */
export function visitChanges(delta: Delta, visit: (path: Path, edit: LeafEdit) => void): void {
  const visitAdded = (value: Json, path: Path): void => {
    checkDepth(path.length);
    const members = isObject(value) ? Object.entries(value) : [];
    if (members.length === 0) visit(path, { action: 'added', value });
    for (const [key, member] of members) visitAdded(member, [...path, key]);
  };
  const visitWithin = (inner: Delta, path: Path): void => {
    checkDepth(path.length);
    for (const [key, edit] of Object.entries(inner)) {
      const here = [...path, key];
      if (edit.action === 'within') visitWithin(edit.delta, here);
      else if (edit.action === 'added') visitAdded(edit.value, here);
      else visit(here, edit);
    }
  };
  visitWithin(delta, []);
}

interface Branch {
  readonly branches: Map<string, Branch>;
  change?: Change;
}

/**
 * What a list of changes makes of `base`: added and modified values are set, missing parents made on the way, removed ones go.
 * Order does not matter, since no path of a delta's changes leads through another. Untouched parts keep their identity.
 *
 * @throws InputError for a change without a path
 */
export function applyChanges(changes: readonly Change[], base: JsonObject): JsonObject {
  const root: Branch = { branches: new Map() };
  for (const change of changes) {
    if (change.path.length === 0) throw new InputError('A change needs a path.');
    let branch = root;
    for (const key of change.path) {
      const next = branch.branches.get(key) ?? { branches: new Map() };
      branch.branches.set(key, next);
      branch = next;
    }
    branch.change = change;
  }
  return changes.length === 0 ? base : applyBranches(root, base, 0);
}

function applyBranches(branch: Branch, base: Json | undefined, depth: number): JsonObject {
  checkDepth(depth);
  const start: JsonObject = isObject(base) ? base : {};
  const result = without(start, (key) => branch.branches.get(key)?.change?.action === 'removed');
  for (const [key, next] of branch.branches) {
    if (next.change === undefined) setOwn(result, key, applyBranches(next, own(result, key), depth + 1));
    else if (next.change.action !== 'removed') setOwn(result, key, next.change.value);
  }
  return Object.freeze(result);
}
