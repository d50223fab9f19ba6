import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { transports } from '../../helpers/transports.ts';

function times(count: number, text: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(' ');
}

/** `levels` fields inside each other, which no schema has to know to refuse them. */
function deep(levels: number): string {
  return `{ ${'a { '.repeat(levels - 1)} a ${'} '.repeat(levels - 1)} }`;
}

/** 2 to the power of `levels` fields, in a handful of words each. */
function bomb(levels: number, written = '__typename'): string {
  const fragments = times(levels, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
  return `{ ...F0 } ${fragments} fragment F${levels} on Query { ${written} }`;
}

/** What fits each limit, as many times as it is said to, and the limit. */
const cases: readonly (readonly [string, number, (count: number) => string])[] = [
  ['levels', 12, deep],
  [
    'levels by fragments',
    12,
    (count) => `{ a { ...F } } fragment F on A ${deep(count - 2).replace(/a (?=[ }])/, '... { a { x } } ')}`,
  ],
  ['root fields', 20, (count) => `{ ${'__typename '.repeat(count)} }`],
  [
    'root fields by fragments',
    20,
    (count) => `{ ...F ...F } fragment F on Query { ${'__typename '.repeat(count / 2)} }`,
  ],
  ['fields', 500, (count) => `{ contexts { nodes { ${'version '.repeat(count - 2)} } } }`],
  [
    'fields of fragments that nobody spreads',
    499,
    (count) => `{ __typename } fragment F on A { ${'a '.repeat(count)} }`,
  ],
  ['aliases', 30, (count) => `{ contexts { nodes { ${times(count, (i) => `a${i}: version`)} } } }`],
  ['directives', 50, (count) => `{ __typename ${'@skip(if: false) '.repeat(count)} }`],
  ['directives on operations', 50, (count) => `query ${'@skip(if: false) '.repeat(count)} { __typename }`],
  ['directives on fragments', 50, (count) => `{ ...F } fragment F on Query ${'@a '.repeat(count)} { __typename }`],
  ['directives on variables', 50, (count) => `query ($x: Int ${'@a '.repeat(count)}) { __typename }`],
];

describe.each(transports)('A document over $name', ({ open }) => {
  it.each(cases)('has as many %s as the limit says (%i) and no more', async (_, most, documentOf) => {
    const { client, logged } = await open();
    const codeOf = async (query: string) => (await client.run(query, {})).errors?.[0]?.extensions?.['code'];
    expect(await codeOf(documentOf(most))).not.toBe('LIMIT_EXCEEDED');
    const more = documentOf(most + (documentOf(most + 1) === documentOf(most) ? 2 : 1));
    // The second time it is a document that was seen before.
    for (let time = 1; time <= 2; time += 1) expect(await codeOf(more)).toBe('LIMIT_EXCEEDED');
    expect(logged).toEqual([]);
  });

  it('is refused for what its fragments come to, and as fast as any other', async () => {
    const { client } = await open();
    for (const query of [
      bomb(8),
      bomb(200),
      bomb(200, '... @skip(if: true) { __typename }'),
      bomb(200, 'a: __typename'),
    ]) {
      const begun = performance.now();
      const { errors } = await client.run(query, {});
      expect(errors?.[0]?.extensions?.['code']).toBe('LIMIT_EXCEEDED');
      expect(performance.now() - begun).toBeLessThan(2000);
    }
    expect((await client.run(bomb(4), {})).data).toEqual({ __typename: 'Query' });
  });

  it('may ask for the schema as deep as GraphiQL does, and not round and round', async () => {
    const { client } = await open({ limits: { documentDepth: 2 } });
    expect((await client.run(getIntrospectionQuery(), {})).data).toHaveProperty('__schema');
    const round = `{ __schema { types { ${'fields { type { '.repeat(4)} name ${'} } '.repeat(4)} } } }`;
    expect((await client.run(round, {})).errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('has the limits that the server is given', async () => {
    const limits = { documentDepth: 3, rootFields: 2, documentFields: 5, documentAliases: 1, documentDirectives: 1 };
    const { client } = await open({ limits });
    const written = 'mutation { a: setContext(id: "a", context: {}) { context { version } } }';
    expect((await client.run(written, {})).errors).toBeUndefined();
    const refused = [
      'mutation { setContext(id: "b", context: {}) { context { ... { delta { delta } } } } }',
      'mutation { deleteContext(id: "a") { version } __typename __typename }',
      'mutation { setContext(id: "b", context: {}) { context { version cursor life contextId } } }',
      'mutation { a: deleteContext(id: "a") { b: version } }',
      'mutation { deleteContext(id: "a") @skip(if: false) { version @skip(if: false) } }',
    ];
    for (const query of refused) {
      expect((await client.run(query, {})).errors?.[0]?.extensions?.['code'], query).toBe('LIMIT_EXCEEDED');
    }
    expect((await client.run('{ context(id: "a") { version } }', {})).data).toEqual({ context: { version: 1 } });
  });

  it('that is a subscription is refused by the same limits', async () => {
    const { client } = await open();
    const query = `subscription { contextChanged(id: "a") ${deep(12)} }`;
    const { value } = await client.subscribe(query, {}).next();
    expect(value).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] });
  });
});
