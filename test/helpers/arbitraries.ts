import fc from 'fast-check';
import { admit, admitObject, isObject, type Json, type JsonObject } from '../../src/json.ts';
import { defaultLimits } from '../../src/limits.ts';

/** Keys that a careless program trips over, with a few plain ones, so that related objects often share some. */
const POOL = [
  ...['a', 'b', 'c'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length'],
  ...['action', 'value', 'oldValue', 'old_value', 'delta', 'path'],
  ...['', '0', '1', '-', 'a.b', 'a/b', '~', '~1', '"', '\\', '\u0000', '\u2028'],
  ...['\ud83d', '\ude00', '\ude00\ud83d', 'é', 'e\u0301', '🧩é'.repeat(40)],
];

const hostileKey = fc.oneof(
  { arbitrary: fc.constantFrom('a', 'b', 'c', '__proto__', 'action'), weight: 3 },
  { arbitrary: fc.constantFrom(...POOL), weight: 4 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 3 }), weight: 1 },
);

/** Keys that libraries refuse, for fear of changed prototypes, are left out. */
const tameKey = hostileKey.filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key));

export const hostileString = fc.oneof(
  hostileKey,
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ maxLength: 8 }),
);

const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.1, 1.5, 5e-324, 1e-7, 2 ** 53 - 1, 1 - 2 ** 53),
  fc.integer(),
  fc.double({ min: -1e15, max: 1e15, noNaN: true }),
);

const scalar = fc.oneof(fc.constantFrom(null, true, false, 0, 1, 'a', ''), fc.boolean(), number, hostileString);

export interface Update {
  readonly base: JsonObject;
  readonly changes: JsonObject;
  readonly remove: readonly (readonly string[])[];
}

// A type and not an interface: fast-check asks for an index signature.
type Tied = {
  readonly value: Json;
  readonly array: readonly Json[];
  readonly object: JsonObject;
  readonly deltaLike: JsonObject;
};

/** Arbitraries for JSON whose keys come from `key`: small, at most some five levels deep, and frozen as a server holds them. */
function jsonArbitraries(key: fc.Arbitrary<string>) {
  const raw = fc.letrec<Tied>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      { arbitrary: scalar, weight: 5 },
      { arbitrary: tie('object'), weight: 4 },
      { arbitrary: tie('array'), weight: 2 },
      { arbitrary: tie('deltaLike'), weight: 1 },
    ),
    array: fc.array(tie('value'), { maxLength: 3 }),
    object: fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4, size: 'medium' })
      .map((entries) => Object.fromEntries(entries)),
    deltaLike: fc.oneof(
      fc.record({ action: fc.constant('added'), value: tie('value') }),
      fc.record({ action: fc.constant('removed'), oldValue: tie('value') }),
      fc.record({ action: fc.constant('modified'), oldValue: tie('value'), value: tie('value') }),
      fc.record({ action: fc.constant('within'), delta: tie('object') }),
    ),
  }));
  const value = raw.value.map((item) => admit(item, defaultLimits));
  const object = fc
    .oneof({ arbitrary: raw.object, weight: 9 }, { arbitrary: raw.deltaLike, weight: 1 })
    .map((item) => admitObject(item, defaultLimits));

  const mutation: fc.Arbitrary<Mutation> = fc.record({
    kind: fc.constantFrom('put', 'change', 'remove', 'wrap', 'unwrap', 'bend', 'empty'),
    route: fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
    nth: fc.nat({ max: 5 }),
    key,
    value,
  });
  const mutations = { minLength: 1, maxLength: 3 };
  const step: fc.Arbitrary<Step> = fc.oneof(
    { arbitrary: fc.record({ mutations: fc.array(mutation, mutations), copied: fc.boolean() }), weight: 8 },
    { arbitrary: fc.record({ back: fc.nat({ max: 5 }) }), weight: 1 },
    { arbitrary: fc.record({ fresh: object }), weight: 1 },
  );
  /** Objects that follow each other: each a mutation of the one before, now and then an earlier one again, or a new one. */
  const history = (minLength: number, maxLength: number): fc.Arbitrary<readonly JsonObject[]> =>
    fc.tuple(object, fc.array(step, { minLength: minLength - 1, maxLength: maxLength - 1 })).map(([start, steps]) => {
      const states = [start];
      for (const next of steps) states.push(follow(states, next));
      return states;
    });
  const pair = history(2, 2).map(([a, b]) => [a as JsonObject, b as JsonObject] as const);

  const signpost = fc.record({ inChanges: fc.boolean(), turns: fc.array(fc.nat({ max: 5 }), { maxLength: 4 }) });
  const removal = fc.record({ signpost, tail: fc.array(key, { maxLength: 1 }) });
  const update: fc.Arbitrary<Update> = fc
    .tuple(pair, object, fc.boolean(), fc.array(removal, { maxLength: 3 }))
    .map(([[base, next], other, related, removals]) => {
      const changes = related ? next : other;
      const remove = removals.map(({ signpost: { inChanges, turns }, tail }) => [
        ...keysAlong(inChanges ? changes : base, turns),
        ...tail,
      ]);
      return { base, changes, remove };
    });
  return { raw: raw.value, value, object, history, pair, update };
}

interface Mutation {
  readonly kind: 'put' | 'change' | 'remove' | 'wrap' | 'unwrap' | 'bend' | 'empty';
  /** At each level, which of the object's objects to go into. */
  readonly route: readonly number[];
  /** Which of the keys there are. */
  readonly nth: number;
  readonly key: string;
  readonly value: Json;
}

type Step =
  | { readonly mutations: readonly Mutation[]; readonly copied: boolean }
  | { readonly back: number }
  | { readonly fresh: JsonObject };

function follow(states: readonly JsonObject[], step: Step): JsonObject {
  if ('fresh' in step) return step.fresh;
  if ('back' in step) return states[step.back % states.length] as JsonObject;
  const changed = step.mutations.reduce((state, mutation) => mutate(state, mutation, 0), states.at(-1) as JsonObject);
  return step.copied ? admitObject(changed, defaultLimits) : changed;
}

function mutate(object: JsonObject, mutation: Mutation, depth: number): JsonObject {
  const turn = mutation.route[depth];
  const inner = Object.keys(object).filter((key) => isObject(object[key]));
  const into = turn === undefined ? undefined : inner[turn % inner.length];
  if (into !== undefined) return put(object, into, mutate(object[into] as JsonObject, mutation, depth + 1));
  const keys = Object.keys(object);
  const key = keys[mutation.nth % keys.length] ?? mutation.key;
  const current = Object.hasOwn(object, key) ? object[key] : undefined;
  switch (mutation.kind) {
    case 'put':
      return put(object, mutation.key, mutation.value);
    case 'change':
      return put(object, key, mutation.value);
    case 'remove':
      return put(object, key, undefined);
    case 'wrap':
      return put(object, key, Object.freeze(Object.fromEntries([[mutation.key, current ?? null]])));
    case 'unwrap':
      return put(object, key, isObject(current) ? (Object.values(current)[0] ?? null) : mutation.value);
    case 'bend':
      return put(object, key, Array.isArray(current) ? bend(current, mutation) : mutation.value);
    case 'empty':
      return put(object, key, Object.freeze({}));
  }
}

/** The object with another value for a key, which moves to the end; without the key where there is no value. */
function put(object: JsonObject, key: string, value: Json | undefined): JsonObject {
  const others = Object.entries(object).filter(([other]) => other !== key);
  return Object.freeze(Object.fromEntries(value === undefined ? others : [...others, [key, value]]));
}

/** The array with another element: a mutation of the one it had, where that is an object. */
function bend(array: readonly Json[], mutation: Mutation): readonly Json[] {
  const at = array.length === 0 ? 0 : mutation.nth % array.length;
  const element = array[at];
  const next = isObject(element) ? put(element, mutation.key, mutation.value) : mutation.value;
  return Object.freeze([...array.slice(0, at), next, ...array.slice(at + 1)]);
}

function keysAlong(object: JsonObject, turns: readonly number[]): string[] {
  const keys = Object.keys(object);
  const key = keys[(turns[0] ?? 0) % keys.length];
  if (turns.length === 0 || key === undefined) return [];
  const inner = object[key] as Json;
  return [key, ...(isObject(inner) ? keysAlong(inner, turns.slice(1)) : [])];
}

export const hostile = jsonArbitraries(hostileKey);
export const tame = jsonArbitraries(tameKey);
