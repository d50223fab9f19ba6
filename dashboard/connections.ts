import { type ArpeggioClient, createClient as createReplicas } from 'arpeggio/client';
import { createClient as createSockets } from 'graphql-ws';
import { Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import { settings } from './settings.ts';

/** How the page stands towards the server. */
export type Link = 'connecting' | 'connected' | 'reconnecting';

export interface Connections {
  /** Asks and writes by HTTP, and subscribes by a WebSocket. */
  readonly urql: Client;
  /** Keeps copies of contexts, by a WebSocket of its own. */
  readonly replicas: ArpeggioClient;
  close(): void;
}

interface Told {
  onLink(link: Link): void;
  /** Nobody knows who asks, or it is somebody else by now. */
  onUnauthenticated(): void;
}

/** Where graphql-ws closes a socket for good: credentials that are none, or have expired. */
const REFUSED = new Set([4401, 4403]);

export function connect(token: string | null, { onLink, onUnauthenticated }: Told): Connections {
  const { endpoint } = settings;
  const url = new URL(endpoint, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const connectionParams = token === null ? {} : { token };
  const sockets = createSockets({
    url: url.href,
    connectionParams,
    lazy: false,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (reason) => !(reason instanceof CloseEvent && REFUSED.has(reason.code)),
    onNonLazyError: (reason) => {
      if (reason instanceof CloseEvent && REFUSED.has(reason.code)) onUnauthenticated();
    },
    on: {
      connected: () => onLink('connected'),
      closed: () => onLink('reconnecting'),
    },
  });
  const urql = new Client({
    url: endpoint,
    requestPolicy: 'network-only',
    preferGetMethod: false,
    ...(token !== null && { fetchOptions: { headers: { authorization: `Bearer ${token}` } } }),
    exchanges: [
      mapExchange({
        onError({ graphQLErrors }) {
          if (graphQLErrors.some(({ extensions }) => extensions['code'] === 'UNAUTHENTICATED')) onUnauthenticated();
        },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables = {} }) => ({
          subscribe: (sink) => ({
            unsubscribe: sockets.subscribe({ query, variables: { ...variables } }, sink as never),
          }),
        }),
      }),
    ],
  });
  const replicas = createReplicas({ url: url.href, connectionParams });
  return {
    urql,
    replicas,
    close() {
      replicas.close();
      // It rejects where there was no connection to end.
      Promise.resolve(sockets.dispose()).catch(() => {});
    },
  };
}
