import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScoreIndex } from '../../src/store/score-index.ts';
import { SortedList } from '../../src/store/sorted-list.ts';

describe('a sorted list', () => {
  test('holds what was added and not removed, once each, in order, from any value on', () => {
    const step = fc.record({ adds: fc.boolean(), value: fc.nat(3000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4000, size: 'max' }), fc.nat(3000), (steps, start) => {
        const list = new SortedList<number>((a, b) => a - b);
        const model = new Set<number>();
        for (const { adds, value } of steps) {
          if (adds) list.add(value);
          else list.remove(value);
          if (adds) model.add(value);
          else model.delete(value);
        }
        const sorted = [...model].sort((a, b) => a - b);
        expect([...list.from()]).toEqual(sorted);
        expect([...list.from(start)]).toEqual(sorted.filter((value) => value >= start));
      }),
      { numRuns: 100 },
    );
  });

  test('stays in order through many blocks, filled from either end', () => {
    const list = new SortedList<number>((a, b) => a - b);
    for (let i = 0; i < 5000; i += 1) {
      list.add(i);
      list.add(-i);
    }
    expect([...list.from()]).toEqual(Array.from({ length: 9999 }, (_, i) => i - 4999));
    for (let i = -4999; i < 4999; i += 1) list.remove(i);
    expect([...list.from()]).toEqual([4999]);
  });
});

test('a score index finds the lowest scores first, by the score set last', () => {
  const index = new ScoreIndex();
  for (const [id, score] of [
    ['a', 3],
    ['b', 1],
    ['c', 2],
    ['d', 1],
    ['b', 9],
    ['x', 0],
  ] as const)
    index.set(id, score);
  index.delete('x');
  index.delete('nobody');
  expect(index.upTo(3, 10)).toEqual(['d', 'c', 'a']);
  expect(index.upTo(3, 2)).toEqual(['d', 'c']);
  expect(index.upTo(9, 10)).toEqual(['d', 'c', 'a', 'b']);
  expect(index.upTo(0, 10)).toEqual([]);
});
