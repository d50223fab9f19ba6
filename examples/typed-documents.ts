// Typed documents, made by `graphql-codegen` of schema.graphql (codegen.ts), with the recipes for Apollo Client and urql.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { Copies, copiesLink, possibleTypes, resumable, typePolicies } from '../src/client/apollo.ts'; // 'arpeggio/apollo'
import { copiesExchange, forwardSubscription, keys, updates } from '../src/client/urql.ts'; // 'arpeggio/urql'
import { createServer } from '../src/index.ts'; // 'arpeggio'
import { graphql } from './generated/gql.ts';

const room = graphql(`
  query Room($id: ID!) {
    context(id: $id) {
      contextId
      life
      version
      cursor
      context
    }
  }
`);

const roomChanged = graphql(`
  subscription RoomChanged($id: ID!, $version: Version, $cursor: Cursor) {
    contextChanged(id: $id, version: $version, cursor: $cursor) {
      ... on Versioned {
        contextId
        life
        version
        cursor
      }
      ... on FullContext {
        context
      }
      ... on Delta {
        fromVersion
        changes {
          path
          action
          value
        }
      }
    }
  }
`);

const enterRoom = graphql(`
  mutation EnterRoom($id: ID!, $changes: JSONObject!) {
    updateContext(id: $id, changes: $changes) {
      context {
        contextId
        life
        version
        cursor
        context
      }
    }
  }
`);

const server = createServer({ port: 0, archive: 'off' });
const { http, websocket } = await server.listen();
const variables = { id: 'room:1' };
const webSocket = () => createClient({ url: websocket, webSocketImpl: WebSocket, retryAttempts: 0 });

function withApollo(): ApolloClient {
  const copies = new Copies();
  const cache = new InMemoryCache({ possibleTypes, typePolicies });
  const transport = ApolloLink.split(
    ({ operationType }) => operationType === 'subscription',
    new GraphQLWsLink(resumable(webSocket(), copies)),
    new HttpLink({ uri: http }),
  );
  return new ApolloClient({ cache, link: copiesLink(copies, cache).concat(transport) });
}

function withUrql(): Client {
  const copies = new Copies();
  return new Client({
    url: http,
    preferGetMethod: false,
    exchanges: [
      cacheExchange({ keys, possibleTypes, updates: updates(copies), logger: () => {} }),
      copiesExchange(copies),
      subscriptionExchange({ forwardSubscription: forwardSubscription(resumable(webSocket(), copies), copies) }),
      fetchExchange,
    ],
  });
}

/** Prints each version once; resolves when the last has come. */
function printer(client: string, last: number) {
  const printed = new Set<number>();
  let end = (): void => {};
  const hasEnded = new Promise<void>((resolve) => {
    end = resolve;
  });
  const print = (version: number, context: unknown): void => {
    if (printed.has(version)) return;
    printed.add(version);
    console.log(`${client} ${version}: ${JSON.stringify(context)}`);
    if (version === last) end();
  };
  return { print, hasEnded };
}

try {
  await server.manager.set('room:1', { topic: 'tea', people: {} });

  const apollo = withApollo();
  const withIt = printer('Apollo Client', 3);
  const following = apollo.subscribe({ query: roomChanged, variables }).subscribe({});
  const watching = apollo.watchQuery({ query: room, variables }).subscribe(({ data, dataState }) => {
    if (dataState === 'complete' && data.context) withIt.print(data.context.version, data.context.context);
  });
  await apollo.query({ query: room, variables });
  await apollo.mutate({ mutation: enterRoom, variables: { ...variables, changes: { people: { ada: 'online' } } } });
  await server.manager.update('room:1', { people: { alan: 'online' } });
  await withIt.hasEnded;
  watching.unsubscribe();
  following.unsubscribe();
  apollo.stop();

  const urql = withUrql();
  const withThat = printer('urql', 4);
  const followed = urql.subscription(roomChanged, variables).subscribe(() => {});
  const watched = urql.query(room, variables).subscribe(({ data }) => {
    if (data?.context) withThat.print(data.context.version, data.context.context);
  });
  await urql.query(room, variables);
  await urql.mutation(enterRoom, { ...variables, changes: { topic: 'coffee' } });
  await withThat.hasEnded;
  watched.unsubscribe();
  followed.unsubscribe();
} finally {
  await server.close();
}
