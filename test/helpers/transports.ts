import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type GraphQLFormattedError, print } from 'graphql';
import { createClient as createSseClient, NetworkError } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type App, type AppOptions, makeApp, startApp } from './app.ts';

/** A document with its types, or the text of one that no generator accepts. */
export type Document<T, V> = TypedDocumentNode<T, V> | string;
type Loose = Record<string, unknown>;

export interface Result<T> {
  readonly data?: T | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** The same client over every transport. */
export interface Client {
  run<T = Loose, V = Loose>(document: Document<T, V>, variables: V, operationName?: string): Promise<Result<T>>;
  subscribe<T = Loose, V = Loose>(document: Document<T, V>, variables: V): AsyncIterableIterator<Result<T>>;
}

export interface Transport {
  readonly name: string;
  open(options?: AppOptions): Promise<App & { readonly client: Client }>;
}

interface Operation {
  readonly query: string;
  readonly variables: Loose;
  readonly operationName?: string;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Puts JSON that no JavaScript value is written as, such as 1e400 or -0, into variables. */
export function rawJson(text: string): string {
  return `raw json: ${text}`;
}

const http: Transport = {
  name: 'HTTP and SSE',
  async open(options) {
    const app = await startApp(options);
    return { ...app, client: httpClient(app.address.http) };
  },
};

const inProcess: Transport = {
  name: 'fetch without a port',
  async open(options) {
    const app = makeApp(options);
    const client = fetchClient('http://localhost/graphql', (url, init) => app.server.fetch(new Request(url, init)));
    return { ...app, client };
  },
};

const webSocket: Transport = {
  name: 'WebSocket',
  async open(options) {
    const app = await startApp(options);
    return { ...app, client: webSocketClient(app.address.websocket) };
  },
};

/** A client of a server in another process. */
export function httpClient(url: string): Client {
  return fetchClient(url, (to, init) => fetch(to, init));
}

export const transports: readonly Transport[] = [http, webSocket, inProcess];

function fetchClient(url: string, fetchText: Fetch): Client {
  const fetchRaw: Fetch = (to, init) => fetchText(to, { ...init, body: unquoteRaw(String(init.body)) });
  const sse = createSseClient({ url, fetchFn: fetchRaw, retryAttempts: 0 });
  onTestFinished(() => sse.dispose());
  return {
    async run<T, V>(document: Document<T, V>, variables: V, operationName?: string) {
      const headers = { 'content-type': 'application/json', accept: 'application/json' };
      const response = await fetchRaw(url, {
        method: 'POST',
        headers,
        body: JSON.stringify(operation(document, variables, operationName)),
      });
      return (await response.json()) as Result<T>;
    },
    subscribe: <T, V>(document: Document<T, V>, variables: V) =>
      withErrorsAsResults(
        sse.iterate(operation(document, variables)) as AsyncIterableIterator<Result<T>>,
        // With a status that says so, the stream is one result long.
        async (error) => {
          if (!(error instanceof NetworkError) || !error.response) return undefined;
          const [, data] = /^data: (.*)$/m.exec(await (error.response as Response).text()) ?? [];
          return data === undefined ? undefined : JSON.parse(data);
        },
      ),
  };
}

class RawWebSocket extends WebSocket {
  override send(data: string): void {
    super.send(unquoteRaw(data));
  }
}

function webSocketClient(url: string): Client {
  const ws = createWsClient({ url, webSocketImpl: RawWebSocket, retryAttempts: 0 });
  onTestFinished(async () => ws.dispose());
  const iterate = <T>(running: Operation): AsyncIterableIterator<Result<T>> =>
    withErrorsAsResults(ws.iterate(running) as AsyncIterableIterator<Result<T>>, async (error) =>
      Array.isArray(error) ? { errors: error } : undefined,
    );
  return {
    async run<T, V>(document: Document<T, V>, variables: V, operationName?: string) {
      const { value } = await iterate<T>(operation(document, variables, operationName)).next();
      if (!value) throw new Error('The operation ended without a result.');
      return value;
    },
    subscribe: <T, V>(document: Document<T, V>, variables: V) => iterate<T>(operation(document, variables)),
  };
}

/** An operation that fails before it runs does so in a way of each transport's own; here it is told like any other failure. */
function withErrorsAsResults<T>(
  results: AsyncIterableIterator<Result<T>>,
  resultOf: (error: unknown) => Promise<Result<T> | undefined>,
): AsyncIterableIterator<Result<T>> {
  return {
    async next() {
      try {
        return await results.next();
      } catch (error) {
        const value = await resultOf(error);
        if (value === undefined) throw error;
        return { done: false, value };
      }
    },
    return: async () => (await results.return?.()) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function operation<T, V>(document: Document<T, V>, variables: V, operationName?: string): Operation {
  return {
    query: typeof document === 'string' ? document : print(document),
    variables: variables as Loose,
    ...(operationName === undefined ? {} : { operationName }),
  };
}

function unquoteRaw(text: string): string {
  return text.replace(/"raw json: ([^"]*)"/g, '$1');
}
