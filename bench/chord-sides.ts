import { Agent, request } from 'node:http';
import type { JsonObject } from '../src/json.ts';
import { createServer, type Server } from '../src/server/create-server.ts';
import { silentLog } from '../src/server/log.ts';
import type { ServerOptions } from '../src/server/server-options.ts';
import type { Action } from './chord-context.ts';

/** A way to use Arpeggio, as far as the scenarios need one. */
export interface Side {
  /** Makes a context that is not there yet, at version 1. */
  set(id: string, context: JsonObject): Promise<void>;
  /** Resolves to what a sync answered: a delta, no change, or a whole context; null for an update. */
  act(id: string, action: Action): Promise<string | null>;
  /** The version and the state. */
  read(id: string): Promise<{ readonly version: number; readonly context: JsonObject }>;
  /** Takes a context away. */
  forget(id: string): Promise<void>;
  close(): Promise<void>;
}

/** Where contexts are kept: in memory, unless there is a Redis. */
export type Backing = Pick<ServerOptions, 'redisUrl' | 'redisPrefix'>;

interface Running {
  readonly server: Server;
  readonly http: string;
}

async function start(backing: Backing): Promise<Running> {
  const server = createServer({ port: 0, log: silentLog, archive: 'off', ...backing });
  const { http } = await server.listen();
  return { server, http };
}

/** Every call on its own, as Chord's stateless mode. */
async function statelessLibrary(backing: Backing): Promise<Side> {
  const { server } = await start(backing);
  const { manager } = server;
  return {
    async set(id, context) {
      await manager.set(id, context);
    },
    async act(id, action) {
      if (action.kind === 'sync') return (await manager.sync(id, { version: 1 })).kind;
      await manager.update(id, action.changes);
      return null;
    },
    async read(id) {
      const full = await manager.get(id);
      if (!full) throw new Error('The context is gone.');
      return full;
    },
    async forget(id) {
      await manager.delete(id);
    },
    close: () => server.close(),
  };
}

/** A process per context, as Chord's stateful mode: here an open context. */
async function statefulLibrary(backing: Backing): Promise<Side> {
  const { server } = await start(backing);
  const stateless = server.manager;
  const open = new Map<string, Awaited<ReturnType<typeof stateless.open>>>();
  const contextOf = async (id: string) => {
    const known = open.get(id) ?? (await stateless.open(id));
    open.set(id, known);
    return known;
  };
  return {
    async set(id, context) {
      await (await contextOf(id)).set(context);
    },
    async act(id, action) {
      const actor = await contextOf(id);
      if (action.kind === 'sync') return (await actor.sync({ version: 1 })).kind;
      await actor.update(action.changes);
      return null;
    },
    async read(id) {
      const full = await (await contextOf(id)).get();
      if (!full) throw new Error('The context is gone.');
      return full;
    },
    async forget(id) {
      const actor = await contextOf(id);
      await actor.delete();
      actor.close();
      open.delete(id);
    },
    close: () => server.close(),
  };
}

const SET =
  'mutation Set($id: ID!, $context: JSONObject!) { setContext(id: $id, context: $context) { context { version } } }';
const UPDATE =
  'mutation Update($id: ID!, $changes: JSONObject!) { updateContext(id: $id, changes: $changes) { context { version } delta { delta } } }';
const SYNC =
  'query Sync($id: ID!) { sync(id: $id, version: 1) { __typename ... on Versioned { version cursor } ... on Delta { delta } ... on FullContext { context } } }';
const READ = 'query Read($id: ID!) { context(id: $id) { version context } }';

const KINDS: { readonly [name: string]: string } = { Delta: 'delta', NoChange: 'noChange', FullContext: 'full' };

/** What these operations answer with. */
interface Data {
  readonly sync?: { readonly __typename: string };
  readonly context?: { readonly version: number; readonly context: JsonObject } | null;
}

/** GraphQL over HTTP, client and server in this one process. */
async function graphqlOverHttp(backing: Backing): Promise<Side> {
  const { server, http } = await start(backing);
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const gql = async (query: string, variables: JsonObject): Promise<Data> => {
    const { data, errors } = JSON.parse(await post(http, agent, JSON.stringify({ query, variables })));
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  return {
    async set(id, context) {
      await gql(SET, { id, context });
    },
    async act(id, action) {
      if (action.kind === 'sync') return KINDS[(await gql(SYNC, { id })).sync?.__typename ?? ''] ?? null;
      await gql(UPDATE, { id, changes: action.changes });
      return null;
    },
    async read(id) {
      const { context } = await gql(READ, { id });
      if (!context) throw new Error('The context is gone.');
      return context;
    },
    async forget(id) {
      await server.manager.delete(id);
    },
    async close() {
      agent.destroy();
      await server.close();
    },
  };
}

function post(url: string, agent: Agent, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const sides = {
  'library, stateless': statelessLibrary,
  'library, stateful': statefulLibrary,
  'GraphQL over HTTP': graphqlOverHttp,
} satisfies { readonly [name: string]: (backing: Backing) => Promise<Side> };

export type SideName = keyof typeof sides;

export function openSide(name: SideName, backing: Backing): Promise<Side> {
  return sides[name](backing);
}
