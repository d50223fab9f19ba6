import { calculate } from '../delta/calculate.ts';
import { deepUpdate, type Path } from '../delta/deep-update.ts';
import { type Delta, isEmpty } from '../delta/delta.ts';
import { type Json, type JsonObject, setOwn } from '../json.ts';
import { DELETE, SET, UPDATE } from './documents.ts';

/** What a write is to do, as it goes to the server. */
export type Intent =
  | { readonly kind: 'set'; readonly context: JsonObject }
  | { readonly kind: 'update'; readonly changes: JsonObject; readonly remove: readonly Path[] }
  | { readonly kind: 'delete' };

/** Makes a context of what it was; must not change what it is given. */
export type Transform = (context: JsonObject) => JsonObject;

/** What a context becomes by a write; undefined stands for no context. Parts that stay equal keep their identity. */
export function outcomeOf(intent: Intent, context: JsonObject | undefined): JsonObject | undefined {
  switch (intent.kind) {
    case 'set':
      return intent.context;
    case 'update':
      return context && deepUpdate(context, intent.changes, intent.remove);
    case 'delete':
      return undefined;
  }
}

/** The update that turns exactly `before` into `after`. */
export function updateBetween(before: JsonObject, after: JsonObject): Intent {
  const remove: Path[] = [];
  const changesOf = (delta: Delta, path: Path): JsonObject => {
    const changes: { [key: string]: Json } = {};
    for (const [key, edit] of Object.entries(delta)) {
      if (edit.action === 'removed') {
        remove.push([...path, key]);
      } else if (edit.action === 'within') {
        const inside = changesOf(edit.delta, [...path, key]);
        if (!isEmpty(inside)) setOwn(changes, key, inside);
      } else {
        setOwn(changes, key, edit.value);
      }
    }
    return changes;
  };
  return { kind: 'update', changes: changesOf(calculate(before, after), []), remove };
}

/** The operation that does it, and the variables that say what. */
export function operationOf(intent: Intent): readonly [query: string, variables: { readonly [name: string]: unknown }] {
  switch (intent.kind) {
    case 'set':
      return [SET, { context: intent.context }];
    case 'update':
      return [UPDATE, { changes: intent.changes, remove: intent.remove }];
    case 'delete':
      return [DELETE, {}];
  }
}
