import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ListeningApp } from './app.ts';

export interface Result {
  readonly data?: { readonly [field: string]: unknown } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code?: string } }[];
}
export type Run = (app: ListeningApp, token: string, query: string) => Promise<Result>;

export async function post(url: string, headers: HeadersInit, query: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** One operation with a token, over each transport. */
export const transports: { readonly [name: string]: Run } = {
  'HTTP by Yoga': async ({ address }, token, query) =>
    (await post(`${address.http}?by=yoga`, bearer(token), query)).json() as Promise<Result>,
  'a plain post': async ({ address }, token, query) => {
    // What is posted the first time Yoga answers: here it is known, and refused or not by what it asks.
    await (await post(address.http, bearer('nobody'), query)).text();
    return (await post(address.http, bearer(token), query)).json() as Promise<Result>;
  },
  WebSocket: async ({ address }, token, query) => {
    const client = createWsClient({
      url: address.websocket,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { token },
    });
    onTestFinished(() => void client.dispose());
    return (await client.iterate({ query }).next()).value as Result;
  },
  SSE: async ({ address }, token, query) => {
    const client = createSseClient({ url: address.http, retryAttempts: 0, headers: bearer(token) });
    onTestFinished(() => client.dispose());
    return (await client.iterate({ query }).next()).value as Result;
  },
};

type Subscribe = (app: ListeningApp, token: string, query: string) => AsyncIterableIterator<Result>;

/** A subscription with a token, over each transport that has them. */
export const streams: { readonly [name: string]: Subscribe } = {
  WebSocket: ({ address }, token, query) => {
    const client = createWsClient({ url: address.websocket, webSocketImpl: WebSocket, connectionParams: { token } });
    onTestFinished(() => void client.dispose());
    return client.iterate({ query }) as AsyncIterableIterator<Result>;
  },
  SSE: ({ address }, token, query) => {
    const client = createSseClient({ url: address.http, headers: bearer(token) });
    onTestFinished(() => client.dispose());
    return client.iterate({ query }) as AsyncIterableIterator<Result>;
  },
};
