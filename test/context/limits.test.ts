import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/json.ts';
import { alone, failure } from './processes.ts';

/** What is not JSON, for a type that only admits JSON. */
const asObject = (value: unknown) => value as JsonObject;

function nested(depth: number): JsonObject {
  let value: JsonObject = {};
  for (let level = 1; level < depth; level += 1) value = { a: value };
  return value;
}

const bytes = (count: number): JsonObject => ({ t: 'x'.repeat(count - '{"t":""}'.length) });
const values = (count: number): JsonObject => ({ list: Array.from({ length: count - 2 }, () => 0) });
const key = (count: number): JsonObject => ({ ['é'.repeat(count / 2)]: { inner: 1 } });

class Point {
  readonly x = 1;
}

const refused: readonly [what: string, context: unknown, code: string][] = [
  ['a key past 1 KiB of UTF-8', { ['é'.repeat(513)]: 1 }, 'BAD_USER_INPUT'],
  ['such a key deep inside', { list: [{ ['k'.repeat(1025)]: 1 }] }, 'BAD_USER_INPUT'],
  ['a depth past 64', nested(65), 'CONTEXT_TOO_LARGE'],
  ['a depth past all stacks', nested(20_000), 'CONTEXT_TOO_LARGE'],
  ['arrays past that depth', { list: JSON.parse('['.repeat(64) + ']'.repeat(64)) }, 'CONTEXT_TOO_LARGE'],
  ['more than 50,000 values', values(50_001), 'CONTEXT_TOO_LARGE'],
  ['an array of a million', { list: new Array(1_000_000).fill(0) }, 'CONTEXT_TOO_LARGE'],
  ['more than a mebibyte', bytes(1024 * 1024 + 1), 'CONTEXT_TOO_LARGE'],
  ['a number past all numbers', { n: Number.parseFloat('1e400') }, 'BAD_USER_INPUT'],
  ['an integer past 2^53 - 1', { n: 2 ** 53 }, 'BAD_USER_INPUT'],
  ['an integer below 1 - 2^53', { n: -(2 ** 53) }, 'BAD_USER_INPUT'],
  ['a number that is none', { list: [Number.NaN] }, 'BAD_USER_INPUT'],
  ['undefined', { a: undefined }, 'BAD_USER_INPUT'],
  ['a hole in an array', { list: new Array(1) }, 'BAD_USER_INPUT'],
  ['a bigint', { n: 1n }, 'BAD_USER_INPUT'],
  ['a function', { f: () => 1 }, 'BAD_USER_INPUT'],
  ['a symbol', { s: Symbol('s') }, 'BAD_USER_INPUT'],
  ['a date', { at: new Date(0) }, 'BAD_USER_INPUT'],
  ['a map', { map: new Map() }, 'BAD_USER_INPUT'],
  ['an instance of a class', { point: new Point() }, 'BAD_USER_INPUT'],
  ['an array for a context', [1], 'BAD_USER_INPUT'],
  ['null for a context', null, 'BAD_USER_INPUT'],
  ['text for a context', 'text', 'BAD_USER_INPUT'],
];

describe('a context is refused with nothing stored for', () => {
  test.each(refused)('%s', async (_what, context, code) => {
    const { manager, told, line } = alone();
    expect(await failure(manager.set('new', asObject(context)))).toMatchObject({ code, applied: 'NO' });
    const before = await manager.set('x', { kept: true });
    expect(await failure(manager.set('x', asObject(context)))).toMatchObject({ code, applied: 'NO' });
    expect(await failure(manager.update('x', asObject(context)))).toMatchObject({ code, applied: 'NO' });
    expect(await manager.get('x')).toEqual(before.context);
    expect((await manager.list()).contexts).toHaveLength(1);
    expect(told).toEqual(['x']);
    expect(line.count().commit).toBe(1);
  });

  const odd = Object.fromEntries(
    ['__proto__', '', 'a.b', '0', '\u0000', '\ud800'].map((name) => [name, { [name]: null }]),
  );
  const taken: readonly [what: string, context: JsonObject][] = [
    ['a key of 1 KiB', key(1024)],
    ['a depth of 64', nested(64)],
    ['50,000 values', values(50_000)],
    ['a mebibyte', bytes(1024 * 1024)],
    ['the largest and the smallest numbers', { n: [2 ** 53 - 1, 1 - 2 ** 53, 5e-324, 1e-7, 0.1] }],
    ['lone surrogates, which JSON can carry', { text: '\ud83d', ['\udd25']: 1 }],
    ['keys that programs trip over', odd],
  ];

  test.each(taken)('but taken with %s', async (_what, context) => {
    const { manager } = alone();
    await manager.set('x', context);
    expect(await manager.get('x')).toMatchObject({ version: 1 });
    const read = (await manager.get('x'))?.context ?? {};
    expect(JSON.stringify(read)).toBe(JSON.stringify(context));
    expect(await manager.set('x', JSON.parse(JSON.stringify(context)))).toMatchObject({ delta: null });
    expect(await manager.set('x', {})).toMatchObject({ context: { version: 2 } });
    expect(await manager.sync('x', { version: 1 })).toMatchObject({ version: 2 });
  });

  test('what an update would make of it, however small the update', async () => {
    const { manager } = alone({ limits: { contextBytes: 30, nodes: 4 } });
    await manager.set('x', { a: 'aaaaaaaa', b: 1 });
    const error = { code: 'CONTEXT_TOO_LARGE', applied: 'NO' };
    expect(await failure(manager.update('x', { c: 'ccccccc' }))).toMatchObject(error);
    expect(await failure(manager.update('x', { c: 1, d: 1 }))).toMatchObject(error);
    expect(await manager.update('x', { c: 1, d: 1 }, { remove: [['a']] })).toMatchObject({ context: { version: 2 } });
  });
});

test('minus zero is zero, as in JSON', async () => {
  const { manager } = alone();
  await manager.set('x', { n: -0 });
  expect(Object.is((await manager.get('x'))?.context['n'], 0)).toBe(true);
  expect(await manager.set('x', { n: 0 })).toMatchObject({ delta: null });
});

describe('an id', () => {
  const verbs = (id: string) => {
    const { manager, line } = alone();
    const calls = [
      () => manager.set(id, {}),
      () => manager.update(id, {}),
      () => manager.delete(id),
      () => manager.get(id),
      () => manager.sync(id),
      () => manager.open(id),
    ];
    return { calls, line, manager };
  };

  test.each([
    ['empty', ''],
    ['of 513 bytes', 'x'.repeat(513)],
    ['of 257 characters of two bytes', 'é'.repeat(257)],
    ['of 4 KiB', 'x'.repeat(4096)],
    ['with half a character', 'a\ud83d'],
    ['with the other half', '\udd25a'],
    ['with the halves the wrong way round', '\udd25\ud83d'],
  ])('%s is refused by every verb', async (_what, id) => {
    const { calls, line, manager } = verbs(id);
    for (const call of calls) expect(await failure(call())).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(() => manager.watch(id)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    expect(line.count()).toEqual({});
  });

  test('is any other text, and no two are alike', async () => {
    const { manager } = alone();
    const ids = [
      '*',
      '{}',
      '\n',
      ':',
      '\u0000',
      '__proto__',
      'é',
      'e\u0301',
      '🧩',
      ' ',
      'x'.repeat(512),
      '🧩'.repeat(128),
    ];
    for (const id of ids) await manager.set(id, { id });
    for (const id of ids) expect((await manager.get(id))?.context).toEqual({ id });
    expect((await manager.list()).contexts).toHaveLength(ids.length);
  });
});

describe('what else comes in has limits too:', () => {
  test.each([
    ['an empty path to remove', { remove: [[]] }],
    ['a path with too long a key', { remove: [['a', 'k'.repeat(1025)]] }],
    ['more paths than a context has values', { remove: Array.from({ length: 50_001 }, () => ['a']) }],
    ['an empty request id', { requestId: '' }],
    ['a request id of 257 bytes', { requestId: 'x'.repeat(257) }],
    ['a negative version', { expectedVersion: -1 }],
    ['half a version', { expectedVersion: 0.5 }],
    ['a version past 2^53 - 1', { expectedVersion: 2 ** 53 }],
    ['a malformed cursor', { expectedCursor: 'x' }],
  ])('%s', async (_what, options) => {
    const { manager } = alone();
    const { context } = await manager.set('x', { a: 1 });
    expect(await failure(manager.update('x', { a: 2 }, options))).toMatchObject({
      code: 'BAD_USER_INPUT',
      applied: 'NO',
    });
    const twice = { expectedCursor: context.cursor, expectedVersion: 2 };
    expect(await failure(manager.update('x', { a: 2 }, twice))).toMatchObject({
      code: 'BAD_USER_INPUT',
      applied: 'NO',
    });
    expect(await manager.get('x')).toEqual(context);
  });

  test.each([
    ['a page of less than none', { first: -1 }],
    ['half a context', { first: 1.5 }],
    ['a page past 1,000', { first: 1001 }],
    ['a prefix longer than any id', { prefix: 'x'.repeat(513) }],
  ])('%s', async (_what, options) => {
    const { manager } = alone();
    expect(await failure(manager.list(options))).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
