import { checkDepth, type Json, setOwn } from '../json.ts';
import { pointerOf } from '../pointer.ts';
import { type Change, renderChanges, visitChanges } from './changes.ts';
import type { Delta } from './delta.ts';

export type DeltaFormat = 'NESTED' | 'FLAT' | 'JSON_PATCH';

/** What is known of a delta besides its changes. */
export interface DeltaMeta {
  readonly contextId: string;
  /** The version the delta starts from. */
  readonly fromVersion: number;
  /** The version it makes. */
  readonly version: number;
  /** When that version was made, in the server's time unit. */
  readonly insertedAt: number;
}

/** A rendering of your own. It must be pure: what it returns for one event may be sent to many subscribers. */
export type DeltaFormatter = (changes: readonly Change[], meta: DeltaMeta) => Json;

/** A delta in one of the formats that the API names. */
export function formatDelta(format: DeltaFormat, delta: Delta, meta: DeltaMeta): Json {
  switch (format) {
    case 'NESTED':
      return formatNested(delta);
    case 'FLAT':
      return formatFlat(delta, meta);
    case 'JSON_PATCH':
      return formatJsonPatch(delta);
  }
}

/** Chord's raw delta: an object of the same shape as the context, with a change at each leaf. */
function formatNested(delta: Delta): Json {
  const nested: { [key: string]: Json } = {};
  visitChanges(delta, (path, edit) => {
    let parent = nested;
    for (const key of path.slice(0, -1)) {
      if (!Object.hasOwn(parent, key)) setOwn(parent, key, {});
      parent = parent[key] as { [key: string]: Json };
    }
    setOwn(parent, path.at(-1) ?? '', edit);
  });
  return nested;
}

/** What Chord's default formatter makes: the version and a list of changes. */
function formatFlat(delta: Delta, { version }: DeltaMeta): Json {
  return { version, changes: renderChanges(delta) };
}

/** RFC 6902, one operation for each canonical edit. No operation touches another's path, so their order does not matter. */
function formatJsonPatch(delta: Delta): Json {
  const operations: Json[] = [];
  const visit = (inner: Delta, pointer: string, depth: number): void => {
    checkDepth(depth);
    for (const [key, edit] of Object.entries(inner)) {
      const path = pointer + pointerOf([key]);
      if (edit.action === 'within') visit(edit.delta, path, depth + 1);
      else if (edit.action === 'removed') operations.push({ op: 'remove', path });
      else operations.push({ op: edit.action === 'added' ? 'add' : 'replace', path, value: edit.value });
    }
  };
  visit(delta, '', 0);
  return operations;
}
