import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { possibleTypes, typePolicies } from '../../src/client/apollo.ts';
import { emptyReplica, follow, type Replica, type ReplicaEvent } from '../../src/client/index.ts';
import type { Address } from '../../src/server/create-server.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { contextChanged, readContext, setContext, syncContext, updateContext } from '../helpers/operations.ts';

function connect({ http, websocket }: Address): ApolloClient {
  const ws = createClient({ url: websocket, webSocketImpl: WebSocket });
  const cache = new InMemoryCache({ possibleTypes, typePolicies });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(ws),
    new HttpLink({ uri: http }),
  );
  const client = new ApolloClient({ link, cache });
  onTestFinished(async () => {
    client.stop();
    await ws.dispose();
  });
  return client;
}

describe('Apollo Client', () => {
  it('queries, mutates, and keeps a replica by a subscription that catches up and goes on', async () => {
    const { address, server } = await startApp();
    const client = connect(address);
    const set = await client.mutate({ mutation: setContext, variables: { id: 'a', context: { n: 0, kept: [1] } } });
    expect(set.data?.setContext).toMatchObject({ context: { version: 1 }, delta: { fromVersion: 0, version: 1 } });
    const { data } = await client.query({ query: readContext, variables: { id: 'a' } });
    const start = data?.context ?? expect.fail('There is a context.');
    let replica: Replica = follow(emptyReplica, start as ReplicaEvent);

    await server.manager.update('a', { n: 1, added: { x: 1 } });
    await server.manager.update('a', { n: 2 });
    const seen: string[] = [];
    const subscription = client
      .subscribe({ query: contextChanged, variables: { id: 'a', cursor: start.cursor } })
      .subscribe(({ data: event }) => {
        const told = event?.contextChanged as ReplicaEvent;
        seen.push(`${told.__typename} ${told.version}`);
        replica = follow(replica, told);
      });
    await eventually(() => expect(seen).toEqual(['Delta 3']));
    await client.mutate({
      mutation: updateContext,
      variables: { id: 'a', changes: { n: 3 }, remove: [['added']] },
    });
    await eventually(() => expect(seen).toEqual(['Delta 3', 'Delta 4']));
    const { cursor, context } = (await server.manager.get('a')) ?? expect.fail('There is a context.');
    expect(replica).toMatchObject({ status: 'live', version: 4, cursor, context });
    subscription.unsubscribe();
  });

  it('tells deltas of one context apart in its cache, and errors by their codes', async () => {
    const { address, server } = await startApp();
    const client = connect(address);
    await server.manager.set('a', { n: 1 });
    await server.manager.update('a', { n: 2 });
    await server.manager.update('a', { n: 3 });
    const sync = (version: number) =>
      client.query({ query: syncContext, variables: { id: 'a', version }, fetchPolicy: 'network-only' });
    await sync(1);
    await sync(2);
    const cached = (version: number) => client.readQuery({ query: syncContext, variables: { id: 'a', version } })?.sync;
    expect(cached(1)).toMatchObject({ __typename: 'Delta', fromVersion: 1, version: 3 });
    expect(cached(2)).toMatchObject({ __typename: 'Delta', fromVersion: 2, version: 3 });
    const conflict = client.mutate({ mutation: setContext, variables: { id: 'a', context: {}, expectedVersion: 1 } });
    await expect(conflict).rejects.toMatchObject({
      errors: [{ extensions: { code: 'VERSION_CONFLICT', currentVersion: 3, applied: 'NO' } }],
    });
  });
});
