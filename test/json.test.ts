import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ContextTooLargeError, InputError } from '../src/errors.ts';
import { admit, admitObject, canonicalText, equal, type Json, measure, utf8Length } from '../src/json.ts';
import { defaultLimits } from '../src/limits.ts';
import {
  assertFrozenJson,
  assertIntactPrototypes,
  assertSame,
  readJson,
  same,
  throughText,
} from './delta/reference.ts';
import { hostile, hostileString } from './helpers/arbitraries.ts';

const numRuns = 2000;

function admitted(value: unknown): Json {
  return admit(value, defaultLimits);
}

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = wrap(value);
  return value;
}

const inObject = (inner: unknown) => ({ a: inner });
const inArray = (inner: unknown) => [inner];

describe('admit refuses what JSON cannot carry exactly', () => {
  class Point {
    x = 1;
  }
  test.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['a number too large to be one (1e400)', JSON.parse('1e400')],
    ['minus infinity', Number.NEGATIVE_INFINITY],
    ['an integer beyond 2^53 - 1', 2 ** 53],
    ['an integer beyond -(2^53 - 1)', -(2 ** 53)],
    ['a bigint', 1n],
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a boxed number', new Number(1)],
    ['an instance of a class', new Point()],
    ['an array with a hole', Object.assign([], { 1: 'a' })],
    ['an array that is nothing but holes', new Array(4_000_000_000)],
  ])('%s, alone or inside', (_, value) => {
    for (const outer of [value, { a: value }, { a: { b: [1, value] } }]) {
      expect(() => admitted(outer)).toThrow(InputError);
      expect(() => admitted(outer)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
    }
  });

  test.each([[null], [[]], ['a'], [1], [true], [undefined]])(
    'and admitObject anything that is no object, such as %j',
    (value) => {
      expect(() => admitObject(value, defaultLimits)).toThrow(InputError);
    },
  );
});

describe('admit refuses what is too large', () => {
  const tooLarge = expect.objectContaining({ code: 'CONTEXT_TOO_LARGE' });

  test('a key of more than 1024 bytes in UTF-8', () => {
    for (const key of ['a'.repeat(1024), 'é'.repeat(512), '🧩'.repeat(256)]) {
      expect(Object.keys(admitObject({ [key]: 1 }, defaultLimits))).toEqual([key]);
      expect(() => admitted({ a: [{ [`${key}a`]: 1 }] })).toThrow(InputError);
    }
  });

  test('more than 64 objects and arrays inside each other', () => {
    for (const wrap of [inObject, inArray]) {
      expect(() => admitted(nested(64, wrap))).not.toThrow();
      expect(() => admitted(nested(65, wrap))).toThrow(ContextTooLargeError);
      expect(() => admitted(nested(65, wrap))).toThrow(tooLarge);
    }
  });

  test('10,000 levels, and a circle, without a full stack', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const value of [nested(10_000, inObject), nested(10_000, inArray), circle]) {
      expect(() => admitted(value)).toThrow(tooLarge);
    }
  });

  test('more than 50,000 values, the object itself and each element counted', () => {
    const withElements = (length: number) => ({ a: Array.from({ length }, () => 1) });
    expect(measure(admitted(withElements(49_998))).nodes).toBe(50_000);
    expect(() => admitted(withElements(49_999))).toThrow(ContextTooLargeError);
    expect(() => admitted(withElements(49_999))).toThrow(tooLarge);
  });

  test('a million elements, of which it reads no more than the limit', () => {
    let reads = 0;
    const handler: ProxyHandler<number[]> = {
      get: (target, key) => {
        reads += typeof key === 'string' && key !== 'length' ? 1 : 0;
        return Reflect.get(target, key);
      },
    };
    const million = new Proxy(new Array<number>(1_000_000).fill(1), handler);
    expect(() => admitted(million)).toThrow(tooLarge);
    expect(reads).toBe(defaultLimits.nodes);
  });
});

describe('admit takes JSON in', () => {
  test('negative zero becomes zero', () => {
    assertSame(admitted({ a: -0, b: [-0] }), { a: 0, b: [0] });
    assertSame(admitted(-0), 0);
  });

  test.each([0.1, 5e-324, 2 ** 53 - 1, 1 - 2 ** 53, 1e15 + 0.5])('the number %d stays what it is', (number) => {
    assertSame(admitted([number]), [number]);
  });

  test('an object without a prototype is an object like any other', () => {
    const bare: { [key: string]: unknown } = Object.create(null);
    bare['__proto__'] = { a: 1 };
    assertSame(admitted(bare), JSON.parse('{"__proto__":{"a":1}}'));
  });

  test('__proto__ stays a key of its own, and changes no prototype', () => {
    const value = admitObject(JSON.parse('{"__proto__":{"polluted":true}}'), defaultLimits);
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(value.polluted).toBeUndefined();
    assertIntactPrototypes();
  });

  test('lone surrogates stay, in keys and in values', () => {
    const value = { '\ud83d': '\ude00', '\ude00\ud83d': ['\ud83d\ud83d'] };
    assertSame(admitted(value), value);
  });

  test('what it gives is what JSON text would give, in new and frozen objects; what it got stays free', () => {
    const property = fc.property(hostile.raw, (raw) => {
      const text = JSON.stringify(raw);
      const value = admitted(raw);
      assertSame(value, readJson(text));
      assertFrozenJson(value);
      expect(JSON.stringify(raw)).toBe(text);
      if (typeof raw === 'object' && raw !== null) expect(Object.isFrozen(raw)).toBe(false);
      assertIntactPrototypes();
    });
    fc.assert(property, { numRuns });
  });

  test('its count of values is that of measure, to the last one', () => {
    const property = fc.property(hostile.value, (value) => {
      const { nodes } = measure(value);
      assertSame(admit(value, { ...defaultLimits, nodes }), value);
      expect(() => admit(value, { ...defaultLimits, nodes: nodes - 1 })).toThrow(ContextTooLargeError);
    });
    fc.assert(property, { numRuns });
  });
});

describe('measure', () => {
  test('its bytes are those of JSON.stringify in UTF-8', () => {
    const property = fc.property(hostile.value, (value) => {
      expect(measure(value).bytes).toBe(Buffer.byteLength(JSON.stringify(value)));
    });
    fc.assert(property, { numRuns });
  });

  test.each([
    [{}, 1],
    [[], 1],
    [null, 1],
    [{ a: [1, {}, { b: null }] }, 6],
  ])('%j has so many values: %d', (value, nodes) => {
    expect(measure(value).nodes).toBe(nodes);
  });
});

describe('utf8Length', () => {
  test('it is the length that a Buffer would have, a lone surrogate counted as three bytes', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      hostileString,
      fc.array(hostileString).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
      { numRuns },
    );
  });

  test.each(['\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ud800', '\udfff', '\ue000', '\uffff', '\u{10000}'])(
    'it is right where one length ends and the next begins: %j',
    (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    },
  );

  test('it may stop early, but only where it is past enough', () => {
    fc.assert(
      fc.property(hostileString, fc.nat({ max: 20 }), (text, enough) => {
        expect(utf8Length(text, enough) > enough).toBe(Buffer.byteLength(text) > enough);
      }),
      { numRuns },
    );
  });
});

describe('equality', () => {
  test('two values are equal exactly where they hold the same, and so is their canonical text', () => {
    const property = fc.property(hostile.pair, ([a, b]) => {
      expect(equal(a, b)).toBe(same(a, b));
      expect(canonicalText(a) === canonicalText(b)).toBe(same(a, b));
      expect(equal(a, throughText(a))).toBe(true);
    });
    fc.assert(property, { numRuns });
  });

  test('the order of keys means nothing, the order of elements does', () => {
    expect(equal({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(canonicalText({ a: 1, b: { d: [1, 2], c: 2 } })).toBe(canonicalText({ b: { c: 2, d: [1, 2] }, a: 1 }));
    expect(equal([1, 2], [2, 1])).toBe(false);
    expect(canonicalText([1, 2])).not.toBe(canonicalText([2, 1]));
  });

  test.each<[Json, Json]>([
    [{ toString: 1 }, {}],
    [{}, []],
    [[], {}],
    [null, {}],
    [{ a: 1 }, { b: 1 }],
    [{ constructor: 1 }, { prototype: 1 }],
    [JSON.parse('{"__proto__":{}}'), { a: {} }],
    [[1], [1, 1]],
    [0, '0'],
    [1, true],
  ])('%j is not %j', (a, b) => {
    expect(equal(a, b)).toBe(false);
    expect(equal(b, a)).toBe(false);
    expect(canonicalText(a)).not.toBe(canonicalText(b));
  });

  test('canonical text is JSON text of the same value', () => {
    const property = fc.property(hostile.value, (value) => assertSame(readJson(canonicalText(value)), value));
    fc.assert(property, { numRuns });
  });
});
