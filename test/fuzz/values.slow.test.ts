import fc from 'fast-check';
import { GraphQLError, type GraphQLScalarType, parseValue, print } from 'graphql';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/context/cursor.ts';
import { ArpeggioError, InputError } from '../../src/errors.ts';
import { admit, type Json, measure } from '../../src/json.ts';
import { defaultLimits } from '../../src/limits.ts';
import { schema } from '../../src/schema/index.ts';
import { assertFrozenJson, assertIntactPrototypes, assertSame, readJson } from '../delta/reference.ts';
import { hostile } from '../helpers/arbitraries.ts';
import { budget, PATIENCE_MS } from './budget.ts';

const part = fc.string({ unit: fc.constantFrom(...'abcXYZ019_-~'), maxLength: 20 });
const position = fc.record({ life: part, version: fc.nat(), tag: part });

/** A text with some of its characters left out, doubled, or others. */
function spoilt(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const cut = fc.record({ at: fc.nat(), length: fc.nat({ max: 3 }), put: fc.string({ unit: 'binary', maxLength: 3 }) });
  return fc.tuple(text, fc.array(cut, { maxLength: 3 })).map(([whole, cuts]) =>
    cuts.reduce((left, { at, length, put }) => {
      const from = at % (left.length + 1);
      return left.slice(0, from) + put + left.slice(from + length);
    }, whole),
  );
}

test(
  'whatever is given for a cursor is refused, or is the one text of its position',
  () => {
    const cursor = fc.oneof(
      spoilt(position.map(encodeCursor)),
      fc.base64String({ maxLength: 400 }),
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc
        .tuple(part, fc.string({ maxLength: 30 }), part)
        .map((parts) => Buffer.from(parts.join('.')).toString('base64url')),
    );
    fc.assert(
      fc.property(cursor, (text) => {
        try {
          const { life, version, tag } = decodeCursor(text);
          assertSame(encodeCursor({ life, version, tag }), text);
          if (life === '' || tag === '' || !Number.isSafeInteger(version)) throw new Error('It is no position.');
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      budget(0.4),
    );
  },
  PATIENCE_MS,
);

/** What is admitted is JSON of its own, frozen all through, and says the same as text. */
function checkAdmitted(value: unknown): void {
  let admitted: Json;
  try {
    admitted = admit(value, { ...defaultLimits, depth: 12, nodes: 200 });
  } catch (error) {
    if (error instanceof ArpeggioError) return;
    throw error;
  }
  assertFrozenJson(admitted);
  assertSame(readJson(JSON.stringify(admitted)), admitted);
  assertSame(measure(admitted).bytes, Buffer.byteLength(JSON.stringify(admitted)));
  assertIntactPrototypes();
}

const anything = fc.anything({
  maxDepth: 6,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withTypedArray: true,
});

test(
  'whatever is given for JSON is refused, or admitted as a frozen copy of what it says',
  () => {
    fc.assert(fc.property(fc.oneof(anything, hostile.raw), checkAdmitted), budget(0.25));
  },
  PATIENCE_MS,
);

/** JSON as a GraphQL literal, with names for keys where it can. */
function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalOf).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(
    ([key, member]) => `${key.replace(/\W/g, '_') || '_'}: ${literalOf(member)}`,
  );
  return `{${members.join(', ')}}`;
}

test(
  'whatever is written for JSON in a document is no GraphQL, is refused, or is JSON',
  () => {
    const scalars = ['JSON', 'JSONObject', 'Version', 'Cursor'].map(
      (name) => schema.getType(name) as GraphQLScalarType,
    );
    const extra = fc.constantFrom('1e400', '-0', '9007199254740993', '0x1', '.5', '$v', '"""x"""', 'null', '__proto__');
    const text = fc.oneof(
      spoilt(hostile.raw.map(literalOf)),
      extra,
      extra.map((given) => `{__proto__: [${given}]}`),
    );
    fc.assert(
      fc.property(text, hostile.raw, (literal, variable) => {
        for (const scalar of scalars) {
          try {
            const node = parseValue(literal);
            expect(print(node)).toBeTruthy();
            checkAdmitted(scalar.parseLiteral(node, { v: variable }));
          } catch (error) {
            if (!(error instanceof GraphQLError) && !(error instanceof ArpeggioError)) throw error;
          }
        }
      }),
      budget(0.15),
    );
  },
  PATIENCE_MS,
);
