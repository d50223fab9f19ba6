import { applyPatch } from 'rfc6902';
import type { Path } from '../delta/deep-update.ts';
import { isIndex, valueAt } from '../delta/edit-at.ts';
import { ContextTooLargeError, InputError, LimitExceededError, PatchFailedError } from '../errors.ts';
import { admit, equal, isObject, type Json, type JsonObject, measure, own, setOwn, utf8Length } from '../json.ts';
import type { Limits } from '../limits.ts';
import { pathOf, pointerOf } from '../pointer.ts';

/** One operation of RFC 6902, its pointers taken apart. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: Path;
  readonly from?: Path;
  readonly value?: Json;
}

/** What it takes besides `op` and `path`. */
const NEEDS = {
  add: ['value'],
  remove: [],
  replace: ['value'],
  move: ['from'],
  copy: ['from'],
  test: ['value'],
} as const satisfies { readonly [op: string]: readonly ('value' | 'from')[] };

/** The library goes past them, for fear of changed prototypes, and would change something else. */
const REFUSED_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];
const POINTER = /^(\/([^~/]|~[01])*)*$/;

/** @throws InputError that names the operation which is none, LimitExceededError */
export function checkPatch(patch: readonly unknown[], limits: Limits): readonly PatchOperation[] {
  const most = limits.patchOperations;
  if (patch.length > most)
    throw new LimitExceededError(`A patch has at most ${most} operations.`, { limit: 'patchOperations' });
  return patch.map((operation, index) => operationOf(operation, index, limits));
}

function operationOf(given: unknown, index: number, limits: Limits): PatchOperation {
  const refuse = (what: string): never => {
    throw new InputError(`Operation ${index} of the patch ${what}.`, { details: { index } });
  };
  if (!isObject(given)) return refuse('is no object');
  const op = own(given, 'op');
  if (typeof op !== 'string' || !Object.hasOwn(NEEDS, op)) return refuse('has no op of RFC 6902');
  const pathAt = (name: string): Path => {
    const pointer = own(given, name);
    if (typeof pointer !== 'string' || !POINTER.test(pointer)) return refuse(`has no JSON Pointer as its ${name}`);
    const path = pathOf(pointer);
    if (path.some((key) => REFUSED_KEYS.includes(key)))
      return refuse('leads through a key that patches can not name; use an update');
    if (path.some((key) => utf8Length(key, limits.keyBytes) > limits.keyBytes))
      return refuse('has a key that is too long');
    return path;
  };
  const needs: readonly string[] = NEEDS[op as PatchOperation['op']];
  const path = pathAt('path');
  if (path.length === 0 && op !== 'test') return refuse('is of the context itself; set it instead');
  const value = own(given, 'value');
  if (needs.includes('value') && value === undefined) return refuse('has no value');
  // Before anything descends into it.
  const admitted = value === undefined ? null : admit(value, limits);
  if (holdsProto(admitted)) return refuse('holds a key that patches can not name; use an update');
  return {
    op: op as PatchOperation['op'],
    path,
    ...(needs.includes('from') && { from: pathAt('from') }),
    ...(needs.includes('value') && { value: admitted }),
  };
}

/**
 * What a patch makes of a context: all of it, or nothing. Members at the top that no operation leads into keep their identity, the others are
 * copied.
 *
 * The operations are applied by `rfc6902`. What it leaves open is decided here: inherited keys are not there, indexes are written as the RFC has
 * them, and values are compared by what they hold.
 *
 * @throws PatchFailedError with the index of the operation that can't be done, ContextTooLargeError
 */
export function applyOperations(context: JsonObject, patch: readonly PatchOperation[], limits: Limits): JsonObject {
  const touched = new Set(patch.flatMap(({ path, from }) => [path, from ?? path]).map(([first]) => first));
  const isTouched = (key: string): boolean => touched.has(key) || touched.has(undefined);
  const working: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(context)) setOwn(working, key, isTouched(key) ? loosened(value) : value);
  const copied = new Copied(limits);
  for (const [index, operation] of patch.entries()) {
    if (!isDone(operation, working, copied)) throw new PatchFailedError(index, operation.op);
  }
  const inside = { ...limits, depth: limits.depth - 1 };
  const result: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(working))
    setOwn(result, key, isTouched(key) ? admit(value, inside) : value);
  return Object.freeze(result);
}

function isDone({ op, path, from = [], value }: PatchOperation, root: JsonObject, copied: Copied): boolean {
  switch (op) {
    case 'test': {
      const found = valueAt(root, path);
      return found !== undefined && equal(found, value as Json);
    }
    case 'add':
      return canAdd(root, path) && apply(root, { op, path: pointerOf(path), value });
    case 'replace':
      return valueAt(root, path) !== undefined && apply(root, { op, path: pointerOf(path), value });
    case 'remove':
      return valueAt(root, path) !== undefined && apply(root, { op, path: pointerOf(path) });
    case 'copy': {
      const found = valueAt(root, from);
      return (
        found !== undefined &&
        copied.takes(found) &&
        canAdd(root, path) &&
        apply(root, { op: 'add', path: pointerOf(path), value: found })
      );
    }
    case 'move': {
      const found = valueAt(root, from);
      // Nothing can be moved into itself.
      const isInside = path.length > from.length && from.every((key, i) => key === path[i]);
      if (found === undefined || isInside || from.length === 0 || !copied.takes(found)) return false;
      return (
        apply(root, { op: 'remove', path: pointerOf(from) }) &&
        canAdd(root, path) &&
        apply(root, { op: 'add', path: pointerOf(path), value: found })
      );
    }
  }
}

type Applied = Parameters<typeof applyPatch>[1][number];

function apply(
  root: JsonObject,
  operation: { readonly op: 'add' | 'replace' | 'remove'; readonly path: string; readonly value?: unknown },
): boolean {
  return applyPatch(root, [operation as Applied])[0] === null;
}

/** What is copied and moved, in all: copies of copies would double with each operation. */
class Copied {
  readonly #limits: Limits;
  #bytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Whether the library can copy it. @throws ContextTooLargeError past a whole context */
  takes(value: Json): boolean {
    this.#bytes += measure(value).bytes;
    const most = this.#limits.contextBytes;
    if (this.#bytes > most)
      throw new ContextTooLargeError(`The patch copies and moves more than ${most} bytes.`, { limit: 'contextBytes' });
    return !holdsProto(value);
  }
}

function canAdd(root: Json, path: Path): boolean {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1) ?? '';
  if (!Array.isArray(parent)) return isObject(parent);
  return key === '-' || (isIndex(key) && Number(key) <= parent.length);
}

/** A copy that can be changed. */
function loosened(value: Json): Json {
  if (Array.isArray(value)) return value.map(loosened);
  if (!isObject(value)) return value;
  const copy: { [key: string]: Json } = {};
  for (const [key, member] of Object.entries(value)) setOwn(copy, key, loosened(member));
  return copy;
}

/** The library copies values without keys of that name. */
function holdsProto(value: Json): boolean {
  if (Array.isArray(value)) return value.some(holdsProto);
  return isObject(value) && Object.entries(value).some(([key, member]) => key === '__proto__' || holdsProto(member));
}
