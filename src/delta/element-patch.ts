import { diffArrays } from 'diff';
import { canonicalText, checkDepth, equal, isObject, type Json, measure, setOwn } from '../json.ts';
import { pointerOf } from '../pointer.ts';
import { calculate } from './calculate.ts';
import type { Delta, Edit } from './delta.ts';

/** One operation of RFC 6902. */
export type PatchStep =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/** Past so many elements that came and went, a list is told whole. It bounds what looking for them costs. */
const MOST_EDITS = 200;

/**
 * A delta as JSON Patch, RFC 6902, in which a list is changed by element wherever that takes fewer bytes than the whole of it. Unlike those of
 * `JSON_PATCH` its operations follow each other: in a list each finds what those before it have left.
 *
 * Which elements stayed is found by the greedy algorithm of Myers, as the package `diff` has it.
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
  if (isObject(before) && isObject(after)) return patchOf(calculate(before, after), path, depth);
  const whole: readonly PatchStep[] = [{ op: 'replace', path, value: after }];
  if (!Array.isArray(before) || !Array.isArray(after)) return whole;
  const steps = elementwise(before, after, path, depth);
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
  const parts = diffArrays(texts(old), texts(next), { maxEditLength: MOST_EDITS });
  if (!parts) return undefined;
  const steps: PatchStep[] = [];
  // Where the patched list is, and what of the old and the new one is behind that.
  let at = start;
  let [oldAt, newAt] = [0, 0];
  const replace = (gone: number, come: number): void => {
    const kept = Math.min(gone, come);
    for (let n = 0; n < kept; n += 1, at += 1)
      steps.push(...changed(old[oldAt + n] as Json, next[newAt + n] as Json, `${path}/${at}`, depth + 1));
    for (let n = kept; n < gone; n += 1) steps.push({ op: 'remove', path: `${path}/${at}` });
    for (let n = kept; n < come; n += 1, at += 1)
      steps.push({ op: 'add', path: `${path}/${at}`, value: next[newAt + n] as Json });
    oldAt += gone;
    newAt += come;
  };
  let [gone, come] = [0, 0];
  for (const { count, removed, added } of parts) {
    if (removed) gone += count;
    else if (added) come += count;
    else {
      replace(gone, come);
      [gone, come] = [0, 0];
      at += count;
      oldAt += count;
      newAt += count;
    }
  }
  replace(gone, come);
  return steps;
}

function texts(values: readonly Json[]): string[] {
  return values.map((value) => canonicalText(value));
}

function bytesOf(steps: readonly PatchStep[]): number {
  return JSON.stringify(steps).length;
}
