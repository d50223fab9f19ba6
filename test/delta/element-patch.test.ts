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

  it('brings every element back that is only elsewhere', () => {
    const elements = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 2, maxLength: 12 });
    const shuffled = elements.chain((ids) =>
      fc.tuple(fc.constant(ids), fc.shuffledSubarray(ids, { minLength: ids.length })),
    );
    const item = (id: number): JsonObject => ({ id, text: `${id} `.repeat(60) });
    fc.assert(
      fc.property(shuffled, ([before, after]) => {
        const [a, b] = [{ m: before.map(item) }, { m: after.map(item) }];
        const patch = patchOf(a, b);
        expect(applyPatch(patch, a)).toEqual(b);
        expect(patch.every(({ op }) => op === 'move')).toBe(true);
        // No more of them than are out of order.
        expect(patch.length).toBeLessThan(before.length);
      }),
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

  const message = (n: number): JsonObject => ({
    id: n,
    from: 'ada, who has a long name',
    text: `message ${n}`,
    seen: [],
  });
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
    [
      'moves one to the front',
      room(0, 20),
      [...room(9, 10), ...room(0, 9), ...room(10, 20)],
      [{ op: 'move', from: '/m/9', path: '/m/0' }],
    ],
    [
      'moves one to the end, where another has gone and one has come',
      room(0, 20),
      [...room(1, 5), ...room(6, 12), message(30), ...room(12, 20), message(0)],
      [
        { op: 'remove', path: '/m/5' },
        { op: 'move', from: '/m/0', path: '/m/18' },
        { op: 'add', path: '/m/10', value: message(30) },
      ],
    ],
    [
      'moves what has changed too',
      room(0, 20),
      [...room(1, 20), { ...message(0), text: 'edited' }],
      [
        { op: 'move', from: '/m/0', path: '/m/19' },
        { op: 'replace', path: '/m/19/text', value: 'edited' },
      ],
    ],
    [
      'moves what has no id and is the same',
      ['a long text', 'b', 'another long text', 'd', 'a third long text'],
      ['another long text', 'a long text', 'b', 'd', 'a third long text'],
      [{ op: 'move', from: '/m/2', path: '/m/0' }],
    ],
    [
      'knows by its id what was changed where others have come before it',
      room(5, 15),
      [message(1), { ...message(5), text: 'edited' }, ...room(6, 15)],
      [
        { op: 'add', path: '/m/0', value: message(1) },
        { op: 'replace', path: '/m/1/text', value: 'edited' },
      ],
    ],
    [
      'knows those without an id by their place',
      [
        { text: 'a long text', n: 1 },
        { text: 'another long text', n: 2 },
      ],
      [
        { text: 'a long text', n: 3 },
        { text: 'another long text', n: 2 },
      ],
      [{ op: 'replace', path: '/m/0/n', value: 3 }],
    ],
    [
      'replaces an element of which little is left',
      [...room(0, 3), { id: 'x', a: 1, b: 2, c: 3 }],
      [...room(0, 3), { id: 'x', d: 4 }],
      [{ op: 'replace', path: '/m/3', value: { id: 'x', d: 4 } }],
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
