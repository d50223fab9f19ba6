/** Slow and plain models of what src/delta does, written without it and on maps, to which no key is special. */
import { isObject, type Json, type JsonObject } from '../../src/json.ts';

/** Equal to the last own key, prototype and sign of zero, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return Object.is(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Reflect.ownKeys(a);
  if (keys.length !== Reflect.ownKeys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)));
}

export function assertSame(actual: unknown, expected: unknown): void {
  if (!same(actual, expected)) throw new Error(`Got ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

export function assert(condition: boolean, rule: string): void {
  if (!condition) throw new Error(`Not so: ${rule}`);
}

const builtIn = [Object.prototype, Array.prototype, Function.prototype].map((prototype) => ({
  prototype,
  keys: Reflect.ownKeys(prototype),
}));

export function assertIntactPrototypes(): void {
  for (const { prototype, keys } of builtIn) assertSame(Reflect.ownKeys(prototype), keys);
}

/** Frozen all through, and nothing in it but plain objects, plain arrays and scalars. */
export function assertFrozenJson(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  assert(Object.isFrozen(value), `${JSON.stringify(value)} is frozen`);
  const plain = Array.isArray(value) ? Array.prototype : Object.prototype;
  assert(Object.getPrototypeOf(value) === plain, `${JSON.stringify(value)} has the prototype of its kind`);
  for (const member of Object.values(value)) assertFrozenJson(member);
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

export function throughText<T extends Json>(value: T): T {
  return readJson(JSON.stringify(value)) as T;
}

/**
 * Reads JSON text, for round trips of any keys: the JSON.parse of Node 24 and 26 confuses keys that are written with escapes
 * (nodejs/node#63785).
 */
export function readJson(text: string): Json {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let at = 0;
  const next = (): string => tokens[at++] ?? '';
  const read = (token: string): Json => {
    if (token === '[') return readAll(']', (first) => read(first));
    if (token !== '{') return JSON.parse(token);
    const object: { [key: string]: Json } = {};
    readAll('}', (key) => {
      const name: string = JSON.parse(key);
      next();
      Object.defineProperty(object, name, {
        value: read(next()),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    });
    return object;
  };
  const readAll = <R>(end: string, readOne: (first: string) => R): R[] => {
    const all: R[] = [];
    for (let token = next(); token !== end; token = next()) all.push(readOne(token === ',' ? next() : token));
    return all;
  };
  return read(next());
}

/** What is equal before and after, wherever it stands, is the same object. */
export function assertKeptIdentity(before: JsonObject, after: JsonObject): void {
  if (same(before, after)) assert(before === after, 'what is equal keeps its identity');
  if (before === after) return;
  for (const [key, value] of Object.entries(before)) {
    const next = Object.hasOwn(after, key) ? after[key] : undefined;
    if (isObject(value) && isObject(next)) assertKeptIdentity(value, next);
    else if (same(value, next)) assert(value === next, 'what is equal keeps its identity');
  }
}

type Tree = Map<string, Tree | Json>;

function toTree(object: JsonObject): Tree {
  return new Map(Object.entries(object).map(([key, value]) => [key, isObject(value) ? toTree(value) : value]));
}

function fromTree(tree: Tree): JsonObject {
  return Object.fromEntries([...tree].map(([key, value]) => [key, value instanceof Map ? fromTree(value) : value]));
}

export function deepUpdateModel(
  base: JsonObject,
  changes: JsonObject,
  remove: readonly (readonly string[])[],
): JsonObject {
  const tree = toTree(base);
  const merge = (into: Tree, from: Tree): void => {
    for (const [key, value] of from) {
      const current = into.get(key);
      if (value instanceof Map && current instanceof Map) merge(current, value);
      else into.set(key, value);
    }
  };
  merge(tree, toTree(changes));
  for (const path of remove) {
    let parent: Tree | Json | undefined = tree;
    for (const key of path.slice(0, -1)) parent = parent instanceof Map ? parent.get(key) : undefined;
    if (parent instanceof Map && path.length > 0) parent.delete(path.at(-1) as string);
  }
  return fromTree(tree);
}

/** Applies the operations of RFC 6902 that a delta needs, to objects alone, with each of its errors. */
export function applyPatchModel(patch: Json, base: JsonObject): JsonObject {
  const tree = toTree(base);
  for (const operation of patch as readonly { op: string; path: string; value?: Json }[]) {
    const [root, ...tokens] = operation.path
      .split('/')
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (root !== '' || tokens.length === 0) throw new Error(`${operation.path} is no pointer into an object`);
    let parent: Tree | Json | undefined = tree;
    for (const token of tokens.slice(0, -1)) parent = parent instanceof Map ? parent.get(token) : undefined;
    if (!(parent instanceof Map)) throw new Error(`${operation.path} has no parent`);
    const key = tokens.at(-1) as string;
    if (operation.op !== 'add' && !parent.has(key)) throw new Error(`${operation.path} is not there`);
    if (operation.op === 'remove') parent.delete(key);
    else if (operation.value === undefined) throw new Error(`${operation.path} has no value`);
    else parent.set(key, isObject(operation.value) ? toTree(operation.value) : operation.value);
  }
  return fromTree(tree);
}

export interface Leaf {
  readonly path: readonly string[];
  readonly edit: JsonObject;
}

/** Every change of a NESTED delta. A change has a word for its `action`; in an object of changes there are objects only. */
export function nestedLeaves(nested: JsonObject, path: readonly string[] = []): readonly Leaf[] {
  return Object.entries(nested as { readonly [key: string]: JsonObject }).flatMap(([key, node]) => {
    const here = [...path, key];
    const isChange = Object.hasOwn(node, 'action') && typeof node.action === 'string';
    return isChange ? [{ path: here, edit: node }] : nestedLeaves(node, here);
  });
}

/** Puts items into another order, which `dice` decides. */
export function shuffle<T>(items: readonly T[], dice: readonly number[]): readonly T[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i -= 1) {
    const j = (dice[i % dice.length] ?? 0) % (i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
  }
  return shuffled;
}

type Paths = readonly (readonly string[])[];

function isAt(paths: Paths, at: readonly string[]): boolean {
  return paths.some((path) => path.length === at.length && path.every((key, i) => key === '*' || key === at[i]));
}

/** Without what lies at one of the paths, `*` standing for every key; elements become null. */
export function hideModel(value: Json, hidden: Paths, at: readonly string[] = []): Json {
  if (Array.isArray(value))
    return value.map((element, i) =>
      isAt(hidden, [...at, `${i}`]) ? null : hideModel(element as Json, hidden, [...at, `${i}`]),
    );
  if (!isObject(value)) return value;
  const left = Object.entries(value).filter(([key]) => !isAt(hidden, [...at, key]));
  return Object.fromEntries(left.map(([key, member]) => [key, hideModel(member, hidden, [...at, key])]));
}

/** With `canary` in place of whatever lies at one of the paths. */
export function plant(value: Json, paths: Paths, canary: Json, at: readonly string[] = []): Json {
  if (isAt(paths, at)) return canary;
  if (Array.isArray(value)) return value.map((element, i) => plant(element as Json, paths, canary, [...at, `${i}`]));
  if (!isObject(value)) return value;
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([key, member]) => [key, plant(member, paths, canary, [...at, key])]));
}
