import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { createServer } from '../src/server/create-server.ts';
import { silentLog } from '../src/server/log.ts';
import { groupChat } from './chord-context.ts';

/**
 * One side of the SSE benchmark, in a process of its own so that its CPU time is its own: `tsx bench/sse-servers.ts SIDE`. It is told
 * `update` to change the context so many times, and `usage` to tell what it has used.
 */
interface Side {
  readonly port: number;
  /** Resolves to the version that the last of so many updates, all under way together, has made. */
  update(count: number): Promise<number>;
}

const PARTICIPANTS = 50;
let updates = 0;

/** One participant's status, as Chord's benchmark changes it. */
function nextChange(): { readonly participant: string; readonly status: string } {
  updates += 1;
  return { participant: `user:${1 + (updates % PARTICIPANTS)}`, status: updates % 2 === 0 ? 'online' : 'away' };
}

async function listening(server: ReturnType<typeof createHttpServer>): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function arpeggio(): Promise<Side> {
  const server = createServer({ port: 0, archive: 'off', log: silentLog });
  const { port } = await server.listen();
  await server.manager.set('chat', groupChat(PARTICIPANTS));
  return {
    port,
    async update(count) {
      const changes = await Promise.all(
        Array.from({ length: count }, () => {
          const { participant, status } = nextChange();
          return server.manager.update('chat', { participants: { [participant]: { status, seen: updates } } });
        }),
      );
      return Math.max(...changes.map(({ context }) => context.version));
    },
  };
}

interface Event {
  readonly version: number;
  readonly delta: unknown;
}

/** The same event through Yoga's own subscriptions, as its documentation sets them up. */
async function stockYoga(): Promise<Side> {
  const pubSub = createPubSub<{ chat: [Event] }>();
  const schema = createSchema({
    typeDefs: `
      scalar JSON
      type Event { version: Int! delta: JSON! }
      type Query { nothing: Int }
      type Subscription { contextChanged(id: ID!): Event! }
    `,
    resolvers: {
      Subscription: { contextChanged: { subscribe: () => pubSub.subscribe('chat'), resolve: (event: Event) => event } },
    },
  });
  const yoga = createYoga({ schema, logging: false });
  return {
    port: await listening(createHttpServer((request, response) => void yoga(request, response))),
    async update(count) {
      for (let n = 0; n < count; n += 1) pubSub.publish('chat', eventOf(nextChange()));
      return updates;
    },
  };
}

/** No GraphQL at all: one chunk, written to every response. */
async function rawHttp(): Promise<Side> {
  const responses = new Set<ServerResponse>();
  const server = createHttpServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
    responses.add(response.once('close', () => responses.delete(response)));
  });
  return {
    port: await listening(server),
    async update(count) {
      for (let n = 0; n < count; n += 1) {
        const payload = { data: { contextChanged: eventOf(nextChange()) } };
        const chunk = Buffer.from(`event: next\ndata: ${JSON.stringify(payload)}\n\n`);
        for (const response of responses) response.write(chunk);
      }
      return updates;
    },
  };
}

function eventOf({ participant, status }: ReturnType<typeof nextChange>): Event {
  const change = (value: unknown, oldValue: unknown) => ({ action: 'modified', oldValue, value });
  const changes = { status: change(status, 'online'), seen: change(updates, updates - 1) };
  return { version: updates, delta: { participants: { [participant]: changes } } };
}

const sides: { readonly [name: string]: () => Promise<Side> } = {
  arpeggio,
  'stock Yoga': stockYoga,
  'raw http': rawHttp,
};

const { port, update } = await (sides[process.argv[2] ?? ''] ?? rawHttp)();
process.on('message', (message: { readonly update?: number; readonly usage?: true }) => {
  if (message.update) void update(message.update).then((version) => process.send?.({ version }));
  if (message.usage) {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    process.send?.({ cpu: process.cpuUsage(), memory: heapUsed + external });
  }
});
process.send?.({ port });
