import { canonicalText, checkDepth, equal, isObject, type Json, measure, own, setOwn } from '../json.ts';
import { pointerOf } from '../pointer.ts';
import { calculate } from './calculate.ts';
import type { Delta, Edit } from './delta.ts';
import { matched } from './matched-elements.ts';

/** One operation of RFC 6902. */
export type PatchStep =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move'; readonly from: string; readonly path: string };

/** Past so many elements that came and went, a list is told whole. It bounds what looking for them costs. */
const MOST_EDITS = 200;

/**
 * A delta as JSON Patch, RFC 6902, in which a list is changed by element wherever that takes fewer bytes than the whole of it. Unlike those of
 * `JSON_PATCH` its operations follow each other: in a list each finds what those before it have left.
 *
 * An element that is an object with an `id` is the one that had this `id` before, wherever it was; any other is the one that was equal to it.
 */
export function elementPatch(delta: Delta): readonly PatchStep[] {
  return patchOf(delta, '', 0);
}

/** How many bytes a delta takes as JSON where its lists are told by element, and everything else as it is. */
export function bytesByElement(delta: Delta): number {
  return measure(listsByElement(delta, 0)).bytes;
}

function listsByElement(delta: Delta, depth: number): Json {
  checkDepth(depth);
  const told: { [key: string]: Json } = {};
  for (const [key, edit] of Object.entries(delta)) {
    const isList = edit.action === 'modified' && Array.isArray(edit.oldValue) && Array.isArray(edit.value);
    if (edit.action === 'within') setOwn(told, key, listsByElement(edit.delta, depth + 1));
    else setOwn(told, key, isList ? edited(edit, '', depth) : edit);
  }
  return told;
}

function patchOf(delta: Delta, pointer: string, depth: number): readonly PatchStep[] {
  checkDepth(depth);
  return Object.entries(delta).flatMap(([key, edit]) => edited(edit, pointer + pointerOf([key]), depth));
}

function edited(edit: Edit, path: string, depth: number): readonly PatchStep[] {
  switch (edit.action) {
    case 'within':
      return patchOf(edit.delta, path, depth + 1);
    case 'removed':
      return [{ op: 'remove', path }];
    case 'added':
      return [{ op: 'add', path, value: edit.value }];
    case 'modified':
      return changed(edit.oldValue, edit.value, path, depth + 1);
  }
}

/** What turns the one value into the other where it stands. */
function changed(before: Json, after: Json, path: string, depth: number): readonly PatchStep[] {
  checkDepth(depth);
  const whole: readonly PatchStep[] = [{ op: 'replace', path, value: after }];
  const steps =
    isObject(before) && isObject(after)
      ? patchOf(calculate(before, after), path, depth)
      : Array.isArray(before) && Array.isArray(after)
        ? elementwise(before, after, path, depth)
        : undefined;
  return steps && bytesOf(steps) < bytesOf(whole) ? steps : whole;
}

/** Undefined where too many came and went. */
function elementwise(
  before: readonly Json[],
  after: readonly Json[],
  path: string,
  depth: number,
): readonly PatchStep[] | undefined {
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && equal(before[start] as Json, after[start] as Json)) start += 1;
  let end = 0;
  while (end < shorter - start && equal(before.at(-1 - end) as Json, after.at(-1 - end) as Json)) end += 1;
  const [old, next] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const match = matched(old.map(identityOf), next.map(identityOf), MOST_EDITS);
  if (!match) return undefined;
  const at = (index: number): string => `${path}/${start + index}`;
  const steps: PatchStep[] = [];
  // From behind, so that no removal moves what another one is to find.
  for (let i = old.length - 1; i >= 0; i -= 1) if (match.isGone(i)) steps.push({ op: 'remove', path: at(i) });
  for (const { from, to } of match.moves()) steps.push({ op: 'move', from: at(from), path: at(to) });
  for (const [j, value] of next.entries())
    if (match.originOf(j) === undefined) steps.push({ op: 'add', path: at(j), value });
  for (const [j, value] of next.entries()) {
    const origin = match.originOf(j);
    if (origin === undefined || equal(old[origin] as Json, value)) continue;
    steps.push(...changed(old[origin] as Json, value, at(j), depth + 1));
  }
  return steps;
}

/** What makes an element the same one: its `id`, where it is an object that has one; else all of it. */
function identityOf(value: Json): string {
  const id = isObject(value) ? own(value, 'id') : undefined;
  return id === undefined ? `=${canonicalText(value)}` : `#${canonicalText(id)}`;
}

function bytesOf(steps: readonly PatchStep[]): number {
  return JSON.stringify(steps).length;
}
