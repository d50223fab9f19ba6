import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionAt } from '../../src/delta/action-at.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { equal, type Json } from '../../src/json.ts';
import { hostile } from '../helpers/arbitraries.ts';

/** By the values themselves. */
function at(value: unknown, path: readonly string[]): Json | undefined {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' &&
      inner !== null &&
      Object.hasOwn(inner, key) &&
      !(Array.isArray(inner) && key === 'length')
        ? (inner as { readonly [key: string]: unknown })[key]
        : undefined,
    value,
  ) as Json | undefined;
}

function pathsOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const inner = Object.entries(value).flatMap(([key, member]) => pathsOf(member).map((path) => [key, ...path]));
  return [[], ...inner];
}

describe('What a delta does at a path', () => {
  it('is what happened to the value there', () => {
    fc.assert(
      fc.property(hostile.pair, ([a, b]) => {
        const delta = calculate(a, b);
        for (const path of [...pathsOf(a), ...pathsOf(b), ['nowhere'], ['a', '01'], ['a', 'length']]) {
          const [before, after] = [at(a, path), at(b, path)];
          const expected =
            before === undefined
              ? after === undefined
                ? undefined
                : 'added'
              : after === undefined
                ? 'removed'
                : equal(before, after)
                  ? undefined
                  : 'modified';
          expect(actionAt(delta, path), JSON.stringify(path)).toBe(expected);
        }
      }),
    );
  });

  it('is told of elements by their indexes', () => {
    const delta = calculate({ list: [{ n: 1 }, 2] }, { list: [{ n: 1 }, 3, 4] });
    const told = [
      [],
      ['list'],
      ['list', '0'],
      ['list', '0', 'n'],
      ['list', '1'],
      ['list', '2'],
      ['list', '3'],
      ['list', '01'],
    ];
    expect(told.map((path) => actionAt(delta, path))).toEqual([
      'modified',
      'modified',
      undefined,
      undefined,
      'modified',
      'added',
      undefined,
      undefined,
    ]);
  });
});
