import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { apply } from '../../src/delta/apply.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { deepUpdate } from '../../src/delta/deep-update.ts';
import { formatDelta } from '../../src/delta/formats.ts';
import { admitObject, type JsonObject } from '../../src/json.ts';
import { defaultLimits } from '../../src/limits.ts';
import { same } from './reference.ts';

interface Vector {
  readonly old: JsonObject;
  readonly new: JsonObject;
  readonly delta: JsonObject;
  readonly patch: JsonObject;
  readonly updated: JsonObject;
}

/** Inputs and answers recorded from Chord 0.2. */
const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('../vectors/chord-delta.json', import.meta.url), 'utf8'),
);
const meta = { contextId: 'any', fromVersion: 1, version: 2, insertedAt: 0 };

/** Chord writes `old_value` in its changes, we `oldValue`; in the data of a context either is a key like any other. */
function respelled(delta: JsonObject): JsonObject {
  const nodes = Object.entries(delta as { readonly [key: string]: JsonObject }).map(([key, node]) => {
    if (typeof node.action !== 'string') return [key, respelled(node)];
    return [key, Object.fromEntries(Object.entries(node).map(([k, v]) => [k === 'old_value' ? 'oldValue' : k, v]))];
  });
  return Object.fromEntries(nodes);
}

/** What differs, to be empty: a vector's number, what came and what should have. */
function differences(answer: (vector: Vector) => unknown, expected: (vector: Vector) => unknown): readonly unknown[] {
  return vectors
    .map((vector, number) => ({ number, actual: answer(vector), expected: expected(vector) }))
    .filter(({ actual, expected: wanted }) => !same(actual, wanted));
}

function admitted(value: JsonObject): JsonObject {
  return admitObject(value, defaultLimits);
}

describe("Chord's recorded vectors", () => {
  test('there are 120 of them, with user data named like the words of a delta', () => {
    expect(vectors).toHaveLength(120);
    expect(vectors.some((vector) => Object.hasOwn(vector.old, 'old_value'))).toBe(true);
    expect(vectors.filter((vector) => Object.keys(vector.delta).length > 0).length).toBeGreaterThan(50);
  });

  test("a delta in the NESTED format is Chord's", () => {
    const nested = (vector: Vector) =>
      formatDelta('NESTED', calculate(admitted(vector.old), admitted(vector.new)), meta);
    expect(differences(nested, (vector) => respelled(vector.delta))).toEqual([]);
  });

  test('a delta applied to the old context gives the new one', () => {
    const applied = (vector: Vector) => apply(calculate(vector.old, vector.new), vector.old);
    expect(differences(applied, (vector) => vector.new)).toEqual([]);
  });

  test("a deep update is Chord's", () => {
    const updated = (vector: Vector) => deepUpdate(admitted(vector.old), admitted(vector.patch));
    expect(differences(updated, (vector) => vector.updated)).toEqual([]);
  });
});
