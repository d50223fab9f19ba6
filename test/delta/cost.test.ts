import { describe, expect, test } from 'vitest';
import { deepUpdate, deltaOfUpdate } from '../../src/delta/deep-update.ts';
import { type Delta, EMPTY } from '../../src/delta/delta.ts';
import { merge } from '../../src/delta/merge.ts';
import type { Json, JsonObject } from '../../src/json.ts';

function keys(length: number): readonly string[] {
  return Array.from({ length }, (_, i) => `key ${i}`);
}

function nested(levels: number, innermost: JsonObject): JsonObject {
  let object = innermost;
  for (let level = 1; level < levels; level += 1) object = { a: object };
  return object;
}

// At the square of its size each of the two would take minutes, and run out of the test's time.
describe('what costs no more than its size', () => {
  test('removing 50,000 keys copies their object once, not once for each', () => {
    const all = keys(50_000);
    const base = { kept: 1, a: Object.fromEntries(all.map((key) => [key, 1])) };
    const paths = all.map((key) => ['a', key]);
    expect(deepUpdate(base, {}, paths)).toEqual({ kept: 1, a: {} });
  });

  test('merging 20,000 deltas does not copy what was merged so far for each', () => {
    const deltas = keys(20_000).map((key) => ({ [key]: { action: 'added', value: 1 } as const }));
    expect(Object.keys(merge(deltas))).toHaveLength(20_000);
    expect(
      merge([...deltas, ...keys(20_000).map((key) => ({ [key]: { action: 'removed', oldValue: 1 } as const }))]),
    ).toBe(EMPTY);
  });

  test('merging changes inside an object that was added copies it once', () => {
    const within = (key: string): Delta => ({
      a: { action: 'within', delta: { [key]: { action: 'added', value: 1 } } },
    });
    const merged = merge([{ a: { action: 'added', value: {} } }, ...keys(20_000).map(within)]);
    expect(merged).toEqual({ a: { action: 'added', value: Object.fromEntries(keys(20_000).map((key) => [key, 1])) } });
  });

  test('merging looks into the first value and the last, and into none between them', () => {
    const looks = new Set<number>();
    const values = Array.from(
      { length: 100 },
      (_, n): Json =>
        new Proxy([n], {
          get: (target, key) => {
            looks.add(n);
            return Reflect.get(target, key);
          },
        }),
    );
    const deltas = values.slice(1).map((value, n): Delta => {
      return { a: { action: 'modified', oldValue: values[n] as Json, value } };
    });
    const { a } = merge(deltas);
    expect([...looks].sort()).toEqual([0, 99]);
    expect(a).toEqual({ action: 'modified', oldValue: [0], value: [99] });
  });

  test('a deep update looks at each key a fixed number of times, on whatever level it is', () => {
    const wide = Object.fromEntries(keys(1000).map((key): [string, Json] => [key, 1]));
    let looks = 0;
    const watched = new Proxy(wide, {
      getOwnPropertyDescriptor: (target, key) => {
        looks += 1;
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
    });
    deepUpdate(nested(60, watched), nested(60, { 'key 999': 2 }));
    expect(looks).toBeLessThan(3 * 1000);
  });

  test('the delta of an update looks at nothing but the keys of the update', () => {
    const base = Object.fromEntries(keys(1000).map((key): [string, Json] => [key, { a: 1, b: 2 }]));
    const looks: PropertyKey[] = [];
    const watched = new Proxy(base, {
      getOwnPropertyDescriptor: (target, key) => {
        looks.push(key);
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
      ownKeys: () => {
        throw new Error('All keys are read.');
      },
    });
    expect(deltaOfUpdate(watched, { 'key 7': { a: 2 } }, [['key 8', 'b']])).toEqual({
      'key 7': { action: 'within', delta: { a: { action: 'modified', oldValue: 1, value: 2 } } },
      'key 8': { action: 'within', delta: { b: { action: 'removed', oldValue: 2 } } },
    });
    expect(new Set(looks)).toEqual(new Set(['key 7', 'key 8']));
  });
});
