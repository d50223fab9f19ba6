import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import Fastify from 'fastify';
import { type DocumentNode, execute, parse, validate } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import mercurius from 'mercurius';
import { createServer } from '../src/server/create-server.ts';
import { silentLog } from '../src/server/log.ts';
import type { ServerOptions } from '../src/server/server-options.ts';
import { groupChat } from './chord-context.ts';
import { cpuTime } from './environment.ts';

/**
 * One side of the HTTP benchmark, in a process of its own so that its CPU time is its own: `http-servers.js SIDE`. It has one
 * context of 12 KB at version 2, and answers whoever asks what a copy at version 1 or 2 lacks.
 */
const CHANGES = { participants: { 'user:1': { status: 'away' } } };
const DELTA = { participants: { 'user:1': { status: { action: 'modified', oldValue: 'online', value: 'away' } } } };

/** The peers have the context at hand in the process, compare versions, and know nothing of lives, gaps or stores. */
const chat = { id: 'chat', version: 2, context: { ...groupChat(50), ...CHANGES } };

type Answer = { readonly __typename: string; readonly version: number; readonly [field: string]: unknown };

function sync(id: string, version: number | null | undefined): Answer {
  if (id !== chat.id) throw new Error('There is no such context.');
  if (version === chat.version) return { __typename: 'NoChange', version };
  if (version === chat.version - 1)
    return { __typename: 'Delta', fromVersion: version, version: chat.version, delta: DELTA };
  return { __typename: 'FullContext', version: chat.version, context: chat.context };
}

const typeDefs = `
  scalar JSON
  type FullContext { version: Int! context: JSON! }
  type Delta { fromVersion: Int! version: Int! delta: JSON! }
  type NoChange { version: Int! }
  union SyncResult = FullContext | Delta | NoChange
  type Query { sync(id: ID!, version: Int): SyncResult! }
`;
interface Arguments {
  readonly id: string;
  readonly version?: number | null;
}
const resolvers = { Query: { sync: (_: unknown, { id, version }: Arguments) => sync(id, version) } };

async function listening(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => resolve(text)).on('error', reject);
  });
}

interface Posted {
  readonly query: string;
  readonly variables: Arguments;
}

/** The least that a server in Node can do: no GraphQL at all. */
function nodeHttp(): Promise<string> {
  const answers = [1, 2].map((version) => JSON.stringify({ data: { sync: sync(chat.id, version) } }));
  return listening(async (request, response) => {
    const { variables } = JSON.parse(await textOf(request)) as Posted;
    const body = answers[Number(variables.version) - 1] ?? '';
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}

/** graphql-js by hand, each document parsed and validated once. */
function graphqlJs(): Promise<string> {
  const schema = createSchema({ typeDefs, resolvers });
  const documents = new Map<string, DocumentNode>();
  const documentOf = (query: string): DocumentNode => {
    const known = documents.get(query);
    if (known) return known;
    const document = parse(query);
    if (validate(schema, document).length > 0) throw new Error('It is not valid.');
    documents.set(query, document);
    return document;
  };
  return listening(async (request, response) => {
    const { query, variables } = JSON.parse(await textOf(request)) as Posted;
    const result = await execute({ schema, document: documentOf(query), variableValues: { ...variables } });
    const body = JSON.stringify(result);
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}

/** As its documentation starts it. */
async function apollo(): Promise<string> {
  const server = new ApolloServer({ typeDefs, resolvers });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  return url;
}

async function mercuriusJit(): Promise<string> {
  const app = Fastify();
  const resolveType = ({ __typename }: Answer): string => __typename;
  await app.register(mercurius, { schema: typeDefs, resolvers: { ...resolvers, SyncResult: { resolveType } }, jit: 1 });
  return `${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`;
}

function stockYoga(): Promise<string> {
  const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false });
  return listening((request, response) => void yoga(request, response));
}

async function arpeggio(): Promise<string> {
  return serving({});
}

async function arpeggioOnRedis(): Promise<string> {
  const { REDIS_URL: redisUrl = '' } = process.env;
  return serving({ redisUrl, redisPrefix: `bench:${process.pid}` });
}

async function serving(options: ServerOptions): Promise<string> {
  const server = createServer({ port: 0, archive: 'off', log: silentLog, ...options });
  const { http } = await server.listen();
  await server.manager.set(chat.id, groupChat(50));
  await server.manager.update(chat.id, CHANGES);
  return http;
}

const sides: { readonly [name: string]: () => Promise<string> } = {
  'node:http': nodeHttp,
  'graphql-js': graphqlJs,
  'Apollo Server': apollo,
  'Mercurius, jit': mercuriusJit,
  'stock Yoga': stockYoga,
  arpeggio,
  'arpeggio, Redis': arpeggioOnRedis,
};

const start = sides[process.argv[2] ?? ''];
if (!start) throw new Error(`The sides are ${Object.keys(sides).join(', ')}.`);
process.on('message', () => process.send?.(cpuTime()));
process.send?.(await start());
