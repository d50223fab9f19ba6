import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCursor, encodeCursor, endedTag, isEnded } from '../../src/context/cursor.ts';
import { InputError } from '../../src/errors.ts';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const random = fc.string({ unit: fc.constantFrom(...BASE64URL), minLength: 1, maxLength: 64 });
const version = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER));
const position = fc.record({ life: random, version, tag: fc.oneof(random, random.map(endedTag)) });

const text = (plain: string): string => Buffer.from(plain).toString('base64url');

test('every position comes back from its cursor', () => {
  fc.assert(
    fc.property(position, (given) => {
      const cursor = encodeCursor(given);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor(cursor)).toEqual(given);
    }),
    { numRuns: 2000 },
  );
});

test('positions that differ have cursors that differ', () => {
  fc.assert(
    fc.property(position, position, (a, b) => {
      const isSame = a.life === b.life && a.version === b.version && a.tag === b.tag;
      expect(encodeCursor(a) === encodeCursor(b)).toBe(isSame);
    }),
  );
});

test('a text is refused, or is the one cursor of the position that it stands for', () => {
  const nearly = fc.tuple(
    position,
    fc.nat(),
    fc.string({ unit: fc.constantFrom(...BASE64URL, '=', '.', ' ', '+', '~') }),
  );
  const changed = nearly.map(([given, at, insert]) => {
    const cursor = encodeCursor(given);
    const i = at % cursor.length;
    return cursor.slice(0, i) + insert + cursor.slice(i + 1);
  });
  fc.assert(
    fc.property(fc.oneof(changed, fc.string(), fc.string({ unit: fc.constantFrom(...BASE64URL) })), (cursor) => {
      let decoded: ReturnType<typeof decodeCursor>;
      try {
        decoded = decodeCursor(cursor);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        return;
      }
      expect(encodeCursor(decoded)).toBe(cursor);
    }),
    { numRuns: 5000 },
  );
});

describe('what encoding never makes is no cursor:', () => {
  const good = encodeCursor({ life: 'life', version: 7, tag: 'tag' });
  const bad: Record<string, string> = {
    nothing: '',
    'a plain word': 'cursor',
    'a plain version': '7',
    'a position that is not encoded': 'life.7.tag',
    'a cursor with padding': Buffer.from('life.12.tag').toString('base64'),
    'a cursor with a space before it': ` ${good}`,
    'a cursor with a newline after it': `${good}\n`,
    'a cursor with something inside that base64 skips': `${good.slice(0, 4)}.${good.slice(4)}`,
    'a cursor cut short': good.slice(0, -1),
    'a cursor twice': good + good,
    'a cursor in the alphabet of plain base64': Buffer.from('a.1.~~~?').toString('base64'),
    'stray bits at the end': `${text('life.7.tags').slice(0, -1)}${BASE64URL.at(-1)}`,
    'no life': text('.7.tag'),
    'no version': text('life..tag'),
    'no tag': text('life.7.'),
    'a tag that is only the mark of an end': text('life.7.~'),
    'two marks of an end': text('life.7.~~tag'),
    'a mark of an end on the life': text('~life.7.tag'),
    'a part too few': text('life.7'),
    'a part too many': text('life.7.tag.more'),
    'a leading zero': text('life.07.tag'),
    'a sign': text('life.-7.tag'),
    'a plus': text('life.+7.tag'),
    'an exponent': text('life.7e1.tag'),
    'a fraction': text('life.7,5.tag'),
    'a version past 2^53 - 1': text('life.9007199254740992.tag'),
    'a version of a hundred digits': text(`life.${'9'.repeat(100)}.tag`),
    'a life of 65 characters': text(`${'l'.repeat(65)}.7.tag`),
    'a tag of 65 characters': text(`life.7.${'t'.repeat(65)}`),
    'a character outside of base64url': text('li/fe.7.tag'),
    'a character outside of ASCII': text('lifé.7.tag'),
    'a zero byte': text('life.7.tag\0'),
    'a newline inside': text('life.7.tag\n'),
    'a mebibyte': 'A'.repeat(1024 * 1024),
  };

  test.each(Object.entries(bad))('%s', (_what, cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(InputError);
  });

  test('and the cursor that these are made from is one', () => {
    expect(decodeCursor(good)).toEqual({ life: 'life', version: 7, tag: 'tag' });
  });
});

test('the longest position there is has a cursor', () => {
  const longest = { life: 'l'.repeat(64), version: Number.MAX_SAFE_INTEGER, tag: endedTag('t'.repeat(64)) };
  expect(decodeCursor(encodeCursor(longest))).toEqual(longest);
});

test("a tombstone's tag is told from a live one's", () => {
  expect(isEnded({ life: 'life', version: 7, tag: endedTag('tag') })).toBe(true);
  expect(isEnded({ life: 'life', version: 7, tag: 'tag' })).toBe(false);
});
