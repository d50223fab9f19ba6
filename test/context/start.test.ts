import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/context/cursor.ts';
import { type Given, startOf, versionOf } from '../../src/context/start.ts';
import { InputError } from '../../src/errors.ts';

const position = { life: 'life', version: 7, tag: 'tag' };
const cursor = encodeCursor(position);
const unborn = { life: 'life', version: 0, tag: 'tag' };

describe('what a caller gives is where it stands:', () => {
  const rows: readonly [what: string, given: Given, start: unknown][] = [
    ['nothing is no start', {}, undefined],
    ['undefined is nothing', { version: undefined, cursor: undefined }, undefined],
    ['version 0 is holding nothing', { version: 0 }, { kind: 'nothing' }],
    ['minus zero is zero', { version: -0 }, { kind: 'nothing' }],
    ['a version alone is bare', { version: 7 }, { kind: 'version', version: 7 }],
    ['the highest version is one', { version: 2 ** 53 - 1 }, { kind: 'version', version: 2 ** 53 - 1 }],
    ['a cursor is an exact position', { cursor }, { kind: 'position', position }],
    ['a cursor and its version are that position', { cursor, version: 7 }, { kind: 'position', position }],
    [
      'a cursor of version 0 is a position',
      { cursor: encodeCursor(unborn), version: 0 },
      { kind: 'position', position: unborn },
    ],
  ];

  test.each(rows)('%s', (_what, given, start) => {
    expect(startOf(given)).toEqual(start);
  });
});

describe('what nobody can stand at is refused:', () => {
  const rows: readonly [what: string, given: Given][] = [
    ['a cursor and a higher version', { cursor, version: 8 }],
    ['a cursor and a lower version', { cursor, version: 6 }],
    ['a cursor and version 0', { cursor, version: 0 }],
    ['a malformed cursor', { cursor: 'cursor' }],
    ['a malformed cursor with a version', { cursor: 'cursor', version: 7 }],
    ['an empty cursor', { cursor: '' }],
    ['a negative version', { version: -1 }],
    ['half a version', { version: 0.5 }],
    ['a version past 2^53 - 1', { version: 2 ** 53 }],
    ['an infinite version', { version: Number.POSITIVE_INFINITY }],
    ['a version that is no number', { version: Number.NaN }],
    ['a good cursor with a bad version', { cursor, version: 7.5 }],
  ];

  test.each(rows)('%s', (_what, given) => {
    expect(() => startOf(given)).toThrow(InputError);
  });
});

test('a reader needs the log above its version, and none where it holds nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (version) => {
      expect(versionOf({ kind: 'version', version })).toBe(version);
      expect(versionOf({ kind: 'position', position: { ...position, version } })).toBe(version);
    }),
  );
  expect(versionOf({ kind: 'nothing' })).toBe(Number.MAX_SAFE_INTEGER);
});
