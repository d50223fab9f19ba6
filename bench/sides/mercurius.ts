import fastify from 'fastify';
import mercurius from 'mercurius';
import { type Event, listening, PEER_SCHEMA, type Start, telling } from './side.ts';

/** With its compiler on, and its own in-memory pubsub. */
export const mercuriusSide: Start = async (changes) => {
  const app = fastify();
  await app.register(mercurius, {
    schema: PEER_SCHEMA,
    resolvers: {
      Subscription: { contextChanged: { subscribe: (_root, _args, { pubsub }) => pubsub.subscribe('chat') } },
    },
    jit: 1,
    subscription: true,
  });
  await app.ready();
  const tell = (event: Event): void =>
    app.graphql.pubsub.publish({ topic: 'chat', payload: { contextChanged: event } }, () => {});
  return { url: await listening(app.server), update: telling(changes, tell) };
};
