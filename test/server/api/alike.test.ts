import { type DocumentNode, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { StoreUnavailableError } from '../../../src/errors.ts';
import { MemoryFeed } from '../../../src/feed/memory-feed.ts';
import { MemoryStore } from '../../../src/store/memory-store.ts';
import { Api } from '../../helpers/api.ts';
import type { AppOptions } from '../../helpers/app.ts';
import { contextChanged, deleteContext, setContext, syncContext, updateContext } from '../../helpers/operations.ts';
import { type Client, rawJson, transports } from '../../helpers/transports.ts';

class FragileStore extends MemoryStore {
  override async read(id: string) {
    if (id === 'unavailable') throw new StoreUnavailableError();
    if (id === 'broken') throw new Error('secret');
    return super.read(id);
  }
}

const feed = new MemoryFeed();
const options: AppOptions = { store: () => new FragileStore({ tell: feed.tell }), feed };

type Operation = readonly [document: DocumentNode | string, variables: Record<string, unknown>];

/** Everything that can go wrong with an operation, by the code that it ends with. */
const failures: readonly (readonly [code: string, name: string, ...operation: Operation])[] = [
  ['BAD_USER_INPUT', 'an empty id', setContext, { id: '', context: {} }],
  ['BAD_USER_INPUT', 'a number JSON can not carry', setContext, { id: 'a', context: { n: rawJson('1e400') } }],
  ['BAD_USER_INPUT', 'a cursor that is none', syncContext, { id: 'a', cursor: 'x' }],
  ['BAD_USER_INPUT', 'a request id used before', updateContext, { id: 'a', changes: { other: 1 }, requestId: 'r' }],
  ['BAD_USER_INPUT', 'a variable of another type', setContext, { id: 'a', context: [] }],
  ['BAD_USER_INPUT', 'a variable that is missing', updateContext, { id: 'a' }],
  ['BAD_USER_INPUT', 'a version below 0', syncContext, { id: 'a', version: -1 }],
  ['BAD_USER_INPUT', 'no operation to choose', 'query A { __typename } query B { __typename }', {}],
  ['CONTEXT_NOT_FOUND', 'an update of nothing', updateContext, { id: 'b', changes: {} }],
  ['CONTEXT_NOT_FOUND', 'a deletion of nothing', deleteContext, { id: 'b' }],
  ['CONTEXT_NOT_FOUND', 'a sync of nothing', syncContext, { id: 'b' }],
  ['VERSION_CONFLICT', 'a version that was passed', setContext, { id: 'a', context: {}, expectedVersion: 1 }],
  ['VERSION_CONFLICT', 'a context that exists', setContext, { id: 'a', context: {}, expectedVersion: 0 }],
  ['CONTEXT_TOO_LARGE', 'too many bytes', updateContext, { id: 'a', changes: { x: 'x'.repeat(1_048_576) } }],
  ['LIMIT_EXCEEDED', 'too many tokens', `{ ${'a '.repeat(5000)} }`, {}],
  ['GRAPHQL_PARSE_FAILED', 'a syntax error', '{ a(', {}],
  ['GRAPHQL_VALIDATION_FAILED', 'a field that is not there', '{ nothing }', {}],
  [
    'GRAPHQL_VALIDATION_FAILED',
    'a literal of another type',
    'mutation { setContext(id: "a", context: 5) { context { version } } }',
    {},
  ],
  ['STORE_UNAVAILABLE', 'a store that is away', setContext, { id: 'unavailable', context: {} }],
  ['INTERNAL_SERVER_ERROR', 'a broken store', setContext, { id: 'broken', context: {} }],
];

const failedSubscriptions: readonly (readonly [code: string, name: string, ...operation: Operation])[] = [
  ['BAD_USER_INPUT', 'an empty id', contextChanged, { id: '' }],
  ['BAD_USER_INPUT', 'a cursor that is none', contextChanged, { id: 'a', cursor: 'x' }],
  ['BAD_USER_INPUT', 'a variable that is missing', contextChanged, {}],
  ['BAD_USER_INPUT', 'a version below 0', contextChanged, { id: 'a', version: -1 }],
  ['GRAPHQL_PARSE_FAILED', 'a syntax error', 'subscription {', {}],
  ['GRAPHQL_VALIDATION_FAILED', 'a field that is not there', 'subscription { nothing }', {}],
];

function textOf(document: DocumentNode | string): string {
  return typeof document === 'string' ? document : print(document);
}

/** Each transport with a server of its own, in the same state. */
async function openAll(): Promise<readonly Client[]> {
  const opened = await Promise.all(transports.map(({ open }) => open(options)));
  for (const { client } of opened) {
    const api = new Api(client);
    await api.set('a', { n: 1 });
    await api.update('a', { n: 2 }, { requestId: 'r' });
  }
  return opened.map(({ client }) => client);
}

/** Cursors hold something random: all that can be the same is that there is one. */
function comparable(result: unknown): unknown {
  return JSON.parse(JSON.stringify(result).replace(/"currentCursor":"[^"]+"/g, '"currentCursor":"some"'));
}

describe('An operation fails the same way on every transport', () => {
  it.each(failures)('with %s for %s', async (code, _, document, variables) => {
    const results: unknown[] = [];
    for (const client of await openAll()) results.push(comparable(await client.run(textOf(document), variables)));
    const [first, ...others] = results;
    // What became of it is told of every failed write, and of nothing else.
    const applied = textOf(document).startsWith('mutation') ? expect.stringMatching(/^(NO|UNKNOWN)$/) : undefined;
    const told = { message: expect.any(String), extensions: { code, applied } };
    expect(first).toMatchObject({ errors: [applied === undefined ? { ...told, extensions: { code } } : told] });
    expect(JSON.stringify(first).includes('"applied"')).toBe(applied !== undefined);
    for (const other of others) expect(other).toEqual(first);
  });

  it.each(failedSubscriptions)('with %s for %s, as a subscription', async (code, _, document, variables) => {
    const results: unknown[] = [];
    for (const client of await openAll()) {
      const events = client.subscribe(textOf(document), variables);
      results.push(comparable((await events.next()).value));
      expect(await events.next()).toMatchObject({ done: true });
    }
    const [first, ...others] = results;
    expect(first).toMatchObject({ errors: [{ message: expect.any(String), extensions: { code } }] });
    for (const other of others) expect(other).toEqual(first);
  });
});
