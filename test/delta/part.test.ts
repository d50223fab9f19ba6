import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../src/delta/apply.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { applyChanges, renderChanges } from '../../src/delta/changes.ts';
import { partOf, partOfDelta } from '../../src/delta/part.ts';
import { isObject, type Json, type JsonObject } from '../../src/json.ts';
import { hostile } from '../helpers/arbitraries.ts';

function pathsOf(value: Json): readonly (readonly string[])[] {
  if (!isObject(value)) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, member]) => pathsOf(member).map((path) => [key, ...path]))];
}

describe('A part of a delta', () => {
  it('is the delta between the parts, and leads a copy of the one to the other', () => {
    fc.assert(
      fc.property(hostile.pair, ([a, b]) => {
        const delta = calculate(a, b);
        for (const path of [...pathsOf(a), ...pathsOf(b), ['nowhere'], ['nowhere', 'else']]) {
          const [from, to] = [partOf(a, path), partOf(b, path)];
          const part = partOfDelta(delta, path);
          expect(part).toEqual(calculate(from, to));
          expect(apply(part, from)).toEqual(to);
          expect(applyChanges(renderChanges(part), from)).toEqual(to);
        }
      }),
    );
  });
});

describe('A part', () => {
  it.each<[readonly string[], JsonObject]>([
    [[], { a: { b: { c: 1 }, d: 2 }, l: [{ x: 1 }] }],
    [['a', 'b'], { a: { b: { c: 1 } } }],
    [['a', 'b', 'c'], { a: { b: { c: 1 } } }],
    [['a', 'e'], {}],
    [['l'], { l: [{ x: 1 }] }],
    [['l', '0'], {}],
    [['toString'], {}],
  ])('at %j is %j', (path, expected) => {
    expect(partOf({ a: { b: { c: 1 }, d: 2 }, l: [{ x: 1 }] }, path)).toEqual(expected);
  });
});
