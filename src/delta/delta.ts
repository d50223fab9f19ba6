import type { Json, JsonObject } from '../json.ts';

/**
 * What turns one JSON object into another, in canonical form: each key that differs, with what happened to it. An added, removed
 * or replaced value is one edit with the whole value; an array is one value; only where both sides are objects does an edit go
 * `within`. Two objects have exactly one delta between them, and an edit holds all it takes to undo it.
 */
export type Delta = { readonly [key: string]: Edit };

export type Edit =
  | { readonly action: 'added'; readonly value: Json }
  | { readonly action: 'modified'; readonly oldValue: Json; readonly value: Json }
  | { readonly action: 'removed'; readonly oldValue: Json }
  | { readonly action: 'within'; readonly delta: Delta };

/** An edit that replaces a whole value. */
export type LeafEdit = Exclude<Edit, { readonly action: 'within' }>;

export const EMPTY: Delta = Object.freeze({});

export function isEmpty(object: Delta | JsonObject): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return false;
  return true;
}

/** The value that a leaf edit makes; undefined where it removes. */
export function valueAfter(edit: LeafEdit): Json | undefined {
  return edit.action === 'removed' ? undefined : edit.value;
}

/** The value that a leaf edit replaces; undefined where it adds. */
export function valueBefore(edit: LeafEdit): Json | undefined {
  return edit.action === 'added' ? undefined : edit.oldValue;
}
