import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyOperations, checkPatch } from '../../src/context/patch.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { formatDelta } from '../../src/delta/formats.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import { defaultLimits, type Limits } from '../../src/limits.ts';
import { hostile, tame } from '../helpers/arbitraries.ts';

const meta = { contextId: 'a', fromVersion: 1, version: 2, insertedAt: 0 };

function patched(context: JsonObject, patch: readonly unknown[], limits: Partial<Limits> = {}): JsonObject {
  const all = { ...defaultLimits, ...limits };
  return applyOperations(context, checkPatch(patch, all), all);
}

describe('A patch', () => {
  it('that a delta is rendered as does what the delta does', () => {
    fc.assert(
      fc.property(tame.pair, ([a, b]) => {
        expect(patched(a, formatDelta('JSON_PATCH', calculate(a, b), meta) as readonly Json[])).toEqual(b);
      }),
    );
  });

  it('leaves alone, in identity too, what it does not lead into, whatever it is called', () => {
    fc.assert(
      fc.property(hostile.object, (context) => {
        const result = patched(context, [{ op: 'add', path: '/new~1one', value: { a: [1] } }]);
        expect(result['new/one']).toEqual({ a: [1] });
        for (const [key, value] of Object.entries(context))
          if (key !== 'new/one') expect(Object.is(result[key], value)).toBe(true);
        expect(Object.isFrozen(result['new/one'])).toBe(true);
      }),
    );
  });

  // The appendix of RFC 6902, but for what is of the document itself.
  it.each<[string, JsonObject, readonly unknown[], JsonObject]>([
    ['A.1 adds a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
    [
      'A.2 adds an element',
      { foo: ['bar', 'baz'] },
      [{ op: 'add', path: '/foo/1', value: 'qux' }],
      { foo: ['bar', 'qux', 'baz'] },
    ],
    ['A.3 removes a member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    [
      'A.4 removes an element',
      { foo: ['bar', 'qux', 'baz'] },
      [{ op: 'remove', path: '/foo/1' }],
      { foo: ['bar', 'baz'] },
    ],
    [
      'A.5 replaces',
      { baz: 'qux', foo: 'bar' },
      [{ op: 'replace', path: '/baz', value: 'boo' }],
      { baz: 'boo', foo: 'bar' },
    ],
    [
      'A.6 moves a value',
      { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
      [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
      { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
    ],
    [
      'A.7 moves an element',
      { foo: ['all', 'grass', 'cows', 'eat'] },
      [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
      { foo: ['all', 'cows', 'eat', 'grass'] },
    ],
    [
      'A.8 tests',
      { baz: 'qux', foo: ['a', 2, 'c'] },
      [
        { op: 'test', path: '/baz', value: 'qux' },
        { op: 'test', path: '/foo/1', value: 2 },
      ],
      { baz: 'qux', foo: ['a', 2, 'c'] },
    ],
    [
      'A.10 adds what has members',
      { foo: 'bar' },
      [{ op: 'add', path: '/child', value: { grandchild: {} } }],
      { foo: 'bar', child: { grandchild: {} } },
    ],
    [
      'A.11 ignores what it does not know',
      { foo: 'bar' },
      [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
      { foo: 'bar', baz: 'qux' },
    ],
    [
      'A.14 takes pointers apart',
      { '/': 9, '~1': 10 },
      [{ op: 'test', path: '/~01', value: 10 }],
      { '/': 9, '~1': 10 },
    ],
    [
      'A.16 appends',
      { foo: ['bar'] },
      [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
      { foo: ['bar', ['abc', 'def']] },
    ],
    [
      'copies, and the copy is its own',
      { a: { b: 1 } },
      [
        { op: 'copy', from: '/a', path: '/c' },
        { op: 'replace', path: '/c/b', value: 2 },
      ],
      { a: { b: 1 }, c: { b: 2 } },
    ],
    ['copies the whole into itself', { a: 1 }, [{ op: 'copy', from: '', path: '/b' }], { a: 1, b: { a: 1 } }],
    [
      'looks for where to move to once what moves is gone',
      { l: [1, { x: 1 }, { x: 2 }] },
      [{ op: 'move', from: '/l/0', path: '/l/1/x' }],
      { l: [{ x: 1 }, { x: 1 }] },
    ],
    ['tests the whole', { a: 1 }, [{ op: 'test', path: '', value: { a: 1 } }], { a: 1 }],
    [
      'goes into what it has just added',
      {},
      [
        { op: 'add', path: '/a', value: {} },
        { op: 'add', path: '/a/', value: [] },
      ],
      { a: { '': [] } },
    ],
  ])('%s', (_what, context, patch, expected) => {
    expect(patched(context, patch)).toEqual(expected);
  });

  it.each<[string, JsonObject, unknown]>([
    ['A.9 tests for what is not so', { baz: 'qux' }, { op: 'test', path: '/baz', value: 'bar' }],
    ['A.12 adds to what is not there', { foo: 'bar' }, { op: 'add', path: '/baz/bat', value: 'qux' }],
    ['A.15 compares a string with a number', { '/': 9, '~1': 10 }, { op: 'test', path: '/~01', value: '10' }],
    ['removes what is not there', { a: 1 }, { op: 'remove', path: '/b' }],
    ['removes what is only inherited', { a: 1 }, { op: 'remove', path: '/toString' }],
    ['tests what is only inherited', { a: 'x' }, { op: 'test', path: '/a/length', value: 1 }],
    ['replaces what is not there', { a: 1 }, { op: 'replace', path: '/b', value: 1 }],
    ['replaces behind the end', { a: [1] }, { op: 'replace', path: '/a/-', value: 1 }],
    ['tests by an index with a zero before it', { a: [1, 2] }, { op: 'test', path: '/a/01', value: 2 }],
    ['removes by no index', { a: [1, 2] }, { op: 'remove', path: '/a/1x' }],
    ['adds past the end', { a: [1] }, { op: 'add', path: '/a/2', value: 1 }],
    ['adds by an index with a zero before it', { a: [1] }, { op: 'add', path: '/a/00', value: 1 }],
    ['adds into a string', { a: 'x' }, { op: 'add', path: '/a/0', value: 1 }],
    ['copies what is not there', { a: 1 }, { op: 'copy', from: '/b', path: '/c' }],
    ['moves what is not there', { a: 1 }, { op: 'move', from: '/b', path: '/c' }],
    ['moves a value into itself', { a: { b: 1 } }, { op: 'move', from: '/a', path: '/a/c' }],
    [
      'copies a key that the library would leave out',
      { a: JSON.parse('{"__proto__":1}') },
      { op: 'copy', from: '/a', path: '/b' },
    ],
  ])('fails where it %s, and says which operation', (_what, context, operation) => {
    const first = { op: 'add', path: '/first', value: 1 };
    expect(() => patched(context, [first, operation])).toThrow(
      expect.objectContaining({ code: 'PATCH_FAILED', index: 1, details: { index: 1 } }),
    );
    expect(context).not.toHaveProperty('first');
  });

  it.each<[string, unknown]>([
    ['is no object', 1],
    ['has no operation', { path: '/a', value: 1 }],
    ['has an operation of nobody', { op: 'toString', path: '/a' }],
    ['has no path', { op: 'remove' }],
    ['has a path that is no pointer', { op: 'remove', path: 'a' }],
    ['has a path with a bad escape', { op: 'remove', path: '/a~2' }],
    ['has no value', { op: 'add', path: '/a' }],
    ['has no from', { op: 'move', path: '/a' }],
    ['replaces the context', { op: 'replace', path: '', value: {} }],
    ['removes the context', { op: 'remove', path: '' }],
    ['leads through a prototype', { op: 'add', path: '/__proto__/polluted', value: 1 }],
    ['leads through a constructor', { op: 'add', path: '/a/constructor/prototype/polluted', value: 1 }],
    ['holds a key that the library leaves out', { op: 'add', path: '/a', value: [JSON.parse('{"__proto__":1}')] }],
    ['has a key that is too long', { op: 'add', path: `/${'k'.repeat(1025)}`, value: 1 }],
    ['holds a number beyond what JSON carries', { op: 'add', path: '/a', value: 2 ** 60 }],
  ])('is refused whose operation %s', (_what, operation) => {
    expect(() => patched({ a: {} }, [operation])).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('may not make more than a context may be, nor double what it has', () => {
    const double = Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '', path: `/${i}` }));
    const tooLarge = expect.objectContaining({ code: 'CONTEXT_TOO_LARGE' });
    expect(() => patched({ a: 'x'.repeat(1000) }, double)).toThrow(tooLarge);
    const swing = Array.from({ length: 60 }, (_, i) => ({
      op: 'move',
      from: i % 2 ? '/b' : '/a',
      path: i % 2 ? '/a' : '/b',
    }));
    expect(() => patched({ a: 'x'.repeat(100_000) }, swing)).toThrow(tooLarge);
    const deepen = Array.from({ length: 4 }, (_, i) => ({ op: 'add', path: '/a'.repeat(i + 1), value: {} }));
    expect(() => patched({}, deepen, { depth: 4 })).toThrow(tooLarge);
    expect(patched({}, deepen, { depth: 5 })).toEqual({ a: { a: { a: { a: {} } } } });
    expect(() => patched({}, deepen, { patchOperations: 3 })).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });
});
