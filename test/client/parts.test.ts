import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcomeOf, updateBetween } from '../../src/client/intent.ts';
import { share } from '../../src/client/share.ts';
import { delayOf } from '../../src/client/time.ts';
import type { Json } from '../../src/json.ts';
import { hostile } from '../helpers/arbitraries.ts';

const copy = (value: Json): Json => JSON.parse(JSON.stringify(value));

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

describe('Sharing what did not change', () => {
  it('makes nothing of a value but a frozen equal of it', () => {
    const check = (before: Json, next: Json): void => {
      const shared = share(before, copy(next));
      expect(shared).toEqual(copy(next));
      expect(isFrozen(shared)).toBe(true);
    };
    fc.assert(fc.property(hostile.value, hostile.value, check), { numRuns: 2000 });
  });

  it('gives an equal value back as it was', () => {
    fc.assert(
      fc.property(hostile.value, (value) => {
        expect(share(value, copy(value))).toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps every part that stays equal, elements of arrays too', () => {
    const before = { kept: { deep: [1, { x: 1 }] }, list: [{ a: 1 }, { b: 2 }], gone: {} };
    const next = share(before, { list: [{ a: 1 }, { b: 3 }, { c: 4 }], kept: { deep: [1, { x: 1 }] } });
    expect(next.kept).toBe(before.kept);
    expect(next.list[0]).toBe(before.list[0]);
    expect(next.list[1]).not.toBe(before.list[1]);
    expect(share([1], {})).toEqual({});
    expect(share({}, [])).toEqual([]);
  });
});

describe('The update between two contexts', () => {
  it('makes exactly the one of the other', () => {
    fc.assert(
      fc.property(hostile.object, hostile.object, (before, after) => {
        expect(outcomeOf(updateBetween(before, after), before)).toEqual(after);
      }),
      { numRuns: 3000 },
    );
  });

  it('says nothing of what stays', () => {
    const before = { a: { x: 1, y: 2 }, b: [1], c: 'c' };
    expect(updateBetween(before, { a: { x: 1 }, b: [1], c: 'd' })).toEqual({
      kind: 'update',
      changes: { c: 'd' },
      remove: [['a', 'y']],
    });
  });
});

describe('The delay before another try', () => {
  it('is anything up to a bound that doubles', () => {
    const most = (attempt: number): number => delayOf(attempt, { minMs: 10, maxMs: 100 }, () => 1);
    expect([0, 1, 2, 3, 4, 50].map(most)).toEqual([10, 20, 40, 80, 100, 100]);
    expect(delayOf(3, { minMs: 10, maxMs: 100 }, () => 0)).toBe(0);
  });
});
