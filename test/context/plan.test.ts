import { describe, expect, test } from 'vitest';
import { type Intent, planWrite } from '../../src/context/plan.ts';
import type { Start } from '../../src/context/start.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { ContextTooLargeError } from '../../src/errors.ts';
import { type JsonObject, measure } from '../../src/json.ts';
import { defaultLimits } from '../../src/limits.ts';
import { Author } from '../../src/store/contract/author.ts';
import type { Snapshot } from '../../src/store/store.ts';

const author = new Author();
const base = { a: 1, b: { c: [1] } };
const live = author.advance(author.begin(null, { start: true }).next, [base]).next;
const tombstone = author.end(live).next;

const set = (context: JsonObject): Intent => ({ verb: 'set', context });
const update = (changes: JsonObject, ...remove: string[][]): Intent => ({ verb: 'update', changes, remove });
const revert = (context: JsonObject, life = live.position.life): Intent => ({ verb: 'revert', context, life });
const end: Intent = { verb: 'delete', reason: 'DELETED' };

const absent: Start = { kind: 'nothing' };
const bare = (version: number): Start => ({ kind: 'version', version });
const exact = (at: Snapshot, twist: object = {}): Start => ({
  kind: 'position',
  position: { ...at.position, ...twist },
});

const makes = (kind: 'begin' | 'advance', context: JsonObject) => ({
  kind,
  delta: calculate(kind === 'begin' ? {} : base, context),
  made: { context, ...measure(context) },
});
const ends = { kind: 'end', reason: 'DELETED' };
const keep = { kind: 'keep' };
const missing = { kind: 'missing' };
const conflict = { kind: 'conflict' };

type Row = readonly [
  what: string,
  intent: Intent,
  condition: Start | undefined,
  current: Snapshot | null,
  plan: unknown,
];

describe('a write is planned against what stands:', () => {
  const rows: readonly Row[] = [
    ['set where nothing is', set({ n: 'é' }), undefined, null, makes('begin', { n: 'é' })],
    ['set of {} where nothing is', set({}), undefined, null, makes('begin', {})],
    ['set on a tombstone', set({ n: 1 }), undefined, tombstone, makes('begin', { n: 1 })],
    ['set over a context', set({ a: 2 }), undefined, live, makes('advance', { a: 2 })],
    ['set of what stands', set({ b: { c: [1] }, a: 1 }), undefined, live, keep],
    ['set of {} over a context', set({}), undefined, live, makes('advance', {})],

    [
      'update of a context',
      update({ b: { d: null } }),
      undefined,
      live,
      makes('advance', { a: 1, b: { c: [1], d: null } }),
    ],
    ['update with what stands', update({ a: 1, b: {} }), undefined, live, keep],
    ['update with nothing', update({}), undefined, live, keep],
    ['removal of what is there', update({}, ['b', 'c']), undefined, live, makes('advance', { a: 1, b: {} })],
    ['removal of what is not there', update({}, ['x'], ['a', 'b']), undefined, live, keep],
    ['update and removal of the same', update({ a: 2 }, ['a']), undefined, live, makes('advance', { b: { c: [1] } })],
    ['update where nothing is', update({ n: 1 }), undefined, null, missing],
    ['update on a tombstone', update({ n: 1 }), undefined, tombstone, missing],

    ['revert of a context', revert({ a: 0 }), undefined, live, makes('advance', { a: 0 })],
    ['revert to what stands', revert(base), undefined, live, keep],
    ['revert to what another life was', revert({ a: 0 }, 'another'), undefined, live, missing],
    ['revert where nothing is', revert({ a: 0 }), undefined, null, missing],
    ['revert on a tombstone', revert({ a: 0 }), undefined, tombstone, missing],

    ['delete of a context', end, undefined, live, ends],
    ['delete where nothing is', end, undefined, null, missing],
    ['delete on a tombstone', end, undefined, tombstone, missing],
  ];

  test.each(rows)('%s', (_what, intent, condition, current, plan) => {
    expect(planWrite(intent, condition, current, defaultLimits)).toEqual(plan);
  });
});

describe('a condition holds or the write conflicts:', () => {
  const rows: readonly Row[] = [
    ['none expected, none there', set({}), absent, null, makes('begin', {})],
    ['none expected, a tombstone there', set({}), absent, tombstone, makes('begin', {})],
    ['none expected, one there', set({}), absent, live, conflict],
    ['the version that stands', set({}), bare(2), live, makes('advance', {})],
    ['another version', set({}), bare(1), live, conflict],
    ['a version to come', set({}), bare(3), live, conflict],
    ['a version where nothing is', set({}), bare(2), null, conflict],
    ["a tombstone's version", set({}), bare(2), tombstone, conflict],
    ['the cursor that stands', set({}), exact(live), live, makes('advance', {})],
    ['the version that stands with another tag', set({}), exact(live, { tag: 'other' }), live, conflict],
    ['the position of another life', set({}), exact(live, { life: 'other' }), live, conflict],
    ['a cursor where nothing is', set({}), exact(live), null, conflict],
    ["a context's cursor on its tombstone", set({}), exact(live), tombstone, conflict],
    ["the tombstone's own cursor", set({}), exact(tombstone), tombstone, makes('begin', {})],
    ['a no-op at the version that stands', set(base), bare(2), live, keep],
    ['a no-op at another version', set(base), bare(1), live, conflict],
    ['an update at the version that stands', update({ a: 1 }), bare(2), live, keep],
    ['an update at another version', update({ a: 2 }), bare(1), live, conflict],
    ['an update that expects nothing there', update({ a: 2 }), absent, live, conflict],
    ['a deletion at the version that stands', end, bare(2), live, ends],
    ['a deletion at another version', end, bare(1), live, conflict],
    ['an update of what is missing is missing first of all', update({}), bare(2), null, missing],
    ['a deletion of what is missing is missing first of all', end, exact(tombstone), tombstone, missing],
  ];

  test.each(rows)('%s', (_what, intent, condition, current, plan) => {
    expect(planWrite(intent, condition, current, defaultLimits)).toEqual(plan);
  });
});

describe('a context may grow to its limits and not beyond:', () => {
  const tooLarge = { kind: 'refused', error: expect.any(ContextTooLargeError) };
  const plan = (intent: Intent, limits: object) => planWrite(intent, undefined, live, { ...defaultLimits, ...limits });
  const size = (context: JsonObject) => Buffer.byteLength(JSON.stringify(context));

  test('by bytes of UTF-8', () => {
    const context = { text: '🧩"\n' };
    expect(plan(set(context), { contextBytes: size(context) }).kind).toBe('advance');
    expect(plan(set(context), { contextBytes: size(context) - 1 })).toEqual(tooLarge);
  });

  test('by values, the context itself and each element counted', () => {
    const context = { a: [1, 2], b: {} };
    expect(plan(set(context), { nodes: 5 }).kind).toBe('advance');
    expect(plan(set(context), { nodes: 4 })).toEqual(tooLarge);
  });

  test('whatever an update adds to what was there', () => {
    const after = { ...base, d: [2] };
    expect(plan(update({ d: [2] }), { contextBytes: size(after) }).kind).toBe('advance');
    expect(plan(update({ d: [2] }), { contextBytes: size(after) - 1 })).toEqual(tooLarge);
    expect(plan(update({ d: [2] }), { nodes: 6 })).toEqual(tooLarge);
  });

  test('also where nothing was', () => {
    expect(planWrite(set({ a: 1 }), undefined, null, { ...defaultLimits, contextBytes: 6 })).toEqual(tooLarge);
  });

  test('and nothing of it is written', () => {
    const refused = plan(set({ a: 'too long' }), { contextBytes: 2 });
    expect(refused).toMatchObject({ error: { code: 'CONTEXT_TOO_LARGE', applied: 'NO' } });
  });
});

test('planning changes nothing and can be asked again', () => {
  const intent = update({ b: { d: 1 } }, ['a']);
  const first = planWrite(intent, undefined, live, defaultLimits);
  expect(planWrite(intent, undefined, live, defaultLimits)).toEqual(first);
  expect(live.context).toEqual(base);
});
