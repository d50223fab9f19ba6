import calculateSlot from 'cluster-key-slot';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupOf } from '../../src/store/store.ts';

test.each([
  ['a', 'a'],
  ['{a}', 'a'],
  ['x{a}y{b}', 'a'],
  ['{}{a}', '{}{a}'],
  ['{a', '{a'],
  ['}{a}', 'a'],
  ['{{a}}', '{a'],
  ['{\n}', '\n'],
])('the group of %j is %j', (id, group) => {
  expect(groupOf(id)).toBe(group);
});

test('ids of one group are of one slot of a Cluster', () => {
  const id = fc.string({ unit: fc.constantFrom('{', '}', 'a', 'b', 'é'), maxLength: 8 });
  fc.assert(
    fc.property(id, id, (one, other) => {
      if (groupOf(one) === groupOf(other)) expect(calculateSlot(one)).toBe(calculateSlot(other));
    }),
  );
});
