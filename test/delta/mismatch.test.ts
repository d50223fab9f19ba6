import { describe, expect, test } from 'vitest';
import { apply, DeltaMismatchError } from '../../src/delta/apply.ts';
import type { Delta, Edit } from '../../src/delta/delta.ts';
import { merge } from '../../src/delta/merge.ts';
import { ArpeggioError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';

const added: Edit = { action: 'added', value: 1 };
const modified: Edit = { action: 'modified', oldValue: 1, value: 2 };
const removed: Edit = { action: 'removed', oldValue: 1 };
const within: Edit = { action: 'within', delta: { b: added } };

function mismatchAt(key: string): unknown {
  return expect.objectContaining({ name: 'DeltaMismatchError', code: 'BAD_USER_INPUT', key });
}

describe('a delta that does not start from the value it is applied to', () => {
  test.each<[string, Delta, JsonObject]>([
    ['adds a key that is there', { a: added }, { a: 1 }],
    ['modifies a key that is not there', { a: modified }, {}],
    ['removes a key that is not there', { a: removed }, {}],
    ['changes the inside of a key that is not there', { a: within }, {}],
    ['changes the inside of a scalar', { a: within }, { a: 1 }],
    ['changes the inside of null', { a: within }, { a: null }],
    ['changes the inside of an array', { a: within }, { a: [{}] }],
  ])('is refused where it %s', (_, delta, base) => {
    expect(() => apply(delta, base)).toThrow(mismatchAt('a'));
    expect(() => apply(delta, base)).toThrow(DeltaMismatchError);
    expect(() => apply(delta, base)).toThrow(ArpeggioError);
  });

  test('is refused on any level, by the key that does not fit', () => {
    const delta: Delta = { a: { action: 'within', delta: { b: { action: 'within', delta: { c: removed } } } } };
    expect(() => apply(delta, { a: { b: { d: 1 } } })).toThrow(mismatchAt('c'));
  });

  test('is refused for a key that only the prototype has', () => {
    for (const key of ['toString', 'constructor', '__proto__']) {
      expect(() => apply(Object.fromEntries([[key, modified]]), {})).toThrow(mismatchAt(key));
      expect(() => apply(Object.fromEntries([[key, within]]), {})).toThrow(mismatchAt(key));
    }
  });
});

describe('a delta that does not start from what the delta before it makes', () => {
  test.each<[string, Edit, Edit]>([
    ['adds what was added', added, added],
    ['adds what was modified', modified, added],
    ['adds what was changed inside', within, added],
    ['modifies what was removed', removed, modified],
    ['removes what was removed', removed, removed],
    ['changes the inside of what was removed', removed, within],
    ['changes the inside of an added scalar', added, within],
    ['modifies a scalar that was changed inside', within, modified],
    ['removes a scalar that was changed inside', within, removed],
  ])('is not merged with it where it %s', (_, first, second) => {
    expect(() => merge([{ a: first }, { a: second }])).toThrow(mismatchAt('a'));
  });

  test('is not merged with it where their insides do not fit', () => {
    expect(() => merge([{ a: within }, { a: within }])).toThrow(mismatchAt('b'));
    const undone: Edit = { action: 'removed', oldValue: { c: 1 } };
    expect(() => merge([{ a: within }, { a: undone }])).toThrow(mismatchAt('b'));
    const made: Edit = { action: 'added', value: { b: 1 } };
    expect(() => merge([{ a: made }, { a: within }, { a: undone }])).toThrow(mismatchAt('b'));
  });
});
