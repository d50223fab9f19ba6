import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionArgs } from 'graphql';
import type { CleanupServer } from '../cleanup/cleanup-server.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { ContextManager } from '../context/manager.ts';
import { defaultLimits, faultOfLimits, withDefaults } from '../limits.ts';
import { Traces } from '../metrics/traces.ts';
import { AccessControl } from './access/access-control.ts';
import { CredentialReader } from './access/credentials.ts';
import { limitPerAddress } from './addresses.ts';
import { createApp, GRAPHQL_PATH } from './app.ts';
import { trackConnections } from './connections.ts';
import { noCounts, type OperationType } from './counts.ts';
import { createEngine } from './engine.ts';
import { masked } from './execution/masked.ts';
import { Plans } from './execution/plans.ts';
import { noDeliveries } from './fanout/deliveries.ts';
import { FanOut } from './fanout/fan-out.ts';
import { figuresOf } from './figures-of.ts';
import { KeepAlive, type Way } from './keep-alive.ts';
import { consoleLog } from './log.ts';
import { isLoopback } from './loopback.ts';
import { METRICS_PATH, metricsServer } from './metrics-route.ts';
import { OperationLog } from './operation-log.ts';
import { Origins } from './origins.ts';
import { inTurn } from './pipelining.ts';
import { Readiness } from './readiness.ts';
import { countRefused } from './refused-requests.ts';
import { limitRequests, requestOptions } from './requests.ts';
import { reserved } from './reserved.ts';
import { type Gauges, ServerMetrics } from './server-metrics.ts';
import type { ServerOptions } from './server-options.ts';
import { showingOf } from './showing.ts';
import { Shutdown } from './shutdown.ts';
import { tracedCommits, tracedDeliveries } from './traced.ts';
import { trustedDocuments } from './trusted-documents.ts';
import { upgradeOptions } from './upgrades.ts';
import { attachWebSockets, type WebSockets } from './websocket.ts';

const STREAM: Way<ServerResponse> = { cut: (response) => response.destroy() };

/** Past how many connections it takes more than a moment to take leave of them. */
const MANY = 100;

export interface Address {
  readonly http: string;
  readonly websocket: string;
  readonly port: number;
  /** Where metrics are told of on a port of their own. */
  readonly metrics?: string;
}

export interface Server {
  /** The contexts it serves, for use inside this process. */
  readonly manager: ContextManager;
  /** Cleans up after the contexts, now or regularly. */
  readonly cleanup: CleanupServer;
  /** Answers a request without any port. */
  fetch(request: Request): Promise<Response>;
  /** @throws Error where the address is taken, or lies beyond loopback without `access` or `insecure`, or Redis can't be used */
  listen(): Promise<Address>;
  /** Undoes `listen`: lets what runs end, tells clients to come back, one after the other, closes the store. On time, whatever hangs. */
  close(): Promise<void>;
}

/** Puts a server together. Nothing runs before `listen`. Tests hand in a clock of theirs. */
export function createServer(options: ServerOptions = {}, clock: Clock = systemClock(options)): Server {
  const { host = '127.0.0.1', port = 4000, insecure = false, log = consoleLog, deliveries = noDeliveries() } = options;
  const { metricsPort, metricsHost = '127.0.0.1' } = options;
  const fault = faultOfLimits(options.limits ?? {});
  if (fault !== undefined) throw new TypeError(`limits: ${fault}`);
  const limits = withDefaults(defaultLimits, options.limits);
  const origins = new Origins(options.allowedOrigins, options.access?.cookie !== undefined);
  const trusted = options.trustedDocuments === undefined ? undefined : trustedDocuments(options.trustedDocuments);
  const traces = new Traces();
  const counts = noCounts();
  const { hits, operations } = counts;
  const gauges = (): Gauges => ({
    webSockets: sockets?.size ?? 0,
    streams: connections.streamCount,
    subscriptions: fanOut.subscriptions,
    watchedContexts: fanOut.watchedContexts,
    proofAgeMs: engine.proofAgeMs,
  });
  const metrics = options.metrics === false ? undefined : new ServerMetrics(clock, counts, deliveries, gauges);
  const engine = createEngine(options, limits, log, clock, {
    counts,
    figures: () => figuresOf(counts, deliveries, gauges()),
    storeObservers: {
      onCall: metrics?.storeCall,
      onCommitted: metrics?.committed,
      aroundCommit: tracedCommits(traces),
    },
    onTrace: (trace) => traces.heard(trace),
  });
  const { manager, cleanup, fleet, presence } = engine;
  const { presencePrefix } = options;
  const shutdown = new Shutdown(options, clock);
  const readiness = new Readiness(clock, engine.ready);
  let closed: Promise<void> | undefined;
  const plans = new Plans();
  const onRan =
    metrics &&
    ((type: OperationType, hasFailed: boolean, seconds: number): void => {
      operations[type][hasFailed ? 'error' : 'ok'] += 1;
      metrics.ran(type, seconds);
    });
  const operationLog = new OperationLog(log, { hits, onRan, traces });
  const { mask } = operationLog;
  const access = options.access && {
    control: new AccessControl(options.access, { clock, limits, onFailure: mask }),
    reader: new CredentialReader(options.access.cookie, origins),
  };
  const executor = (args: ExecutionArgs) => masked(operationLog.noted(args, plans.executor(args)), mask);
  const fanOut = new FanOut({
    manager,
    executor,
    mask,
    deliveries,
    onTold: tracedDeliveries(traces, metrics?.told),
    ...(presence && { onEnter: (id, viewer) => presence.enter(id, viewer) }),
    onSubscribed(isRefused) {
      operations.subscription[isRefused ? 'error' : 'ok'] += 1;
    },
  });
  const keepAlive = new KeepAlive(clock, () => {
    deliveries.cutForSilence += 1;
  });
  const app = createApp({
    manager: presencePrefix === undefined ? manager : reserved(manager, presencePrefix),
    cleanup,
    fleet,
    limits,
    operationLog,
    deltaFormatter: options.deltaFormatter,
    showing: showingOf(options),
    dashboard: { presencePrefix: presencePrefix ?? null, unitMs: clock.unitMs },
    access,
    trusted,
    plans,
    fanOut,
    onStream(response) {
      connections.streams(response);
      const { socket: stream, closed: hasLeft } = response;
      if (stream && !hasLeft) keepAlive.keep(response, stream, STREAM);
    },
    metrics: metricsPort === undefined ? metrics : undefined,
    isReady: async () => closed === undefined && readiness.isReady(),
  });
  const targetOf = lastRemembered((url) => targetAt(url, host));
  const respond: RequestListener = (request, response) => {
    // Its client's next request goes elsewhere.
    if (closed !== undefined) response.shouldKeepAlive = false;
    const target = targetOf(urlOf(request));
    if (target === 'nowhere') {
      response.writeHead(400).end();
    } else if (target === 'elsewhere') {
      response.writeHead(421, { 'content-type': 'text/plain' }).end('This server is not that host.\n');
    } else {
      app.listener(request, response);
    }
  };
  const httpServer = createHttpServer(
    { ...upgradeOptions, ...requestOptions(limits) },
    inTurn(origins.told(limitRequests(limits, clock, respond, hits))),
  );
  // Node leaves out headers past a count of its own, without a word.
  httpServer.maxHeadersCount = 0;
  limitPerAddress(httpServer, limits.connectionsPerAddress, hits);
  const connections = trackConnections(httpServer);
  countRefused(httpServer, connections.isAsked, hits);
  const ownServer = metrics && metricsPort !== undefined ? metricsServer(metrics) : undefined;
  let sockets: WebSockets | undefined;

  return {
    manager,
    cleanup,
    fetch: async (request) => cancelledBy(request.signal, await app.yoga.fetch(request)),
    async listen() {
      if (closed !== undefined) throw new Error('The server is closed.');
      if (!access && !insecure && !isLoopback(host)) throw new Error(`Refusing to listen on ${host}: ${EXPOSED}`);
      if (ownServer && !access && !insecure && !isLoopback(metricsHost))
        throw new Error(`Refusing to tell of metrics on ${metricsHost}: ${EXPOSED}`);
      await engine.start();
      await listening(httpServer, port, host);
      if (ownServer) await listening(ownServer, metricsPort ?? 0, metricsHost);
      const isMeant = (request: IncomingMessage): boolean => targetOf(urlOf(request)) === 'here';
      const { yoga } = app;
      const parts = { yoga, fanOut, keepAlive, clock, access, limits, hits, origins, trusted, mask, isMeant };
      sockets = attachWebSockets(httpServer, parts);
      cleanup.join();
      fleet.join();
      if (options.contextAutoDelete) await cleanup.startUnlessSet({ intervalMs: options.cleanupIntervalMs });
      const address = addressOf(httpServer, host);
      return ownServer ? { ...address, metrics: metricsUrl(ownServer, metricsHost) } : address;
    },
    close() {
      closed ??= close();
      return closed;
    },
  };

  async function close(): Promise<void> {
    const isInTime = await shutdown.run({
      isServing: httpServer.listening,
      async stopListening() {
        const ended = httpServer.listening ? closing(httpServer) : undefined;
        connections.close();
        await Promise.all([ended, sockets?.close()]);
      },
      leaving() {
        const leaving = [...(sockets?.leaving() ?? []), ...connections.leaving()];
        if (leaving.length > MANY) log.info(`Taking leave of ${leaving.length} connections.`);
        return leaving;
      },
      cut() {
        httpServer.closeAllConnections();
        sockets?.cut();
      },
      async release() {
        ownServer?.close();
        ownServer?.closeAllConnections();
        access?.control.close();
        await engine.close();
      },
    });
    if (!isInTime) log.error('Closing took too long: it was given up.');
  }
}

const EXPOSED =
  'there is no access policy, so everybody who can reach it could read and write everything. ' +
  'Say who may do what by `access` in arpeggio.config.js (docs/security.md), ' +
  'or set ARPEGGIO_INSECURE=1 (insecure: true) if that is what you want.';

/** As with any fetch, aborting the request ends a response that still streams. */
function cancelledBy(signal: AbortSignal, response: Response): Response {
  signal.addEventListener('abort', () => void response.body?.cancel().catch(() => {}), { once: true });
  return response;
}

/** What Yoga makes of a request's URL. Where that is none, Yoga would answer with the stack of its own failure. */
function urlOf({ headers, url }: IncomingMessage): string {
  // Nor is such a host a part of one, however it would be read as.
  if (/[/?#@\\]/.test(headers.host ?? '')) return '';
  return `http://${headers.host || 'localhost'}${url}`;
}

/** A page of another site whose name leads here is not of our origin, though its browser thinks so (DNS rebinding). */
function targetAt(url: string, host: string): 'here' | 'elsewhere' | 'nowhere' {
  if (!URL.canParse(url)) return 'nowhere';
  return !isLoopback(host) || isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, '')) ? 'here' : 'elsewhere';
}

/** Most requests go where the one before them went. */
function lastRemembered<T>(answer: (question: string) => T): (question: string) => T {
  let last: { readonly question: string; readonly answer: T } | undefined;
  return (question) => {
    if (last?.question !== question) last = { question, answer: answer(question) };
    return last.answer;
  };
}

function listening(httpServer: HttpServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    httpServer.once('error', reject);
    httpServer.listen(port, host, () => {
      httpServer.off('error', reject);
      resolve();
    });
  });
}

function closing(httpServer: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    httpServer.close(() => resolve());
  });
}

function addressOf(httpServer: HttpServer, host: string): Address {
  const { port } = httpServer.address() as AddressInfo;
  const authority = authorityOf(httpServer, host);
  return { http: `http://${authority}${GRAPHQL_PATH}`, websocket: `ws://${authority}${GRAPHQL_PATH}`, port };
}

function metricsUrl(ownServer: HttpServer, host: string): string {
  return `http://${authorityOf(ownServer, host)}${METRICS_PATH}`;
}

function authorityOf(httpServer: HttpServer, host: string): string {
  const { port } = httpServer.address() as AddressInfo;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
