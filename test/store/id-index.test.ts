import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareIds, IdIndex } from '../../src/store/id-index.ts';

const id = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.string({
    unit: fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '🧩', '\u{10ffff}'),
    maxLength: 4,
  }),
);

function utf8Order(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

test('ids are ordered as their UTF-8 bytes are', () => {
  fc.assert(
    fc.property(id, id, (a, b) => {
      expect(Math.sign(compareIds(a, b))).toBe(utf8Order(a, b));
    }),
    { numRuns: 5000 },
  );
});

test('a page is what a sorted list of all ids would give', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), id }),
    fc.record({ kind: fc.constant('page' as const), prefix: id, after: fc.option(id), limit: fc.nat({ max: 5 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const index = new IdIndex();
      const ids = new Set<string>();
      for (const next of steps) {
        if (next.kind === 'page') {
          const { prefix, after, limit } = next;
          const expected = [...ids]
            .filter((one) => one.startsWith(prefix) && (after === null || utf8Order(one, after) > 0))
            .sort(utf8Order)
            .slice(0, limit);
          expect(index.page(prefix, after, limit)).toEqual(expected);
        } else {
          index[next.kind](next.id);
          ids[next.kind === 'add' ? 'add' : 'delete'](next.id);
        }
      }
    }),
    { numRuns: 2000 },
  );
});
