import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchemas } from '../../src/typed/schemas.ts';
import { hostile } from '../helpers/arbitraries.ts';

const room = {
  type: 'object',
  required: ['topic'],
  additionalProperties: false,
  properties: {
    topic: { type: 'string', maxLength: 5 },
    people: { type: 'object', additionalProperties: { enum: ['online', 'away'] } },
    seats: {
      type: 'array',
      items: { type: 'object', required: ['a/b~'], properties: { 'a/b~': { type: 'integer' } } },
    },
    mail: { type: 'string', format: 'email' },
  },
} as const;

describe('A schema', () => {
  it.each([
    [{}, ['topic'], 'required'],
    [{ topic: 1 }, ['topic'], 'type'],
    [{ topic: 'too long' }, ['topic'], 'maxLength'],
    [{ topic: 'tea', more: 1 }, ['more'], 'additionalProperties'],
    [{ topic: 'tea', people: { ada: 'here' } }, ['people', 'ada'], 'enum'],
    [{ topic: 'tea', seats: [{ 'a/b~': 1 }, {}] }, ['seats', '1', 'a/b~'], 'required'],
    [{ topic: 'tea', seats: [{ 'a/b~': 1.5 }] }, ['seats', '0', 'a/b~'], 'type'],
    [{ topic: 'tea', mail: 'nobody' }, ['mail'], 'format'],
  ])('finds what is wrong with %j', (context, path, rule) => {
    const violation = compileSchemas([{ in: 'room:*', schema: room }])('room:1')?.(context);
    expect(violation).toMatchObject({ code: 'SCHEMA_VIOLATION', applied: 'NO', path, rule, details: { path, rule } });
  });

  it('is for the ids that it names, and all that name one hold', () => {
    const ruleFor = compileSchemas([
      { in: 'room:*', schema: { type: 'object', required: ['a'] } },
      { in: 'room:1', schema: { type: 'object', required: ['b'] } },
    ]);
    expect(ruleFor('hall:1')).toBeUndefined();
    expect(ruleFor('room:2')?.({ a: 1 })).toBeNull();
    expect(ruleFor('room:1')?.({ a: 1 })).toMatchObject({ path: ['b'] });
    expect(ruleFor('room:1')?.({ b: 1 })).toMatchObject({ path: ['a'] });
    expect(ruleFor('room:1')?.({ a: 1, b: 1 })).toBeNull();
  });

  it('does not take what is inherited for what is there', () => {
    const rule = compileSchemas([{ in: '*', schema: { type: 'object', required: ['toString'] } }])('a');
    expect(rule?.({})).toMatchObject({ path: ['toString'] });
  });

  it('may be of draft 2020-12, or of draft-07', () => {
    const tuple = {
      type: 'object',
      properties: { a: { type: 'array', prefixItems: [{ type: 'integer' }], items: false, minItems: 1 } },
    };
    expect(compileSchemas([{ in: '*', schema: tuple }])('x')?.({ a: [1, 2] })).toMatchObject({ path: ['a'] });
    const old = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { a: { type: 'array', items: [{ type: 'integer' }], minItems: 1, additionalItems: false } },
    };
    expect(compileSchemas([{ in: '*', schema: old }])('x')?.({ a: ['b'] })).toMatchObject({ path: ['a', '0'] });
  });

  it('that takes any object takes any object', () => {
    const rule = compileSchemas([{ in: '*', schema: { type: 'object' } }])('x');
    fc.assert(fc.property(hostile.object, (context) => rule?.(context) === null));
  });

  it.each<[string, unknown, RegExp]>([
    ['no pattern', { in: 'a*b', schema: {} }, /schemas\[0\]\.in must be/],
    ['no schema', { in: 'a' }, /schemas\[0\]\.schema must be/],
    ['something else', { in: 'a', schema: {}, also: 1 }, /may have only/],
    ['a keyword that is none', { in: 'a', schema: { requierd: [] } }, /schemas\[0\]\.schema: .*requierd/],
    ['a type that is none', { in: 'a', schema: { type: 'objekt' } }, /schemas\[0\]\.schema: /],
    [
      'a format that is none',
      { in: 'a', schema: { type: 'object', properties: { a: { type: 'string', format: 'nope' } } } },
      /nope/,
    ],
    [
      'a reference to elsewhere',
      { in: 'a', schema: { $ref: 'http://127.0.0.1/schema.json' } },
      /can't resolve reference/,
    ],
    ['nothing', null, /schemas\[0\]\.in/],
  ])('is refused that has %s', (_what, part, message) => {
    expect(() => compileSchemas([part as never])).toThrow(message);
    expect(() => compileSchemas([part as never])).toThrow(TypeError);
  });
});

describe('What a schema must not do', () => {
  it('is to be decided later: a promise is no answer', () => {
    const schema = { $async: true, type: 'object', required: ['topic'] };
    expect(() => compileSchemas([{ in: '*', schema }])).toThrow(/schemas\[0\]\.schema: \$async is not supported/);
  });

  it('is to compare each element of a list with each other', () => {
    const rule = compileSchemas([{ in: '*', schema: { properties: { list: { uniqueItems: true } } } }])('a');
    const list = Array.from({ length: 20_000 }, (_, i) => ({ i, text: 'x' }));
    expect(rule?.({ list })).toBeNull();
    expect(rule?.({ list: [...list, { text: 'x', i: 7 }] })).toMatchObject({ path: ['list'], rule: 'uniqueItems' });
    const any = compileSchemas([{ in: '*', schema: { properties: { list: { uniqueItems: false } } } }])('a');
    expect(any?.({ list: [1, 1] })).toBeNull();
  });

  it('is to name one of several alternatives as the one that was meant', () => {
    const n = { anyOf: [{ type: 'string' }, { type: 'number', minimum: 3 }] };
    const rule = compileSchemas([{ in: '*', schema: { properties: { n } } }])('a');
    expect(rule?.({ n: 1 })).toMatchObject({ path: ['n'], rule: 'anyOf' });
  });
});
