import { Client, cacheExchange, type ExecutionResult, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { emptyReplica, follow, type Replica, type ReplicaEvent } from '../../src/client/index.ts';
import type { Address } from '../../src/server/create-server.ts';
import { startApp } from '../helpers/app.ts';
import { eventually } from '../helpers/eventually.ts';
import { contextChanged, readContext, setContext, updateContext } from '../helpers/operations.ts';

function connect({ http, websocket }: Address): Client {
  const ws = createClient({ url: websocket, webSocketImpl: WebSocket });
  onTestFinished(async () => ws.dispose());
  const subscriptions = subscriptionExchange({
    forwardSubscription: ({ query = '', ...request }) => ({
      subscribe: (sink) => ({
        unsubscribe: ws.subscribe(
          { ...request, query },
          {
            next: (result) => sink.next(result as ExecutionResult),
            error: (error) => sink.error(error),
            complete: () => sink.complete(),
          },
        ),
      }),
    }),
  });
  return new Client({ url: http, exchanges: [cacheExchange, fetchExchange, subscriptions] });
}

describe('urql', () => {
  it('queries, mutates, and keeps a replica by a subscription that catches up and goes on', async () => {
    const { address, server } = await startApp();
    const client = connect(address);
    const set = await client.mutation(setContext, { id: 'a', context: { n: 0, kept: [1] } });
    expect(set.data?.setContext).toMatchObject({ context: { version: 1 }, delta: { fromVersion: 0, version: 1 } });
    const { data } = await client.query(readContext, { id: 'a' });
    const start = data?.context ?? expect.fail('There is a context.');
    let replica: Replica = follow(emptyReplica, start as ReplicaEvent);

    await server.manager.update('a', { n: 1, added: { x: 1 } });
    await server.manager.update('a', { n: 2 });
    const seen: string[] = [];
    const subscription = client
      .subscription(contextChanged, { id: 'a', cursor: start.cursor })
      .subscribe(({ data: event }) => {
        const told = event?.contextChanged as ReplicaEvent;
        seen.push(`${told.__typename} ${told.version}`);
        replica = follow(replica, told);
      });
    await eventually(() => expect(seen).toEqual(['Delta 3']));
    await client.mutation(updateContext, { id: 'a', changes: { n: 3 }, remove: [['added']] });
    await eventually(() => expect(seen).toEqual(['Delta 3', 'Delta 4']));
    const { cursor, context } = (await server.manager.get('a')) ?? expect.fail('There is a context.');
    expect(replica).toMatchObject({ status: 'live', version: 4, cursor, context });
    subscription.unsubscribe();
  });

  it('tells errors by their codes', async () => {
    const { address } = await startApp();
    const { error } = await connect(address).mutation(updateContext, { id: 'a', changes: {} });
    expect(error?.graphQLErrors).toMatchObject([{ extensions: { code: 'CONTEXT_NOT_FOUND', applied: 'NO' } }]);
  });
});
