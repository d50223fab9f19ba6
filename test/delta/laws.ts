import fc from 'fast-check';
import { applyPatch, type Operation } from 'rfc6902';
import { apply, invert } from '../../src/delta/apply.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { applyChanges, type Change, renderChanges } from '../../src/delta/changes.ts';
import { deepUpdate, deltaOfUpdate } from '../../src/delta/deep-update.ts';
import { type Delta, EMPTY, isEmpty } from '../../src/delta/delta.ts';
import { type DeltaMeta, formatDelta } from '../../src/delta/formats.ts';
import { hide, hideDelta, touches } from '../../src/delta/hide.ts';
import { merge } from '../../src/delta/merge.ts';
import { resize } from '../../src/delta/size.ts';
import { isObject, type Json, type JsonObject, measure } from '../../src/json.ts';
import { hostile, tame } from '../helpers/arbitraries.ts';
import {
  applyPatchModel,
  assert,
  assertFrozenJson,
  assertIntactPrototypes,
  assertKeptIdentity,
  assertSame,
  deepFreeze,
  deepUpdateModel,
  hideModel,
  nestedLeaves,
  plant,
  same,
  shuffle,
  throughText,
} from './reference.ts';

export interface Law {
  readonly name: string;
  readonly property: fc.IProperty<unknown>;
}

/** Whatever else a law says: its inputs, frozen as they are, stay what they were, and so do the prototypes. */
function law<T>(name: string, arbitrary: fc.Arbitrary<T>, check: (value: T) => void): Law {
  const property = fc.property(arbitrary, (value) => {
    const before = JSON.stringify(value);
    check(value);
    assert(JSON.stringify(value) === before, 'inputs are never changed');
    assertIntactPrototypes();
  });
  return { name, property };
}

const { pair, update } = hostile;
const chain = hostile.history(3, 7);
/** Paths that lead somewhere, mostly, each key of which may stand for all. */
const withHidden = fc
  .tuple(
    pair,
    fc.array(
      fc.tuple(fc.nat({ max: 5 }), fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 4 }), fc.nat({ max: 15 })),
      { maxLength: 3 },
    ),
  )
  .map(([[a, b], routes]) => {
    const hidden = routes.map(([side, turns, wild]) =>
      pathInto(side % 2 ? a : b, turns).map((key, i) => (wild & (1 << i) ? '*' : key)),
    );
    return { a, b, hidden: hidden.filter((path) => path.length > 0) };
  });
/** No key or value of the arbitraries holds it. */
const CANARY = 'the canary';
const dice = fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 8 });
const meta: DeltaMeta = { contextId: 'any', fromVersion: 1, version: 2, insertedAt: 0 };

function pathInto(value: Json, turns: readonly number[]): string[] {
  const [turn = 0, ...others] = turns;
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const key = keys[turn % keys.length];
  if (key === undefined || turns.length === 0) return [];
  return [key, ...pathInto((value as { readonly [key: string]: Json })[key] as Json, others)];
}

function deltaOf(a: JsonObject, b: JsonObject): Delta {
  return deepFreeze(calculate(a, b));
}

function deltasOf(states: readonly JsonObject[]): readonly Delta[] {
  return states.slice(1).map((state, i) => deltaOf(states[i] as JsonObject, state));
}

function ends(states: readonly JsonObject[]): [JsonObject, JsonObject] {
  return [states[0] as JsonObject, states.at(-1) as JsonObject];
}

/** A delta takes the one form that it has: nothing empty, nothing equal, and whole values only where an inside is none. */
function assertCanonical(delta: Delta): void {
  assert(Object.isFrozen(delta), 'a delta is frozen');
  for (const edit of Object.values(delta)) {
    if (edit.action === 'within') {
      assert(!isEmpty(edit.delta), 'no edit is empty');
      assertCanonical(edit.delta);
    }
    if (edit.action !== 'modified') continue;
    assert(!same(edit.oldValue, edit.value), 'a modified value differs from the old one');
    assert(!isObject(edit.oldValue) || !isObject(edit.value), 'objects on both sides differ within');
  }
}

/** Edits that are equal before and after are one. */
function assertSameEdits(before: Delta, after: Delta): void {
  if (same(before, after)) assert(before === after, 'a delta that stays equal keeps its identity');
  for (const [key, edit] of Object.entries(before)) {
    const left = Object.hasOwn(after, key) ? after[key] : undefined;
    if (same(edit, left)) assert(edit === left, 'an edit that stays equal keeps its identity');
    else if (edit.action === 'within' && left?.action === 'within') assertSameEdits(edit.delta, left.delta);
  }
}

/** Each edit's path, and whether it removes. */
function edited(delta: Delta, path: readonly string[] = []): readonly { path: readonly string[]; removes: boolean }[] {
  return Object.entries(delta).flatMap(([key, edit]) =>
    edit.action === 'within'
      ? edited(edit.delta, [...path, key])
      : [{ path: [...path, key], removes: edit.action === 'removed' }],
  );
}

function leadsSomewhere(object: Json | undefined, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  return isObject(object) && Object.hasOwn(object, key) && leadsSomewhere(object[key], rest);
}

function byPath(changes: readonly { readonly path: readonly string[] }[]): JsonObject {
  const texts = changes.map((change) => [JSON.stringify(change.path), throughText(change as unknown as Json)] as const);
  assert(new Set(texts.map(([path]) => path)).size === changes.length, 'no two changes have the same path');
  return Object.fromEntries(texts);
}

export const laws: readonly Law[] = [
  law('applying the delta from a to b to a gives b', pair, ([a, b]) => {
    const result = apply(deltaOf(a, b), a);
    assertSame(result, b);
    assertFrozenJson(result);
    assertKeptIdentity(a, result);
  }),
  law('the delta is empty where nothing changed, and only there', pair, ([a, b]) => {
    assert(isEmpty(calculate(a, b)) === same(a, b), 'the delta is empty if and only if both are equal');
    assert(calculate(a, throughText(a)) === EMPTY, 'there is one empty delta');
    assert(apply(EMPTY, a) === a, 'an empty delta gives the same object');
  }),
  law('a delta has the one canonical form', pair, ([a, b]) => assertCanonical(calculate(a, b))),
  law('a delta outlives being written as JSON text', pair, ([a, b]) => {
    const delta = deltaOf(a, b);
    assertSame(throughText(delta as unknown as Json), delta);
    assertSame(apply(throughText(delta as unknown as Json) as unknown as Delta, a), b);
  }),
  law('applying a merged delta gives what applying the deltas in turn gives', chain, (states) => {
    const [first, last] = ends(states);
    const deltas = deltasOf(states);
    const inTurn = deltas.reduce((state, delta) => apply(delta, state), first);
    assertSame(inTurn, last);
    assertSame(apply(merge(deltas), first), inTurn);
  }),
  law('a merged delta is minimal: the delta between the two ends', chain, (states) => {
    const merged = merge(deltasOf(states));
    assertSame(merged, calculate(...ends(states)));
    assertCanonical(merged);
  }),
  law('it does not matter in which groups deltas are merged', fc.tuple(chain, fc.nat({ max: 6 })), ([states, at]) => {
    const deltas = deltasOf(states);
    assertSame(merge([merge(deltas.slice(0, at)), merge(deltas.slice(at))]), merge(deltas));
  }),
  law('an inverted delta undoes, and is the delta of the way back', pair, ([a, b]) => {
    const delta = deltaOf(a, b);
    assertSame(apply(invert(delta), b), a);
    assertSame(invert(delta), calculate(b, a));
    assertSame(invert(deepFreeze(invert(delta))), delta);
    assert(merge([delta, invert(delta)]) === EMPTY, 'a delta and its inverse cancel out');
  }),
  law('the rendered changes, applied in any order, give b', fc.tuple(pair, dice), ([[a, b], numbers]) => {
    const changes = renderChanges(deltaOf(a, b));
    const result = applyChanges(changes, a);
    assertSame(result, b);
    assertKeptIdentity(a, result);
    assertFrozenJson(result);
    const received = throughText(changes as unknown as Json) as unknown as readonly Change[];
    assertSame(applyChanges(shuffle(received, numbers), a), b);
  }),
  law('an added object is rendered leaf by leaf, any other value whole', pair, ([a, b]) => {
    for (const change of renderChanges(deltaOf(a, b))) {
      if (change.action === 'removed') assert(leadsSomewhere(a, change.path), 'what is removed was there');
      else assert(leadsSomewhere(b, change.path), 'what is added or modified is there');
      if (change.action !== 'added') continue;
      assert(!leadsSomewhere(a, change.path), 'what is added was not there');
      assert(
        !isObject(change.value) || Object.keys(change.value).length === 0,
        'an added object is a leaf only when empty',
      );
    }
  }),
  law('NESTED carries the same changes as the flat list, whatever the keys', pair, ([a, b]) => {
    const delta = deltaOf(a, b);
    const nested = nestedLeaves(formatDelta('NESTED', delta, meta) as JsonObject);
    assertSame(byPath(nested.map(({ path, edit }) => ({ path, ...edit }))), byPath(renderChanges(delta)));
  }),
  law('a JSON_PATCH applied by a library gives b, for the keys that it takes', tame.pair, ([a, b]) => {
    const document = throughText(a);
    const outcomes = applyPatch(document, formatDelta('JSON_PATCH', deltaOf(a, b), meta) as unknown as Operation[]);
    assertSame(outcomes.filter(Boolean), []);
    assertSame(document, b);
  }),
  law('a JSON_PATCH gives b for every key, its operations in any order', fc.tuple(pair, dice), ([[a, b], numbers]) => {
    const patch = formatDelta('JSON_PATCH', deltaOf(a, b), meta) as readonly Json[];
    assertSame(applyPatchModel(shuffle(patch, numbers), a), b);
  }),
  law('the delta between what is left to see is what is left of the delta', withHidden, ({ a, b, hidden }) => {
    const left = hideDelta(deltaOf(a, b), hidden);
    assertSame(left, calculate(hide(a, hidden), hide(b, hidden)));
    assertCanonical(left);
    assertSame(apply(left, hide(a, hidden)), hide(b, hidden));
  }),
  law('an edit with nothing to hide in it is the same object', withHidden, ({ a, b, hidden }) => {
    const delta = deltaOf(a, b);
    assertSameEdits(delta, hideDelta(delta, hidden));
    const left = hideDelta(delta, hidden);
    assert(hideDelta(left, hidden) === left, 'what is left has nothing to hide');
  }),
  law('what is hidden is in nothing that is left, in whatever format', withHidden, ({ a, b, hidden }) => {
    const [before, after] = [plant(a, hidden, `${CANARY} a`), plant(b, hidden, `${CANARY} b`)] as [
      JsonObject,
      JsonObject,
    ];
    const left = hideDelta(deltaOf(before, after), hidden);
    const formats = (['NESTED', 'FLAT', 'JSON_PATCH'] as const).map((format) => formatDelta(format, left, meta));
    for (const text of [hide(before, hidden), left, ...formats].map((value) => JSON.stringify(value)))
      assert(!text.includes(CANARY), `${text} tells nothing of what is hidden`);
  }),
  law(
    'what is left of a merged delta is the merged delta of what is left',
    fc.tuple(chain, fc.array(dice, { maxLength: 3 })),
    ([states, routes]) => {
      const hidden = routes.map((turns) => pathInto(states[0] as JsonObject, turns)).filter(({ length }) => length > 0);
      const deltas = deltasOf(states);
      assertSame(hideDelta(merge(deltas), hidden), merge(deltas.map((delta) => hideDelta(delta, hidden))));
    },
  ),
  law('what is hidden is gone, and everything else is there', withHidden, ({ a, hidden }) => {
    const left = hide(a, hidden);
    assertSame(left, hideModel(a, hidden));
    assertFrozenJson(left);
    assert(hide(left, hidden) === left, 'what is left has nothing to hide');
    assert(hide(a, []) === a && hideDelta(EMPTY, hidden) === EMPTY, 'what has nothing to hide is the same object');
  }),
  law(
    'an update that does not touch what is hidden leaves it as it is',
    fc.tuple(update, dice),
    ([{ base, changes, remove }, turns]) => {
      // Of what is hidden in an array nothing is known before the array is.
      const hidden = [pathInto(base, turns)].filter((path) => path.length > 0 && leadsSomewhere(base, path));
      if (touches(hidden, changes, remove)) return;
      const rest = (state: JsonObject): Delta => calculate(hide(state, hidden), state);
      assertSame(rest(deepUpdate(base, changes, remove)), rest(base));
    },
  ),
  law('the size of what a delta makes follows from the size of what it starts from', pair, ([a, b]) => {
    assertSame(resize(measure(a), deltaOf(a, b), a, b), measure(b));
  }),
  law('the delta of a deep update is that between its base and what it makes', update, ({ base, changes, remove }) => {
    assertSame(deltaOfUpdate(base, changes, remove), calculate(base, deepUpdate(base, changes, remove)));
  }),
  law('a deep update gives what the plain model of one gives', update, ({ base, changes, remove }) => {
    const result = deepUpdate(base, changes, remove);
    assertSame(result, deepUpdateModel(base, changes, remove));
    assertFrozenJson(result);
  }),
  law('a deep update keeps the identity of whatever stays equal', update, ({ base, changes, remove }) => {
    assertKeptIdentity(base, deepUpdate(base, changes, remove));
    assert(deepUpdate(base, throughText(base)) === base, 'an update with equal values changes nothing');
  }),
  law('a deep update touches nothing but its changes and removals', update, ({ base, changes, remove }) => {
    const removed = new Set(remove.map((path) => JSON.stringify(path)));
    for (const { path, removes } of edited(calculate(base, deepUpdate(base, changes, remove)))) {
      const isRemoval = removed.has(JSON.stringify(path));
      assert(isRemoval || (!removes && leadsSomewhere(changes, path)), `${JSON.stringify(path)} is changed or removed`);
    }
  }),
];
