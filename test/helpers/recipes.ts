import { readFileSync } from 'node:fs';
import {
  ApolloClient,
  ApolloLink,
  HttpLink,
  InMemoryCache,
  type OperationVariables,
  type TypedDocumentNode,
} from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { type CacheExchangeOpts, cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, introspectionFromSchema, OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import * as apollo from '../../src/client/apollo.ts';
import * as urql from '../../src/client/urql.ts';
import type { Address } from '../../src/server/create-server.ts';
import { contextChanged, readContext } from './operations.ts';

export type Seen = { readonly version: number; readonly life: string; readonly context: unknown } | null | undefined;

/** What the tests need of a client that is set up by its recipe. */
export interface Recipe {
  /** Every state of `context(id)` that somebody who watches the query is told. */
  watch(id: string): readonly Seen[];
  /** Follows the context until the returned function is called. */
  follow(id: string): () => void;
  /** Asks the server for a context, whatever is in the cache, and tells what the caller is told. */
  read(id: string): Promise<Seen>;
  mutate<Data, Variables extends OperationVariables>(
    mutation: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Data | undefined>;
  /** Errors that subscriptions ended with. */
  readonly errors: readonly unknown[];
}

const retry = { minMs: 1, maxMs: 20 };

function webSocket({ websocket }: Address) {
  return createClient({ url: websocket, webSocketImpl: WebSocket, retryAttempts: 0 });
}

export function withApollo(address: Address): Recipe {
  const copies = new apollo.Copies();
  const ws = apollo.resumable(webSocket(address), copies, retry);
  const cache = new InMemoryCache({ possibleTypes: apollo.possibleTypes, typePolicies: apollo.typePolicies });
  const transport = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(ws),
    new HttpLink({ uri: address.http }),
  );
  const client = new ApolloClient({ cache, link: apollo.copiesLink(copies, cache).concat(transport) });
  onTestFinished(async () => {
    client.stop();
    await ws.dispose();
  });
  const errors: unknown[] = [];
  return {
    errors,
    watch(id) {
      const seen: Seen[] = [];
      const watching = client
        .watchQuery({ query: readContext, variables: { id } })
        .subscribe(({ data, loading }) => loading || seen.push(data?.context as Seen));
      onTestFinished(() => watching.unsubscribe());
      return seen;
    },
    follow(id) {
      const following = client
        .subscribe({ query: contextChanged, variables: { id, version: 0 } })
        .subscribe(({ error }) => error && errors.push(error));
      onTestFinished(() => following.unsubscribe());
      return () => following.unsubscribe();
    },
    async read(id) {
      const { data } = await client.query({ query: readContext, variables: { id }, fetchPolicy: 'network-only' });
      return data?.context;
    },
    async mutate(mutation, variables) {
      return (await client.mutate({ mutation, variables })).data;
    },
  };
}

/** As `withUrql`, with a cache that knows the schema. */
export function withUrqlAndSchema(address: Address): Recipe {
  const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
  return withUrql(address, {
    schema: introspectionFromSchema(buildSchema(sdl)) as NonNullable<CacheExchangeOpts['schema']>,
  });
}

export function withUrql(address: Address, options: CacheExchangeOpts = {}): Recipe {
  const copies = new urql.Copies();
  const ws = urql.resumable(webSocket(address), copies, retry);
  const client = new Client({
    url: address.http,
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        keys: urql.keys,
        possibleTypes: urql.possibleTypes,
        updates: urql.updates(copies),
        logger: () => {},
        ...options,
      }),
      urql.copiesExchange(copies),
      subscriptionExchange({ forwardSubscription: urql.forwardSubscription(ws, copies) }),
      fetchExchange,
    ],
  });
  onTestFinished(async () => ws.dispose());
  const errors: unknown[] = [];
  return {
    errors,
    watch(id) {
      const seen: Seen[] = [];
      const watching = client.query(readContext, { id }).subscribe(({ data }) => seen.push(data?.context as Seen));
      onTestFinished(() => watching.unsubscribe());
      return seen;
    },
    follow(id) {
      const following = client
        .subscription(contextChanged, { id, version: 0 })
        .subscribe(({ error }) => error && errors.push(error));
      onTestFinished(() => following.unsubscribe());
      return () => following.unsubscribe();
    },
    async read(id) {
      const { data } = await client.query(readContext, { id }, { requestPolicy: 'network-only' });
      return data?.context;
    },
    async mutate(mutation, variables) {
      return (await client.mutation(mutation, variables)).data;
    },
  };
}
