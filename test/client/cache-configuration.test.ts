import { readFileSync } from 'node:fs';
import { buildSchema, isAbstractType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { possibleTypes, typePolicies } from '../../src/client/apollo.ts';
import { keys } from '../../src/client/urql.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

test('possibleTypes names what the schema does', () => {
  const expected = types
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)] as const);
  expect(Object.keys(possibleTypes).toSorted()).toEqual(expected.map(([name]) => name).toSorted());
  for (const [name, members] of expected) {
    expect(possibleTypes[name as keyof typeof possibleTypes].toSorted()).toEqual(members.toSorted());
  }
});

test('every type is an entity or a value, and a context alone is an entity', () => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const objects = types.filter(isObjectType).filter((type) => !roots.includes(type));
  expect(Object.keys(keys).toSorted()).toEqual(objects.map(({ name }) => name).toSorted());
  for (const { name } of objects) {
    expect(keys[name]?.({ __typename: name, contextId: 'a' })).toBe(name === 'FullContext' ? 'a' : null);
  }
  expect(Object.keys(typePolicies).toSorted()).toEqual([...possibleTypes.Versioned].toSorted());
});
