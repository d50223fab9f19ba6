import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { createServer } from '../src/server/create-server.ts';
import { silentLog } from '../src/server/log.ts';
import { groupChat } from './chord-context.ts';

/**
 * One side of the fan-out benchmark, in a process of its own so that its CPU time is its own: `tsx bench/fanout-servers.ts SIDE`. It is
 * told `update` to change the context once, and `usage` to tell what it has used.
 */
interface Side {
  readonly url: string;
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

async function listening(server: ReturnType<typeof createHttpServer>): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

async function arpeggio(): Promise<Side> {
  const server = createServer({ port: 0, archive: 'off', log: silentLog });
  const { websocket } = await server.listen();
  await server.manager.set('chat', groupChat(PARTICIPANTS));
  return {
    url: websocket,
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
  const server = createHttpServer((request, response) => void yoga(request, response));
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  useServer(
    {
      execute: (args) => (args.rootValue as ReturnType<typeof yoga.getEnveloped>).execute(args),
      subscribe: (args) => (args.rootValue as ReturnType<typeof yoga.getEnveloped>).subscribe(args),
      async onSubscribe(ctx, _id, params) {
        const enveloped = yoga.getEnveloped({ ...ctx, params });
        const document = enveloped.parse(params.query);
        const errors = enveloped.validate(enveloped.schema, document);
        if (errors.length > 0) return errors;
        return {
          schema: enveloped.schema,
          operationName: params.operationName ?? null,
          document,
          variableValues: params.variables ?? null,
          contextValue: await enveloped.contextFactory(),
          rootValue: enveloped,
        };
      },
    },
    sockets,
  );
  return {
    url: await listening(server),
    async update(count) {
      for (let n = 0; n < count; n += 1) pubSub.publish('chat', eventOf(nextChange()));
      return updates;
    },
  };
}

/** No GraphQL at all: one buffer, sent to every socket. */
async function rawWs(): Promise<Side> {
  const server = createHttpServer();
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  return {
    url: await listening(server),
    async update(count) {
      for (let n = 0; n < count; n += 1) {
        const payload = { data: { contextChanged: eventOf(nextChange()) } };
        const frame = Buffer.from(JSON.stringify({ id: '1', type: 'next', payload }));
        for (const socket of sockets.clients) socket.send(frame, { binary: false });
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

const sides: { readonly [name: string]: () => Promise<Side> } = { arpeggio, 'stock Yoga': stockYoga, 'raw ws': rawWs };

const { url, update } = await (sides[process.argv[2] ?? ''] ?? rawWs)();
process.on('message', (message: { readonly update?: number; readonly usage?: true }) => {
  if (message.update) void update(message.update).then((version) => process.send?.({ version }));
  if (message.usage) {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    process.send?.({ cpu: process.cpuUsage(), memory: heapUsed + external });
  }
});
process.send?.({ url });
