import { applyPatch, type Operation } from 'rfc6902';
import { describe, expect, test } from 'vitest';
import { calculate } from '../../src/delta/calculate.ts';
import { applyChanges, type Change, renderChanges } from '../../src/delta/changes.ts';
import { EMPTY } from '../../src/delta/delta.ts';
import { formatDelta } from '../../src/delta/formats.ts';
import { InputError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';
import { same, throughText } from './reference.ts';

const before: JsonObject = JSON.parse('{"metadata":{"theme":"light","tag":1}}');
const after: JsonObject = JSON.parse('{"metadata":{"theme":"dark","lang":"en"}}');
const meta = { contextId: 'any', fromVersion: 1, version: 2, insertedAt: 0 };
const delta = calculate(before, after);

describe('formats', () => {
  test('NESTED has the shape of the context, with a change at each leaf', () => {
    expect(JSON.stringify(formatDelta('NESTED', delta, meta))).toBe(
      '{"metadata":{"theme":{"action":"modified","oldValue":"light","value":"dark"},' +
        '"tag":{"action":"removed","oldValue":1},"lang":{"action":"added","value":"en"}}}',
    );
  });

  test('FLAT is the version and a list of changes, each with its path', () => {
    expect(JSON.stringify(formatDelta('FLAT', delta, meta))).toBe(
      '{"version":2,"changes":[' +
        '{"path":["metadata","theme"],"action":"modified","oldValue":"light","value":"dark"},' +
        '{"path":["metadata","tag"],"action":"removed","oldValue":1},' +
        '{"path":["metadata","lang"],"action":"added","value":"en"}]}',
    );
  });

  test('JSON_PATCH is a list of operations that any library applies', () => {
    const patch = formatDelta('JSON_PATCH', delta, meta);
    expect(patch).toEqual([
      { op: 'replace', path: '/metadata/theme', value: 'dark' },
      { op: 'remove', path: '/metadata/tag' },
      { op: 'add', path: '/metadata/lang', value: 'en' },
    ]);
    const document = throughText(before);
    expect(applyPatch(document, patch as unknown as Operation[])).toEqual([null, null, null]);
    expect(document).toEqual(after);
  });

  test('an empty delta is an empty object, no changes and no operations', () => {
    expect(formatDelta('NESTED', EMPTY, meta)).toEqual({});
    expect(formatDelta('FLAT', EMPTY, meta)).toEqual({ version: 2, changes: [] });
    expect(formatDelta('JSON_PATCH', EMPTY, meta)).toEqual([]);
  });

  test('an added object is told leaf by leaf, but is one operation of a JSON_PATCH', () => {
    const added = calculate({}, { a: { b: 1, c: { d: [2], e: {} } } });
    expect(renderChanges(added)).toEqual([
      { path: ['a', 'b'], action: 'added', value: 1 },
      { path: ['a', 'c', 'd'], action: 'added', value: [2] },
      { path: ['a', 'c', 'e'], action: 'added', value: {} },
    ]);
    expect(formatDelta('JSON_PATCH', added, meta)).toEqual([
      { op: 'add', path: '/a', value: { b: 1, c: { d: [2], e: {} } } },
    ]);
  });

  test('a removed or replaced object is told whole', () => {
    const replaced = calculate({ a: { b: 1 }, c: { d: 2 } }, { a: [] });
    expect(renderChanges(replaced)).toEqual([
      { path: ['a'], action: 'modified', oldValue: { b: 1 }, value: [] },
      { path: ['c'], action: 'removed', oldValue: { d: 2 } },
    ]);
  });

  test('a JSON_PATCH escapes ~ and / in keys, and nothing else', () => {
    const patch = formatDelta('JSON_PATCH', calculate({}, { 'a/b': 1, '~': 2, '~1': 3, '': 4, 'a.b': 5 }), meta);
    expect((patch as unknown as Operation[]).map(({ path }) => path)).toEqual(['/a~1b', '/~0', '/~01', '/', '/a.b']);
  });

  test('the key __proto__ is a key in every format', () => {
    const hostile = calculate(JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":2}}'));
    const leaf = '{"action":"modified","oldValue":1,"value":2}';
    expect(same(formatDelta('NESTED', hostile, meta), JSON.parse(`{"__proto__":{"a":${leaf}}}`))).toBe(true);
    expect(renderChanges(hostile)).toEqual([{ path: ['__proto__', 'a'], ...JSON.parse(leaf) }]);
    expect(formatDelta('JSON_PATCH', hostile, meta)).toEqual([{ op: 'replace', path: '/__proto__/a', value: 2 }]);
  });
});

describe('applying changes', () => {
  test('missing parents are made on the way', () => {
    expect(applyChanges([{ path: ['a', 'b', 'c'], action: 'added', value: 1 }], {})).toEqual({ a: { b: { c: 1 } } });
  });

  test('removing what is not there changes nothing else', () => {
    expect(applyChanges([{ path: ['a'], action: 'removed', oldValue: 1 }], { b: 2 })).toEqual({ b: 2 });
  });

  test('no changes give the same object', () => {
    expect(applyChanges([], before)).toBe(before);
  });

  test('a change without a path is refused', () => {
    const change: Change = { path: [], action: 'added', value: 1 };
    expect(() => applyChanges([change], {})).toThrow(InputError);
  });
});
