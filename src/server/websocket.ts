import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Limits } from '../limits.ts';
import { type App, GRAPHQL_PATH } from './app.ts';

/** How long a client has to answer a close before its socket is cut, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;

export interface WebSockets {
  /** Tells every client to come back later, and cuts those that do not answer. */
  close(): Promise<void>;
}

/** GraphQL over WebSocket (`graphql-transport-ws`) on an HTTP server, each operation through the app's own pipeline. */
export function attachWebSockets(httpServer: HttpServer, app: App, limits: Limits): WebSockets {
  const sockets = new WebSocketServer({
    server: httpServer,
    path: GRAPHQL_PATH,
    maxPayload: limits.bodyBytes,
    verifyClient: ({ req }: { req: IncomingMessage }) => isSameOrigin(req),
  });
  const graphql = useServer<Record<string, never>, { readonly socket: WebSocket; readonly request: IncomingMessage }>(
    {
      execute: (args) => pipelineOf(args).execute(args),
      subscribe: (args) => pipelineOf(args).subscribe(args),
      async onSubscribe(ctx, _id, params) {
        const enveloped = app.getEnveloped({ params, request: undefined, req: ctx.extra.request });
        // What is thrown here would close the socket, with every other operation on it.
        try {
          const document = enveloped.parse(params.query);
          const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
          if (errors.length > 0) return errors.map(withoutStatus);
          const { schema, execute, subscribe } = enveloped;
          return {
            schema,
            document,
            operationName: params.operationName ?? null,
            variableValues: params.variables ?? null,
            contextValue: await enveloped.contextFactory(),
            rootValue: { execute, subscribe },
          };
        } catch (error) {
          if (error instanceof GraphQLError) return [withoutStatus(error)];
          throw error;
        }
      },
    },
    sockets,
  );
  return {
    async close() {
      const cut = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, CLOSE_TIMEOUT_MS);
      await graphql.dispose();
      clearTimeout(cut);
    },
  };
}

type Pipeline = Pick<ReturnType<App['getEnveloped']>, 'execute' | 'subscribe'>;

/** graphql-ws hands execution nothing but its arguments: the operation's own pipeline travels as the root value. */
function pipelineOf(args: ExecutionArgs): Pipeline {
  return args.rootValue as Pipeline;
}

/** A browser names the page that opens a socket; only our own pages may, since a socket asks nobody else for permission. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
}

/** A status is HTTP's. */
function withoutStatus(error: GraphQLError): GraphQLError {
  const { http: _, ...extensions } = error.extensions;
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source,
    positions: error.positions,
    path: error.path,
    extensions,
  });
}
