import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Expiries } from '../../src/store/expiries.ts';

test('what falls due is taken in order, once, and not where it was dropped or put off', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), key: fc.nat(9), after: fc.nat(3) }),
    fc.record({ kind: fc.constant('delete' as const), key: fc.nat(9) }),
    fc.record({ kind: fc.constant('take' as const), after: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const expiries = new Expiries<number>();
      const model: { key: number; at: number }[] = [];
      let now = 0;
      let last = 0;
      const drop = (key: number): void => {
        const at = model.findIndex((due) => due.key === key);
        if (at >= 0) model.splice(at, 1);
      };
      for (const taken of steps) {
        if (taken.kind === 'set') {
          last += taken.after;
          drop(taken.key);
          model.push({ key: taken.key, at: last });
          expiries.set(taken.key, last);
        } else if (taken.kind === 'delete') {
          drop(taken.key);
          expiries.delete(taken.key);
        } else {
          now = Math.max(now, last - 10 + taken.after);
          const due = model[0] && model[0].at <= now ? model.shift()?.key : undefined;
          expect(expiries.take(now)).toBe(due);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
