import { describe, expect, test } from 'vitest';
import { apply } from '../../src/delta/apply.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { applyChanges, renderChanges } from '../../src/delta/changes.ts';
import { EMPTY } from '../../src/delta/delta.ts';
import { formatDelta } from '../../src/delta/formats.ts';
import { merge } from '../../src/delta/merge.ts';
import type { JsonObject } from '../../src/json.ts';

const meta = { contextId: 'any', fromVersion: 1, version: 2, insertedAt: 0 };

/** The deltas from each state to the next, merged. */
function merged(...states: readonly JsonObject[]) {
  return merge(states.slice(1).map((state, i) => calculate(states[i] as JsonObject, state)));
}

describe("faults of Chord's that are none of ours", () => {
  test('Chord fault 6: a key that is removed and then added again is there', () => {
    const delta = merged({ a: 1 }, {}, { a: 2 });
    expect(delta).toEqual({ a: { action: 'modified', oldValue: 1, value: 2 } });
    expect(apply(delta, { a: 1 })).toEqual({ a: 2 });
  });

  test('Chord fault 6: a key that is removed and then added as it was is no change', () => {
    expect(merged({ a: { b: [1] } }, {}, { a: { b: [1] } })).toBe(EMPTY);
  });

  test('Chord fault 6: an object that is removed and then added differs only within', () => {
    expect(merged({ a: { b: 1, c: 2 } }, {}, { a: { b: 1, c: 3 } })).toEqual({
      a: { action: 'within', delta: { c: { action: 'modified', oldValue: 2, value: 3 } } },
    });
  });

  test('Chord fault 6: a value that is modified twice keeps the first old value', () => {
    expect(merged({ a: 1 }, { a: 2 }, { a: 3 })).toEqual({ a: { action: 'modified', oldValue: 1, value: 3 } });
  });

  test('Chord fault 6: a value that is modified and then modified back is no change', () => {
    expect(merged({ a: 1 }, { a: 2 }, { a: 1 })).toBe(EMPTY);
  });

  test('Chord fault 6: a scalar that becomes an object, which then changes, is one change', () => {
    expect(merged({ a: 1 }, { a: { b: 1 } }, { a: { b: 2 } })).toEqual({
      a: { action: 'modified', oldValue: 1, value: { b: 2 } },
    });
  });

  test('Chord fault 6: an object that changes and then becomes a scalar keeps the first old value', () => {
    expect(merged({ a: { b: 1 } }, { a: { b: 2 } }, { a: 1 })).toEqual({
      a: { action: 'modified', oldValue: { b: 1 }, value: 1 },
    });
  });

  test('Chord fault 6: an object that is added and then changes is added as it ends', () => {
    expect(merged({}, { a: { b: 1 } }, { a: { b: 1, c: 2 } })).toEqual({
      a: { action: 'added', value: { b: 1, c: 2 } },
    });
  });

  test('Chord fault 6: an object that changes and is then removed was removed as it began', () => {
    expect(merged({ a: { b: 1 } }, { a: { b: 2 } }, {})).toEqual({ a: { action: 'removed', oldValue: { b: 1 } } });
  });

  test('Chord fault 6: a key that is added and then removed was never there', () => {
    expect(merged({}, { a: 1 }, {})).toBe(EMPTY);
  });

  test('Chord fault 8: a null that stays is no change', () => {
    expect(calculate({ a: null }, { a: null })).toBe(EMPTY);
    expect(renderChanges(calculate({ a: null, b: { c: null } }, { a: null, b: { c: null }, d: null }))).toEqual([
      { path: ['d'], action: 'added', value: null },
    ]);
  });

  test('Chord fault 8: a null is a value, not an absence', () => {
    expect(calculate({ a: null }, {})).toEqual({ a: { action: 'removed', oldValue: null } });
    expect(calculate({ a: 1 }, { a: null })).toEqual({ a: { action: 'modified', oldValue: 1, value: null } });
  });

  test('Chord fault 8: an added empty object is told, and is there once applied', () => {
    const after = { a: {}, b: { c: {} } };
    const delta = calculate({}, after);
    const added = { action: 'added', value: {} };
    expect(formatDelta('NESTED', delta, meta)).toEqual({ a: added, b: { c: added } });
    expect(applyChanges(renderChanges(delta), {})).toEqual(after);
  });

  test('Chord fault 8: a key named action is a key like any other', () => {
    const delta = calculate({ action: 'added', value: 1 }, { action: { action: 'removed' }, value: 1 });
    const change = { action: 'modified', oldValue: 'added', value: { action: 'removed' } };
    expect(formatDelta('NESTED', delta, meta)).toEqual({ action: change });
    expect(formatDelta('FLAT', delta, meta)).toEqual({ version: 2, changes: [{ path: ['action'], ...change }] });
    expect(formatDelta('JSON_PATCH', delta, meta)).toEqual([
      { op: 'replace', path: '/action', value: { action: 'removed' } },
    ]);
  });
});
