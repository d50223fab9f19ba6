import fc from 'fast-check';
import { applyPatch as applyByLibrary, type Operation } from 'rfc6902';
import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../src/client/apply-patch.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { elementPatch, type PatchStep } from '../../src/delta/element-patch.ts';
import { formatDelta } from '../../src/delta/formats.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import { hostile, tame } from '../helpers/arbitraries.ts';
import { throughText } from './reference.ts';

const meta = { contextId: 'a', fromVersion: 1, version: 2, insertedAt: 0 };
const patchOf = (a: JsonObject, b: JsonObject): readonly PatchStep[] => elementPatch(calculate(a, b));
const bytes = (value: unknown): number => JSON.stringify(value).length;

/** Lists of few values, so that many of them are the same, with a change or several. */
const element = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.record({ id: fc.integer({ min: 0, max: 3 }), done: fc.boolean() }),
  fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }),
);
const lists = fc.tuple(fc.array(element, { maxLength: 12 }), fc.array(element, { maxLength: 12 }));

function expectLeads(a: JsonObject, b: JsonObject): void {
  const patch = patchOf(a, b);
  expect(applyPatch(patch, a)).toEqual(b);
  expect(bytes(patch)).toBeLessThanOrEqual(bytes(formatDelta('JSON_PATCH', calculate(a, b), meta)));
}

describe('A patch by element', () => {
  it('leads from the one to the other, and is never larger than one of whole lists', () => {
    fc.assert(fc.property(hostile.pair, ([a, b]) => expectLeads(a, b)));
    fc.assert(
      fc.property(lists, ([a, b]) => expectLeads({ list: a, also: { 'a/b': [a] } }, { list: b, also: { 'a/b': [b] } })),
    );
  });

  it('is what any library applies, for the keys that it takes', () => {
    const leads = (a: JsonObject, b: JsonObject): void => {
      const document = throughText(a) as object;
      const outcomes = applyByLibrary(document, patchOf(a, b) as unknown as Operation[]);
      expect(outcomes.every((outcome) => outcome === null)).toBe(true);
      expect(document).toEqual(throughText(b));
    };
    fc.assert(fc.property(tame.pair, ([a, b]) => leads(a, b)));
    fc.assert(fc.property(lists, ([a, b]) => leads({ list: a }, { list: b })));
  });

  const message = (n: number): JsonObject => ({ id: n, from: 'ada', text: `message ${n}`, seen: [] });
  const room = (from: number, to: number): readonly Json[] =>
    Array.from({ length: to - from }, (_, i) => message(from + i));

  it.each<[string, readonly Json[], readonly Json[], readonly PatchStep[]]>([
    ['appends', room(0, 500), room(0, 501), [{ op: 'add', path: '/m/500', value: message(500) }]],
    ['inserts', [...room(0, 9), ...room(10, 20)], room(0, 20), [{ op: 'add', path: '/m/9', value: message(9) }]],
    ['removes', room(0, 20), [...room(0, 9), ...room(10, 20)], [{ op: 'remove', path: '/m/9' }]],
    [
      'drops the first where it appends to a list that is full',
      room(0, 50),
      room(1, 51),
      [
        { op: 'remove', path: '/m/0' },
        { op: 'add', path: '/m/49', value: message(50) },
      ],
    ],
    [
      'changes inside an element',
      room(0, 20),
      [...room(0, 9), { ...message(9), text: 'edited', seen: ['bob'] }, ...room(10, 20)],
      [
        { op: 'replace', path: '/m/9/text', value: 'edited' },
        { op: 'add', path: '/m/9/seen/0', value: 'bob' },
      ],
    ],
    ['tells a short list whole', [1], [2, 3, 4], [{ op: 'replace', path: '/m', value: [2, 3, 4] }]],
    ['tells a list whole of which little is left', room(0, 20), [1], [{ op: 'replace', path: '/m', value: [1] }]],
  ])('%s', (_what, before, after, patch) => {
    expect(patchOf({ m: before }, { m: after })).toEqual(patch);
  });

  it('looks no further where hundreds came and went', () => {
    const [a, b] = [room(0, 1000), room(0, 1000).filter((_, i) => i % 2 === 0)];
    expect(patchOf({ m: a }, { m: b })).toEqual([{ op: 'replace', path: '/m', value: b }]);
  });

  it('of one message more costs what the message does, however many there are', () => {
    const costs = [10, 100, 1000].map(
      (n) => bytes(patchOf({ m: room(0, n) }, { m: room(0, n + 1) })) - bytes(message(n)),
    );
    expect(Math.max(...costs)).toBeLessThan(50);
  });
});

describe('A client', () => {
  it('keeps the identity of what a patch does not lead into, and refuses one that leads nowhere', () => {
    const before = { kept: { a: 1 }, list: [{ n: 1 }, { n: 2 }] };
    const after = applyPatch([{ op: 'replace', path: '/list/1/n', value: 3 }], before);
    expect(after).toEqual({ kept: { a: 1 }, list: [{ n: 1 }, { n: 3 }] });
    expect(after['kept']).toBe(before.kept);
    expect((after['list'] as readonly Json[])[0]).toBe(before.list[0]);
    expect(() => applyPatch([{ op: 'add', path: '/none/a', value: 1 }], before)).toThrow(TypeError);
  });
});
