import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Credentials, KnownViewer } from '../access/viewer.ts';
import type { Clock } from '../clock.ts';
import type { LimitHits, Limits } from '../limits.ts';
import { rewritten } from '../resolvers/errors.ts';
import { type ViewedContext, viewed } from './access/access-control.ts';
import type { Access } from './access/context-of.ts';
import { expire, greet } from './access/greeting.ts';
import { GRAPHQL_PATH } from './app.ts';
import { declared } from './declared.ts';
import { type Enveloped, envelopedFor, type Yoga } from './enveloped.ts';
import type { FanOut } from './fanout/fan-out.ts';
import type { Outlet } from './fanout/member.ts';
import { SocketOutlets } from './fanout/socket-outlets.ts';
import type { KeepAlive, Way } from './keep-alive.ts';
import { countLimit, LimitedError } from './limited-error.ts';
import { fullness, type IsFull, Operations } from './operations.ts';
import type { Origins } from './origins.ts';
import { pong } from './pong.ts';
import { Rate } from './rates.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import { Turns } from './turns.ts';
import { onUpgrade } from './upgrades.ts';

/** How long a client may take over a close, its own or ours, before its socket is cut, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;

export interface WebSockets {
  /** How many are open. */
  readonly size: number;
  /** What takes leave of each client: it is answered what runs for it, and told to come back. */
  leaving(): readonly (() => void)[];
  /** Resolves once all have left. */
  close(): Promise<void>;
  /** Waits for nobody any longer. */
  cut(): void;
}

export interface WebSocketOptions {
  readonly yoga: Yoga;
  readonly fanOut: FanOut;
  readonly keepAlive: KeepAlive;
  readonly clock: Clock;
  /** Without it, everybody may do everything. */
  readonly access: Access | undefined;
  readonly limits: Limits;
  readonly hits: LimitHits;
  readonly origins: Origins;
  readonly trusted: TrustedDocuments | undefined;
  /** An error as clients may be told of it. */
  readonly mask: (error: unknown) => GraphQLError;
  /** Whether a request names this server as its host. */
  readonly isMeant: (request: IncomingMessage) => boolean;
}

/** GraphQL over WebSocket (`graphql-transport-ws`) on an HTTP server, each operation through Yoga's own pipeline. */
export function attachWebSockets(
  httpServer: HttpServer,
  { yoga, fanOut, keepAlive, clock, access, limits, hits, origins, trusted, mask, isMeant }: WebSocketOptions,
): WebSockets {
  // The types of ws do not know `closeTimeout` yet.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    path: GRAPHQL_PATH,
    maxPayload: limits.bodyBytes,
    closeTimeout: CLOSE_TIMEOUT_MS,
    verifyClient: ({ req }: { req: IncomingMessage }) => isMeant(req) && origins.mayOpen(req),
    handleProtocols,
  };
  const sockets = new WebSocketServer(options);
  const outlets = new SocketOutlets();
  const operations = new Operations();
  const turnsOf = new WeakMap<WebSocket, Turns>();
  const graphql = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: limits.handshakeMs,
    onConnect(ctx) {
      const { extra, connectionParams } = ctx;
      // It would be held as long as there is the socket, a token and all.
      Reflect.deleteProperty(ctx, 'connectionParams');
      return !access || greet(access.control, extra, connectionParams, mask);
    },
    execute: async (args) => {
      const { execute, turns } = pipelineOf(args);
      return withoutStatuses(await turns.run(() => execute(args)));
    },
    subscribe: async (args) => {
      const { subscribe, outlet } = pipelineOf(args);
      return withoutStatuses(await fanOut.subscribe(args, viewed(contextOf(args)), subscribe, outlet));
    },
    onSubscribe(ctx, id, params) {
      operations.begin(ctx, id, params);
      if (ctx.extra.isFull(ctx)) return refused(TOO_MANY);
      return argumentsOf(ctx.extra, id, params, ctx.extra.messageLength);
    },
    async onOperation(ctx, id, params, _args, results) {
      if (!(Symbol.asyncIterator in results)) return operations.goOn(ctx, id, params);
      if (operations.isReplaced(ctx, id, params)) void results[Symbol.asyncIterator]().return?.();
      await operations.goOn(ctx, id, params);
      operations.yields(results, params);
    },
    async onNext({ extra }, _id, _params, { document, operationName }) {
      // One that is shared is told in another way, and as its client takes it.
      if (getOperationAST(document, operationName)?.operation === 'subscription') await extra.turns.run(() => {});
    },
    // What has no code yet was thrown where nothing expected it, as by a result that can't be written as JSON.
    async onError(ctx, id, params, errors) {
      await operations.goOn(ctx, id, params);
      return errors.map((error) => ('code' in error.extensions ? error : mask(error)).toJSON());
    },
    onComplete: (ctx, id, params) => operations.goOn(ctx, id, params),
  });
  sockets.on('connection', (socket, request) => {
    const { socket: stream } = request;
    const connection: Connection = {
      socket,
      request,
      turns: new Turns(socket, stream),
      isFull: fullness(limits.socketOperations),
      messageLength: 0,
      ...(access && { credentials: access.reader.ofHeaders(request.headers) }),
    };
    turnsOf.set(socket, connection.turns);
    const rate = new Rate(clock, limits.socketMessagesPerSecond);
    const counted = (): void => {
      const wait = rate.count();
      if (wait > 0) hits.socketMessagesPerSecond += 1;
      if (wait > 0) connection.turns.hold(wait, clock);
    };
    const fail = (error: unknown): void => {
      // Of all that is thrown here, graphql-ws tells what only servers may say apart by nothing but its words.
      if (!(error instanceof Error && error.message.startsWith('Unexpected message of type'))) mask(error);
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    };
    const closed = graphql.opened(
      {
        protocol: socket.protocol,
        send: (text) => socket.send(text),
        close(code, reason) {
          if (code === CloseCode.ConnectionInitialisationTimeout) hits.handshakeMs += 1;
          socket.close(code, reason);
        },
        onMessage(handle) {
          socket.on('message', (data) => {
            const text = String(data);
            // Up to `onSubscribe` it is handled before anything else is.
            connection.messageLength = text.length;
            handle(text).catch(fail);
            counted();
            connection.turns.look();
          });
        },
        onPing: (payload) => socket.send(pong(payload)),
      },
      connection,
    );
    socket.once('close', (code, reason) => void closed(code, String(reason)));
    // A frame that is none, or too large, is the client's fault, and ws has closed the socket for it.
    socket.on('error', (error) => {
      if ('code' in error && error.code === TOO_LARGE_CODE) hits.bodyBytes += 1;
    });
    const kept = keepAlive.keep(socket, stream, PINGED);
    // They are held as long as there is the socket; what they said has been looked at.
    request.headers = {};
    request.rawHeaders = [];
    socket.on('ping', () => {
      counted();
      connection.turns.look();
    });
    socket.on('pong', (data) => kept.answered(String(data)));
  });
  onUpgrade(httpServer, (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit('connection', socket, request));
  });
  return {
    get size() {
      return sockets.clients.size;
    },
    leaving: () =>
      [...sockets.clients].map(
        (socket) => () => turnsOf.get(socket)?.end(() => socket.close(RESTART_CODE, 'Service restart')),
      ),
    close: () => new Promise((resolve) => sockets.close(() => resolve())),
    cut() {
      for (const socket of sockets.clients) socket.terminate();
    },
  };

  function refused(error: GraphQLError): readonly GraphQLError[] {
    countLimit(hits, error);
    return [error];
  }

  async function argumentsOf(
    connection: Connection,
    id: string,
    params: SubscribePayload,
    length: number,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const enveloped = envelopedFor(yoga, params, connection.request, connection.viewer);
    // What is thrown here would close the socket, with every other operation on it.
    try {
      const document = enveloped.parse(trusted ? trusted.textOf(params) : params.query);
      const operation = getOperationAST(document, params.operationName);
      if (!operation) return [UNRESOLVED];
      if (operation.operation === 'subscription' && length > limits.subscriptionLength) return refused(TOO_LONG);
      const errors: readonly GraphQLError[] = enveloped.validate(enveloped.schema, document);
      if (errors.length > 0) return errors.map(withoutStatus);
      const { schema, execute, subscribe } = enveloped;
      const pipeline: Pipeline = { execute, subscribe, turns: connection.turns, outlet: outlets.to(connection, id) };
      const variableValues = declared(operation, params.variables);
      // graphql-ws holds what was asked as long as it runs.
      Reflect.deleteProperty(params, 'extensions');
      Reflect.deleteProperty(params, 'variables');
      return {
        schema,
        document,
        operationName: params.operationName ?? null,
        variableValues,
        contextValue: await enveloped.contextFactory(),
        rootValue: pipeline,
      };
    } catch (error) {
      const masked = mask(error);
      // It has expired since it was greeted: what it asks it may ask again as somebody known.
      if (masked.extensions['code'] === 'UNAUTHENTICATED') expire(connection.socket);
      return [withoutStatus(masked)];
    }
  }
}

const PINGED: Way<WebSocket> = {
  ping: (socket, text) => socket.ping(text),
  cut: (socket) => socket.terminate(),
  isUnread: (socket) => socket.isPaused,
};

/** As RFC 6455's registry has it: clients come back, at intervals of their own. */
const RESTART_CODE = 1012;

const UNRESOLVED = new GraphQLError('Could not determine what operation to execute.', {
  extensions: { code: 'BAD_USER_INPUT' },
});

const TOO_LONG = new LimitedError(
  'subscriptionLength',
  'A subscription is asked for at greater length than it may be.',
);
const TOO_MANY = new LimitedError('socketOperations', 'Too many operations run on this WebSocket.');

/** Of what ws says of a message past `maxPayload`. */
const TOO_LARGE_CODE = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

interface Connection {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly turns: Turns;
  readonly isFull: IsFull;
  /** Of the latest that has come, in characters. */
  messageLength: number;
  /** Of its handshake. */
  credentials?: Credentials | undefined;
  /** Who it is, once it has said so. */
  viewer?: KnownViewer;
}

type Pipeline = Pick<Enveloped, 'execute' | 'subscribe'> & {
  readonly turns: Turns;
  readonly outlet: Outlet;
};

/** As `onSubscribe` made it. */
function contextOf({ contextValue }: ExecutionArgs): ViewedContext {
  return contextValue as ViewedContext;
}

/** graphql-ws hands execution nothing but its arguments: the operation's own pipeline travels as the root value. */
function pipelineOf(args: ExecutionArgs): Pipeline {
  return args.rootValue as Pipeline;
}

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
