import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Api, type Failure } from '../../helpers/api.ts';
import { type Client, transports } from '../../helpers/transports.ts';

/** What an operation whose text is wrong ends with: the first error's code, and that the server goes on. */
async function codeOf(client: Client, query: string, operationName?: string): Promise<Failure['code']> {
  const { errors } = await client.run(query, {}, operationName);
  expect((await client.run('{ __typename }', {})).data).toEqual({ __typename: 'Query' });
  return errors?.[0]?.extensions?.['code'];
}

describe.each(transports)('A document over $name', ({ open }) => {
  it('has 4,000 tokens and no more', async () => {
    const { client } = await open();
    // 23 tokens besides the numbers.
    const numbers = (count: number) =>
      `mutation { setContext(id: "a", context: { x: [${'1 '.repeat(count)}] }) { context { version } } }`;
    expect((await client.run(numbers(3977), {})).errors).toBeUndefined();
    expect(await codeOf(client, numbers(3978))).toBe('LIMIT_EXCEEDED');
    // The second time it is a document that was seen before.
    expect(await codeOf(client, numbers(3978))).toBe('LIMIT_EXCEEDED');
    expect(await codeOf(client, `{ __typename } ${'# '.repeat(10_000)}`)).toBeUndefined();
  });

  it('may nest ten thousand levels deep without harm', async () => {
    const { client } = await open();
    const opened = 'contexts { edges { node '.repeat(10_000);
    const documents = [
      `{ ${opened}`,
      `{ ${'a { '.repeat(10_000)} x ${'} '.repeat(10_000)} }`,
      `{ context(id: ${'['.repeat(10_000)}${']'.repeat(10_000)}) { version } }`,
      `query ($x: ${'['.repeat(10_000)}Int${']'.repeat(10_000)}) { __typename }`,
      `{ ${'... { '.repeat(10_000)} __typename ${'} '.repeat(10_000)} }`,
    ];
    for (const document of documents) {
      for (let time = 1; time <= 2; time += 1) {
        expect(await codeOf(client, document)).toMatch(/^(LIMIT_EXCEEDED|GRAPHQL_PARSE_FAILED)$/);
      }
    }
  });

  it('may nest as deep as its tokens allow without harm', async () => {
    const { client } = await open({ limits: { documentTokens: 100_000 } });
    const documents = [
      `{ ${'... { '.repeat(1300)} __typename ${'} '.repeat(1300)} }`,
      `{ ${'... { '.repeat(20_000)} __typename ${'} '.repeat(20_000)} }`,
      `{ context(id: ${'['.repeat(1900)}${']'.repeat(1900)}) { version } }`,
      `mutation { setContext(id: "a", context: {x: ${'['.repeat(1900)}${']'.repeat(1900)}}) { context { version } } }`,
      `mutation { setContext(id: "a", context: {x: ${'['.repeat(20_000)}${']'.repeat(20_000)}}) { context { version } } }`,
    ];
    const chain = Array.from({ length: 12_000 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} }`);
    documents.push(`{ ...F0 } ${chain.join(' ')} fragment F12000 on Query { __typename }`);
    for (const document of documents) expect(await codeOf(client, document)).not.toBe('INTERNAL_SERVER_ERROR');
    expect(await new Api(client).read('a')).toBeNull();
  });

  it('may spread one fragment in another without end, and is refused for it', async () => {
    const { client } = await open();
    const chain = Array.from({ length: 400 }, (_, i) => `fragment F${i} on Query { ...F${(i + 1) % 400} }`);
    expect(await codeOf(client, `{ ...F0 } ${chain.join(' ')}`)).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('that is no GraphQL is refused with its place', async () => {
    const { client } = await open();
    for (const query of ['', '{', '}', '{ a ', 'hello', '{ a(x: "\ud83d") }', '"""', '\u0000']) {
      expect(await codeOf(client, query), JSON.stringify(query)).toBe('GRAPHQL_PARSE_FAILED');
    }
    expect((await client.run('{\n  a(', {})).errors?.[0]?.locations).toEqual([{ line: 2, column: 5 }]);
  });

  it('that does not fit the schema is refused before anything runs', async () => {
    const { client } = await open();
    const written = 'mutation { setContext(id: "a", context: {}) { context { version } } nothing }';
    expect(await codeOf(client, written)).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await codeOf(client, '{ context { version } }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await codeOf(client, 'query ($id: Int!) { context(id: $id) { version } }')).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    const two = 'subscription { a: contextChanged(id: "a") { __typename } b: contextChanged(id: "b") { __typename } }';
    expect(await codeOf(client, two)).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await new Api(client).read('a')).toBeNull();
  });

  it('with several operations runs the one that is named, and none that is not', async () => {
    const { client } = await open();
    const query = 'query A { a: __typename } query B { b: __typename }';
    expect((await client.run(query, {}, 'B')).data).toEqual({ b: 'Query' });
    expect(await codeOf(client, query)).toBe('BAD_USER_INPUT');
    expect(await codeOf(client, query, 'C')).toBe('BAD_USER_INPUT');
    expect(await codeOf(client, 'fragment F on Query { __typename }')).toBe('BAD_USER_INPUT');
  });

  it('runs its mutations one after the other', async () => {
    const { client } = await open();
    const update = (n: number) => `m${n}: updateContext(id: "a", changes: { n: ${n} }) { context { version context } }`;
    const query = `mutation { m0: setContext(id: "a", context: {}) { context { version } } ${[1, 2, 3].map(update).join(' ')} }`;
    const { data } = await client.run(query, {});
    expect(data).toMatchObject({ m1: { context: { version: 2 } }, m3: { context: { version: 4, context: { n: 3 } } } });
  });

  it('takes literals and variables inside of objects and lists', async () => {
    const { client } = await open();
    const query = `mutation ($x: Int, $missing: Int, $deep: JSON) {
      setContext(id: "a", context: { x: $x, gone: $missing, list: [$x, $missing], deep: $deep }) { context { context } }
    }`;
    const { data } = await client.run(query, { x: 1, deep: { y: [2] } });
    expect(data).toEqual({ setContext: { context: { context: { x: 1, list: [1, null], deep: { y: [2] } } } } });
  });

  it('asks for the whole schema like any other', async () => {
    const { client } = await open();
    const { data } = await client.run(getIntrospectionQuery(), {});
    expect(data).toHaveProperty('__schema.queryType.name', 'Query');
  });
});
