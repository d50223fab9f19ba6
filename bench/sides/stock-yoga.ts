import { createServer } from 'node:http';
import { PubSub } from 'graphql-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { type Event, listening, PEER_SCHEMA, type Start, telling } from './side.ts';

/** The subscriptions of Yoga and graphql-ws, as their documentation sets them up, with a pubsub of one's choice. */
const yoga =
  (subscribe: () => AsyncIterable<Event>, publish: (event: Event) => void): Start =>
  async (changes) => {
    const schema = createSchema({
      typeDefs: PEER_SCHEMA,
      resolvers: { Subscription: { contextChanged: { subscribe, resolve: (event: Event) => event } } },
    });
    const app = createYoga({ schema, logging: false });
    const server = createServer((request, response) => void app(request, response));
    const sockets = new WebSocketServer({ server, path: '/graphql' });
    useServer(
      {
        execute: (args) => (args.rootValue as ReturnType<typeof app.getEnveloped>).execute(args),
        subscribe: (args) => (args.rootValue as ReturnType<typeof app.getEnveloped>).subscribe(args),
        async onSubscribe(ctx, _id, params) {
          const enveloped = app.getEnveloped({ ...ctx, params });
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
    return { url: await listening(server), update: telling(changes, publish) };
  };

/** With Yoga's own pubsub. */
export const stockYoga: Start = (changes) => {
  const pubSub = createPubSub<{ chat: [Event] }>();
  return yoga(
    () => pubSub.subscribe('chat'),
    (event) => pubSub.publish('chat', event),
  )(changes);
};

/** With that of graphql-subscriptions, whose queue has no bound, as that of graphql-redis-subscriptions has none. */
export const yogaWithQueues: Start = (changes) => {
  const pubSub = new PubSub<{ chat: Event }>();
  return yoga(
    () => pubSub.asyncIterableIterator('chat'),
    (event) => void pubSub.publish('chat', event),
  )(changes);
};
