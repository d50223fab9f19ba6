import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import type { DocumentNode } from 'graphql';
import { createSchema, createYoga, type Plugin } from 'graphql-yoga';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { StoreUnavailableError } from '../../src/errors.ts';
import { MemoryFeed } from '../../src/feed/memory-feed.ts';
import { useBodyLimit } from '../../src/server/body-limit.ts';
import { DocumentCache } from '../../src/server/document-cache.ts';
import type { Yoga } from '../../src/server/enveloped.ts';
import { plainPosts } from '../../src/server/plain-posts.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { type ListeningApp, startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { Gate } from '../helpers/gates.ts';
import { connectTo, sendRaw } from '../helpers/raw.ts';
import { serverSockets } from '../helpers/server-sockets.ts';

const LIMIT = 20_000;
const POSTED_JSON = 'Content-Type: application/json';

interface Posted {
  readonly method: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly isChunked: boolean;
}

class FragileStore extends MemoryStore {
  override async read(id: string) {
    if (id === 'unavailable') throw new StoreUnavailableError();
    if (id === 'broken') throw new Error('secret');
    return super.read(id);
  }
}

function startFragile(): Promise<ListeningApp> {
  const feed = new MemoryFeed();
  const store = () => new FragileStore({ tell: feed.tell });
  return startApp({ feed, store, limits: { bodyBytes: LIMIT } });
}

/** As HTTP has it. */
function written(path: string, { method, headers, body, isChunked }: Posted): Buffer {
  const length = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: localhost', ...headers, length];
  const half = Math.ceil(body.length / 2);
  const chunks = [body.subarray(0, half), body.subarray(half)].filter((chunk) => chunk.length > 0);
  const parts = isChunked
    ? [...chunks.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, '\r\n']), '0\r\n\r\n']
    : [body];
  return Buffer.concat([`${lines.join('\r\n')}\r\n\r\n`, ...parts].map((part) => Buffer.from(part as string)));
}

/** Streams leave their connection open, whatever they are asked. */
const LAST = Buffer.from('GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');

/** Every byte of the answers but those that no two answers have in common. */
async function answersTo({ address }: ListeningApp, path: string, requests: readonly Posted[]): Promise<string> {
  const bytes = requests.map((request) => written(path, request));
  const answers = await sendRaw(address, Buffer.concat([...bytes, LAST]));
  return answers.replace(/\r\nDate: [^\r]*/g, '').replace(/"(currentCursor|cursor)":"[^"]+"/g, '"$1":"some"');
}

const ids = ['a', 'b', 'é😀', '__proto__', '', 'unavailable', 'broken'];

const reads = [
  '{ __typename }',
  'query ($id: ID!) { context(id: $id) { contextId version context cursor } }',
  'query ($id: ID!, $version: Version) { sync(id: $id, version: $version) { __typename ... on NoChange { version } } }',
  'query ($id: ID = "a", $version: Version) { a: context(id: $id) { version } b: sync(id: "b", version: $version) { __typename } }',
  '{ __schema { queryType { name } } }',
  'query ($version: Version) { context(id: "a") @skip(if: true) { version } __typename }',
  'query A { __typename } query B { context(id: "a") { version } } mutation C { deleteContext(id: "none") { version } } subscription D { contextChanged(id: "") { __typename } }',
  'subscription { contextChanged(id: "") { __typename } }',
  '{ nothing }',
  '{ a(',
  '{ context }',
  '',
  `{ __typename ${'# long\n'.repeat(2000)} }`,
  `{ ${'a '.repeat(9000)} }`,
] as const;

const writes = [
  'mutation ($id: ID!, $context: JSONObject!) { setContext(id: $id, context: $context) { context { version context cursor } } }',
  'mutation ($id: ID!, $changes: JSONObject!, $version: Version) { updateContext(id: $id, changes: $changes, expectedVersion: $version) { context { version } delta { delta } } }',
  'mutation ($id: ID!) { deleteContext(id: $id) { version } }',
  'mutation ($id: ID!) { a: setContext(id: $id, context: {}) { context { version } } b: updateContext(id: "broken", changes: {}) { context { version } } }',
] as const;

const scalar = fc.oneof(
  fc.constantFrom(null, true, 0, 1, 2, -1, 1.5, 2 ** 53, '', 'a', 'é😀'),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const object = fc.dictionary(fc.constantFrom('a', 'é', '__proto__', 'constructor'), scalar, { maxKeys: 3 });

const ordinaryVariables = fc.record(
  { id: fc.constantFrom(...ids), version: fc.constantFrom(0, 1, 2), context: object, changes: object },
  { requiredKeys: ['id', 'context', 'changes'] },
);
const oddVariables = fc.oneof(
  fc.record({ id: scalar, version: scalar, context: fc.oneof(scalar, object), changes: scalar }, { requiredKeys: [] }),
  fc.dictionary(fc.string({ maxLength: 3 }), scalar, { maxKeys: 2 }),
  scalar,
  fc.array(scalar, { maxLength: 2 }),
);
const ordinary = (documents: readonly string[]) =>
  fc.record({ query: fc.constantFrom(...documents), variables: ordinaryVariables }, { requiredKeys: ['query'] });
const oddParam = fc.oneof(
  fc.tuple(fc.constant('query'), fc.oneof(scalar, object)),
  fc.tuple(fc.constant('variables'), oddVariables),
  fc.tuple(fc.constant('operationName'), fc.oneof(fc.constantFrom('A', 'B', 'C', 'D', 'E'), scalar)),
  fc.tuple(fc.constant('extensions'), fc.oneof(scalar, object, fc.constant({ persistedQuery: { version: 1 } }))),
  fc.tuple(fc.constantFrom('__proto__', 'constructor', 'id'), fc.oneof(scalar, object)),
);
const odd = (documents: readonly string[]) =>
  fc
    .tuple(ordinary(documents), oddParam)
    .map(([params, param]) => Object.fromEntries([...Object.entries(params), param]));

/** JSON that is none, and JSON that is no operation. */
const oddBodies = [
  ...['', ' ', '{', 'null', '5', '"text"', '[]', '[{"query":"{ __typename }"}]', '{}', '{"query":"{ __typename }"'],
  ...[
    '\ufeff{"query":"{ __typename }"}',
    ' {"query":"{ __typename }"}\n',
    '{"query":"{ nothing }","query":"{ __typename }"}',
  ],
  ...[
    '{"query":"{ __typename }","__proto__":null}',
    '{"query":"{ __typename }","__proto__":{"x":1}}',
    '{"__proto__":{"query":"{ __typename }"}}',
  ],
  ...['{"query":"{ __typename }","variables":{"__proto__":{"id":"a"}}}', '{"query":"{ __typename }","id":null}'],
].map((text) => Buffer.from(text));
oddBodies.push(Buffer.from('{"query":"{ __typename #\xff\n}"}', 'latin1'));
oddBodies.push(...[LIMIT, LIMIT + 1].map((bytes) => Buffer.from('{"query":"{ __typename }"}'.padEnd(bytes))));

const bodyOf = (documents: readonly string[]): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { arbitrary: ordinary(documents).map((params) => Buffer.from(JSON.stringify(params))), weight: 4 },
    { arbitrary: odd(documents).map((params) => Buffer.from(JSON.stringify(params))), weight: 3 },
    { arbitrary: fc.constantFrom(...oddBodies), weight: 1 },
  );

const often = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 3 }, { arbitrary: fc.constantFrom(usual, ...others), weight: 2 });

const contentType = often(
  'application/json',
  ...['Application/JSON', 'application/json; charset=utf-8', 'application/json;charset=utf-8', 'application/json;'],
  ...['application/json; charset=latin1', 'application/graphql+json', 'application/json, text/plain', 'text/plain', ''],
  ...[
    'text/plain\r\nContent-Type: application/json',
    'application/json\r\nContent-Type: text/plain',
    'application/jsonx',
  ],
);
const accept = often(
  undefined,
  ...[
    '',
    '*/*',
    'application/json',
    'application/graphql-response+json',
    'application/*',
    'APPLICATION/JSON',
    'text/html',
  ],
  ...['application/graphql-response+json, application/json;q=0.9', 'application/json, text/event-stream', '*/*;q=0.1'],
  ...['*/*, application/graphql-response+json', 'application/json, multipart/mixed', 'application/json;charset=latin1'],
  ...['text/event-stream, application/json', 'multipart/mixed, application/json', 'text/html, application/json, */*'],
  ...['application/json; charset=utf-8', 'application/json ,*/*', 'text/event-stream', 'multipart/mixed', 'image/png'],
  ...['text/html\r\nAccept: application/json', 'application/graphql-response+json\r\nAccept: application/json', ','],
);
const otherHeader = often(
  undefined,
  ...['Content-Encoding: gzip', 'Origin: http://evil.example', 'X-HTTP-Method-Override: GET', 'Expect: 100-continue'],
);

const postedWith = (documents: readonly string[]): fc.Arbitrary<Posted> =>
  fc
    .record({
      method: often('POST', 'GET', 'PUT', 'OPTIONS', 'DELETE'),
      contentType,
      accept,
      otherHeader,
      body: bodyOf(documents),
      isChunked: fc.boolean(),
    })
    .map(({ contentType, accept, otherHeader, ...posted }) => ({
      ...posted,
      headers: [
        `Content-Type: ${contentType}`,
        ...(accept === undefined ? [] : [`Accept: ${accept}`]),
        ...(otherHeader === undefined ? [] : [otherHeader]),
      ],
    }));

describe('A plain post', () => {
  let plain: ListeningApp;
  let byYoga: ListeningApp;

  beforeEach(async () => {
    [plain, byYoga] = await Promise.all([startFragile(), startFragile()]);
  });

  /** With a query string, though an empty one, none is plain. */
  async function expectAlike(requests: readonly Posted[]): Promise<void> {
    const answers = await answersTo(plain, '/graphql', requests);
    expect(answers).toBe(await answersTo(byYoga, '/graphql?', requests));
  }

  it('is answered as Yoga answers it, whatever is odd about it, and has the same effect', async () => {
    await fc.assert(
      fc.asyncProperty(postedWith([...reads, ...writes]), (request) => expectAlike([request])),
      { numRuns: 600 },
    );
    const [logged, loggedByYoga] = [plain, byYoga].map((app) => app.logged.map((text) => text.split('\n')[0]));
    expect(logged).toEqual(loggedByYoga);
  });

  it('may follow others on its connection before they are answered', async () => {
    await fc.assert(fc.asyncProperty(fc.array(postedWith(reads), { minLength: 2, maxLength: 5 }), expectAlike), {
      numRuns: 100,
    });
  });

  it("whose client has left is nobody's to answer", async () => {
    const gate = new Gate();
    class GatedStore extends MemoryStore {
      override async read(id: string) {
        await gate.pass();
        return super.read(id);
      }
    }
    const feed = new MemoryFeed();
    const app = await startApp({ feed, store: () => new GatedStore({ tell: feed.tell }) });
    const sockets = serverSockets();
    const body = Buffer.from(JSON.stringify({ query: '{ context(id: "a") { version } }' }));
    const request = { method: 'POST', headers: [POSTED_JSON], body, isChunked: false };
    await answersTo(app, '/graphql', [request]);
    gate.shut();
    const socket = await connectTo(app.address);
    socket.write(written('/graphql', request));
    await eventually(() => expect(gate.waiting).toBe(1));
    socket.destroy();
    await eventually(() => expect(sockets.every(({ closed }) => closed)).toBe(true));
    gate.open();
    expect(await answersTo(app, '/graphql', [request])).toContain('{"data":{"context":null}}');
    expect(app.logged).toEqual([]);
  });
});

describe('The listener for plain posts', () => {
  const typeDefs = `
    scalar Any
    type Query { hello(name: String): String, any: Any }
    type Mutation { count: Int, fail: Int }
    type Subscription { nothing: Int }
  `;

  /** What it is asked, how often Yoga is, how often an operation runs. */
  async function start(
    makeContext = async (_: { readonly req?: IncomingMessage }): Promise<object> => ({}),
    ...plugins: Plugin[]
  ) {
    let asked = 0;
    let ran = 0;
    const documentCache = new DocumentCache<DocumentNode>();
    const posts = plainPosts('/graphql', LIMIT, documentCache);
    const ask = (): void => {
      asked += 1;
    };
    const run = (): number => {
      ran += 1;
      return ran;
    };
    const resolvers = {
      Query: { hello: (_: unknown, { name }: { name: string | null }) => `Hello ${name}`, any: () => 1n },
      Mutation: {
        count: run,
        fail: () => {
          run();
          throw new Error('It failed.');
        },
      },
    };
    const yoga = createYoga({
      schema: createSchema({ typeDefs, resolvers }),
      context: makeContext,
      maxRequestBodySize: false,
      logging: false,
      parserAndValidationCache: { documentCache },
      plugins: [useBodyLimit(LIMIT), posts.plugin, { onRequest: ask }, ...plugins],
    }) as unknown as Yoga;
    const server = createServer(posts.listener(yoga)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      port,
      asked: () => asked,
      ran: () => ran,
      async post(body: unknown, headers: Record<string, string> = {}, path = '/graphql') {
        const response = await fetch(`http://127.0.0.1:${port}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        });
        return { status: response.status, type: response.headers.get('content-type'), ...(await response.json()) };
      },
    };
  }

  const json = { status: 200, type: 'application/json; charset=utf-8' };

  it('asks Yoga once about a document, and then no more', async () => {
    const { post, asked, port } = await start();
    const query = 'query A($name: String) { hello(name: $name) } query B { __typename }';
    for (const name of ['you', 'é😀', null]) {
      const params = { query, variables: { name }, operationName: 'A' };
      expect(await post(params)).toEqual({ ...json, data: { hello: `Hello ${name}` } });
    }
    expect(await post({ query, operationName: 'B', variables: null })).toEqual({
      ...json,
      data: { __typename: 'Query' },
    });
    for (const [accept, type] of [
      ['application/graphql-response+json,application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
      ['application/json, text/plain, */*', json.type],
      ['*/*', json.type],
    ] as const) {
      const answer = await post({ query, operationName: 'B' }, { accept });
      expect(answer).toEqual({ status: 200, type, data: { __typename: 'Query' } });
    }
    const headers = { 'content-type': 'application/json; charset=utf-8', accept: 'application/json' };
    await post({ query, operationName: 'B' }, headers);
    await post({ query, operationName: 'B' }, { ...headers, 'content-type': 'application/json;charset=utf-8' });
    const body = Buffer.from(JSON.stringify({ query, operationName: 'B' }));
    const bare = written('/graphql', {
      method: 'POST',
      headers: [POSTED_JSON, 'Connection: close'],
      body,
      isChunked: true,
    });
    expect(await sendRaw({ port }, bare)).toContain('{"data":{"__typename":"Query"}}');
    expect(asked()).toBe(1);
    await post({ query, operationName: 'B' }, headers, '/graphql?x');
    expect(asked()).toBe(2);
  });

  it('runs what Yoga then has to answer no second time', async () => {
    const { post, asked, ran } = await start();
    for (let n = 1; n <= 3; n += 1) {
      expect(await post({ query: 'mutation { count }' })).toEqual({ ...json, data: { count: 2 * n - 1 } });
      expect(await post({ query: 'mutation { fail }' })).toMatchObject({ ...json, data: { fail: null }, errors: [{}] });
      expect(ran()).toBe(2 * n);
    }
    expect(asked()).toBe(4);
  });

  it('leaves to Yoga what is no JSON', async () => {
    const { post, asked } = await start();
    const answers = [await post({ query: '{ any }' }), await post({ query: '{ any }' })];
    expect(answers[0]).toMatchObject({ status: 500, errors: [{}] });
    expect(answers[1]).toEqual(answers[0]);
    expect(asked()).toBe(2);
  });

  it('leaves to Yoga what says how it is to be answered', async () => {
    const { post, asked } = await start(undefined, {
      onExecute: () => ({
        onExecuteDone: ({ result, setResult }) => setResult({ ...result, extensions: { http: { status: 418 } } }),
      }),
    });
    for (let n = 1; n <= 2; n += 1) {
      expect(await post({ query: '{ __typename }' })).toEqual({ ...json, status: 418, data: { __typename: 'Query' } });
      expect(asked()).toBe(n);
    }
  });

  it('has the context made for each operation, and refuses what that refuses', async () => {
    const { post, ran } = await start(async ({ req }) => {
      if (req?.headers['authorization'] !== 'me') throw new Error('Who are you?');
      return {};
    });
    const query = 'mutation { count }';
    const refusals = [await post({ query })];
    expect(await post({ query }, { authorization: 'me' })).toEqual({ ...json, data: { count: 1 } });
    refusals.push(await post({ query }), await post({ query }, { authorization: 'you' }));
    expect(await post({ query }, { authorization: 'me' })).toEqual({ ...json, data: { count: 2 } });
    expect(refusals[0]).toMatchObject({ errors: [{ message: 'Unexpected error.' }] });
    for (const refusal of refusals) expect(refusal).toEqual(refusals[0]);
    expect(ran()).toBe(2);
  });
});
