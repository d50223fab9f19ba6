import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Intent, outcomeOf, type Transform, updateBetween } from '../../src/client/intent.ts';
import { Overlay } from '../../src/client/overlay.ts';
import { share } from '../../src/client/share.ts';
import { delayOf } from '../../src/client/time.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import { hostile } from '../helpers/arbitraries.ts';

const copy = (value: Json): Json => structuredClone(value);

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

describe('Writes on top of a context', () => {
  interface Write {
    intent: Intent | undefined;
    readonly transform: Transform | undefined;
  }
  const naive = (base: JsonObject | undefined, writes: readonly Write[]): JsonObject | undefined =>
    writes.reduce((shown, { intent, transform }) => {
      return intent ? outcomeOf(intent, shown) : shown && transform?.(shown);
    }, base);
  const count =
    (n: number): Transform =>
    (context) => ({ ...context, n: Number(context['n'] ?? 0) + n });
  const small = fc.dictionary(fc.constantFrom('a', 'n'), fc.nat({ max: 3 }), { maxKeys: 2 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), changes: small }),
    fc.record({ kind: fc.constant('count' as const), n: fc.nat({ max: 2 }) }),
    fc.record({ kind: fc.constant('clear' as const), intent: fc.constantFrom('set' as const, 'delete' as const) }),
    // The first goes, as into the context or as refused; or a function's outcome becomes known, from whatever it was given.
    fc.record({ kind: fc.constant('done' as const), isIn: fc.boolean(), nth: fc.constantFrom(0, 0, 0, 1) }),
    fc.record({ kind: fc.constant('decide' as const), base: small }),
    fc.record({ kind: fc.constant('move' as const), base: fc.option(small, { nil: undefined }) }),
    fc.constant({ kind: 'same' as const }),
  );

  it('are shown as if each were made anew, however they come and go and whatever they come to stand on', () => {
    const check = (steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): void => {
      const overlay = new Overlay<Write>();
      let base: JsonObject | undefined = { n: 0 };
      let writes: Write[] = [];
      for (const one of steps) {
        if (one.kind === 'add')
          writes.push({ intent: { kind: 'update', changes: one.changes, remove: [] }, transform: undefined });
        else if (one.kind === 'count') writes.push({ intent: undefined, transform: count(one.n) });
        else if (one.kind === 'clear')
          writes.push({
            intent: one.intent === 'set' ? { kind: 'set', context: { a: 9 } } : { kind: 'delete' },
            transform: undefined,
          });
        else if (one.kind === 'done') {
          const gone = writes[one.nth];
          if (gone && one.isIn && one.nth === 0) base = naive(base, [gone]);
          writes = writes.filter((write) => write !== gone);
        } else if (one.kind === 'decide') {
          const [first] = writes;
          if (first?.transform) first.intent = updateBetween(one.base, first.transform(one.base));
        } else if (one.kind === 'move') {
          base = one.base;
        } else {
          base = base && { ...base };
        }
        expect(overlay.show(base, writes)).toEqual(naive(base, writes));
      }
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), check), { numRuns: 3000 });
  });
});
