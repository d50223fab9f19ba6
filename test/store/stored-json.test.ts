import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseByHand, parseStored } from '../../src/store/stored-json.ts';

const escapedKeys = '[{"\\n":1},{"\\\\":2},{"\\"":[{"\\u0000":{}}]},{"a\\n":[]},{"a\\\\":"x\\":y"}]';

test('keys that are written with escapes are read as they were written, on every Node', () => {
  expect(JSON.stringify(parseStored(escapedKeys))).toBe(escapedKeys);
  expect(parseStored('[{"\\n":1},{"\\\\":2}]')).toEqual([{ '\n': 1 }, { '\\': 2 }]);
});

test('any JSON is read as JSON.stringify wrote it, by hand too', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.string({ unit: 'binary' }), (value, key) => {
      const text = JSON.stringify({ [key]: value, __proto__: null, list: [value, { [key]: key }] });
      expect(JSON.stringify(parseByHand(text))).toBe(text);
      expect(JSON.stringify(parseStored(text))).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test('a text that ends too early is an error', () => {
  for (const text of ['', '{', '{"a"', '{"a":[1,', '[']) expect(() => parseByHand(text)).toThrow(SyntaxError);
});
