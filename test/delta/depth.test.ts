import { describe, expect, test } from 'vitest';
import { apply, invert } from '../../src/delta/apply.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { applyChanges, type Change, renderChanges } from '../../src/delta/changes.ts';
import { deepUpdate } from '../../src/delta/deep-update.ts';
import type { Delta, Edit } from '../../src/delta/delta.ts';
import { formatDelta } from '../../src/delta/formats.ts';
import { merge } from '../../src/delta/merge.ts';
import { ArpeggioError } from '../../src/errors.ts';
import { canonicalText, equal, type Json, type JsonObject, MAX_DEPTH, measure } from '../../src/json.ts';

const meta = { contextId: 'any', fromVersion: 1, version: 2, insertedAt: 0 };

/** Objects inside each other, `levels` in all, the innermost with the leaf. */
function nested(levels: number, leaf: Json): JsonObject {
  let object: JsonObject = { a: leaf };
  for (let level = 1; level < levels; level += 1) object = { a: object };
  return object;
}

function nestedArray(levels: number, leaf: Json): JsonObject {
  let array: Json = leaf;
  for (let level = 1; level < levels; level += 1) array = [array];
  return { a: array };
}

function nestedDelta(levels: number, leaf: Edit): Delta {
  let delta: Delta = { a: leaf };
  for (let level = 1; level < levels; level += 1) delta = { a: { action: 'within', delta } };
  return delta;
}

/** Each function on values of so many levels, in all the shapes that make it descend. */
function uses(levels: number): readonly (readonly [string, () => unknown])[] {
  const path = Array<string>(levels).fill('a');
  const change: Change = { path, action: 'modified', oldValue: 1, value: 2 };
  const delta = nestedDelta(levels, { action: 'modified', oldValue: 1, value: 2 });
  const next = nestedDelta(levels, { action: 'modified', oldValue: 2, value: 3 });
  const added: Delta = { a: { action: 'added', value: nested(levels - 1, 2) } };
  const removed: Delta = { a: { action: 'removed', oldValue: nested(levels - 1, 2) } };
  return [
    ['calculate of objects', () => calculate(nested(levels, 1), nested(levels, 2))],
    ['calculate of arrays', () => calculate(nestedArray(levels, 1), nestedArray(levels, 2))],
    ['apply', () => apply(delta, nested(levels, 1))],
    ['invert', () => invert(delta)],
    ['merge of two insides', () => merge([delta, next])],
    ['merge of an inside that is then removed', () => merge([delta, removed])],
    ['merge of an object that is added, then changed inside', () => merge([added, next])],
    ['merge of an object that is removed, then added', () => merge([removed, added, next])],
    ['deepUpdate', () => deepUpdate(nested(levels, 1), nested(levels, 2))],
    ['deepUpdate of equal arrays', () => deepUpdate(nestedArray(levels, 1), nestedArray(levels, 1))],
    ['deepUpdate with a removal', () => deepUpdate(nested(levels, 1), {}, [path])],
    ['renderChanges', () => renderChanges(delta)],
    ['renderChanges of an added object', () => renderChanges(added)],
    ['applyChanges', () => applyChanges([change], nested(levels, 1))],
    ['applyChanges that makes every parent', () => applyChanges([change], {})],
    ['formatDelta to NESTED', () => formatDelta('NESTED', delta, meta)],
    ['formatDelta to FLAT', () => formatDelta('FLAT', delta, meta)],
    ['formatDelta to JSON_PATCH', () => formatDelta('JSON_PATCH', delta, meta)],
    ['equal of objects', () => equal(nested(levels, 1), nested(levels, 1))],
    ['equal of arrays', () => equal(nestedArray(levels, 1), nestedArray(levels, 1))],
    ['measure of an object', () => measure(nested(levels, 1))],
    ['measure of an array', () => measure(nestedArray(levels, 1))],
    ['canonicalText of an object', () => canonicalText(nested(levels, 1))],
    ['canonicalText of an array', () => canonicalText(nestedArray(levels, 1))],
  ];
}

describe('values of 10,000 levels end in an error with a code, not in a full stack', () => {
  test.each(uses(10_000))('%s', (_, use) => {
    expect(use).toThrow(ArpeggioError);
    expect(use).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  test('deepUpdate takes a removal path of any length, as one that leads nowhere', () => {
    const base = { a: { b: 1 } };
    expect(deepUpdate(base, {}, [Array<string>(10_000).fill('a')])).toBe(base);
  });
});

describe(`values of ${MAX_DEPTH} levels are handled`, () => {
  test.each(uses(MAX_DEPTH))('%s', (_, use) => {
    expect(use).not.toThrow();
  });
});
