import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import type { Limits } from '../limits.ts';
import { rewritten } from '../resolvers/errors.ts';
import type { ResolverContext } from '../schema/builder.ts';
import { GRAPHQL_PATH, maskError } from './app.ts';
import { type Enveloped, envelopedFor, type Yoga } from './enveloped.ts';
import type { FanOut } from './fanout/fan-out.ts';
import type { Outlet } from './fanout/member.ts';
import { SocketOutlets } from './fanout/socket-outlets.ts';
import type { KeepAlive, Way } from './keep-alive.ts';
import type { Log } from './log.ts';

/** How long a client may take over a close, its own or ours, before its socket is cut, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;

export interface WebSockets {
  /** Tells every client to come back later, and cuts those that do not answer. */
  close(): Promise<void>;
}

/** GraphQL over WebSocket (`graphql-transport-ws`) on an HTTP server, each operation through Yoga's own pipeline. */
export function attachWebSockets(
  httpServer: HttpServer,
  yoga: Yoga,
  fanOut: FanOut,
  keepAlive: KeepAlive,
  limits: Limits,
  log: Log,
  isMeant: (request: IncomingMessage) => boolean,
): WebSockets {
  // The types of ws do not know `closeTimeout` yet.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    server: httpServer,
    path: GRAPHQL_PATH,
    maxPayload: limits.bodyBytes,
    closeTimeout: CLOSE_TIMEOUT_MS,
    verifyClient: ({ req }: { req: IncomingMessage }) => isMeant(req) && isSameOrigin(req),
    WebSocket: QuietSocket,
  };
  const sockets = new WebSocketServer(options);
  const outlets = new SocketOutlets();
  const graphql = useServer<Record<string, never>, { readonly socket: WebSocket; readonly request: IncomingMessage }>(
    {
      execute: async (args) => withoutStatuses(await pipelineOf(args).execute(args)),
      subscribe: async (args) => {
        const { subscribe, outlet } = pipelineOf(args);
        return withoutStatuses(await fanOut.subscribe(args, contextOf(args), subscribe, outlet));
      },
      async onSubscribe(ctx, id, params) {
        const enveloped = envelopedFor(yoga, params, ctx.extra.request);
        // What is thrown here would close the socket, with every other operation on it.
        try {
          const document = enveloped.parse(params.query);
          if (!getOperationAST(document, params.operationName)) return [UNRESOLVED];
          const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
          if (errors.length > 0) return errors.map(withoutStatus);
          const { schema, execute, subscribe } = enveloped;
          return {
            schema,
            document,
            operationName: params.operationName ?? null,
            variableValues: params.variables ?? null,
            contextValue: await enveloped.contextFactory(),
            rootValue: { execute, subscribe, outlet: outlets.to(ctx.extra, id) },
          };
        } catch (error) {
          return [withoutStatus(maskError(error, log))];
        }
      },
      // What has no code yet was thrown where nothing expected it, as by a result that can't be written as JSON.
      onError: (_ctx, _id, _payload, errors) =>
        errors.map((error) => ('code' in error.extensions ? error : maskError(error, log)).toJSON()),
      // Nor does it show as the reason of a close.
      isProd: true,
    },
    sockets,
    // Its own pings would cut whoever is too slow to come to them in time.
    0,
  );
  sockets.on('connection', (socket, request) => {
    const kept = keepAlive.keep(socket, request.socket, PINGED);
    // graphql-ws holds on to the request as long as there is the socket; what it said has been looked at.
    request.headers = {};
    request.rawHeaders = [];
    socket.on('pong', (data) => kept.answered(String(data)));
  });
  // A frame that is none, or too large, is the client's fault, and ws has closed the socket for it.
  sockets.on('connection', (socket) => socket.removeAllListeners('error').on('error', () => {}));
  return { close: async () => graphql.dispose() };
}

const PINGED: Way<WebSocket> = {
  ping: (socket, text) => socket.ping(text),
  cut: (socket) => socket.terminate(),
};

const UNRESOLVED = new GraphQLError('Could not determine what operation to execute.', {
  extensions: { code: 'BAD_USER_INPUT' },
});

type Pipeline = Pick<Enveloped, 'execute' | 'subscribe'> & { readonly outlet: Outlet };

/** As `onSubscribe` made it. */
function contextOf({ contextValue }: ExecutionArgs): ResolverContext {
  return contextValue as ResolverContext;
}

/** graphql-ws hands execution nothing but its arguments: the operation's own pipeline travels as the root value. */
function pipelineOf(args: ExecutionArgs): Pipeline {
  return args.rootValue as Pipeline;
}

/** A browser names the page that opens a socket; only our own pages may, since a socket asks nobody else for permission. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
}

/** A socket that went away ends its operations by closing; that what was still to be sent could not be is no news. */
class QuietSocket extends WebSocket {
  /** graphql-ws holds on to what asked for an operation as long as that runs: a text takes less than a buffer of it. */
  override emit(name: string | symbol, ...args: unknown[]): boolean {
    const [data, ...others] = args;
    return name === 'message' ? super.emit(name, String(data), ...others) : super.emit(name, ...args);
  }

  override send(data: Data, done?: Done): void;
  override send(data: Data, options: SendOptions, done?: Done): void;
  override send(data: Data, options?: SendOptions | Done, last?: Done): void {
    const done = typeof options === 'function' ? options : last;
    super.send(data, typeof options === 'object' ? options : {}, () => done?.());
  }
}

type Data = Parameters<WebSocket['send']>[0];
type SendOptions = Parameters<WebSocket['send']>[1];
type Done = (error?: Error) => void;

function withoutStatuses<T>(result: T): T {
  if (typeof result !== 'object' || result === null || !('errors' in result) || !Array.isArray(result.errors))
    return result;
  return { ...result, errors: result.errors.map(withoutStatus) };
}

/** A status is HTTP's. */
function withoutStatus(error: GraphQLError): GraphQLError {
  const { http: _, ...extensions } = error.extensions;
  return rewritten(error, { extensions });
}
