import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { masked } from '../../../src/server/execution/masked.ts';

const mask = (): GraphQLError => new GraphQLError('masked');
const FAILED = { data: null, errors: [new GraphQLError('secret')] };

it.each([
  ['at once', () => FAILED],
  ['later', async () => FAILED],
])('tells errors of what is answered %s as clients may be told of them', async (_, run) => {
  expect(await masked(run, mask)(null)).toEqual({ data: null, errors: [new GraphQLError('masked')] });
});

it('leaves what has no errors as it is', () => {
  const result = { data: { n: 1 } };
  expect(masked(() => result, mask)(null)).toBe(result);
});
