import type { RequestListener, ServerResponse } from 'node:http';
import type { DocumentNode } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { CleanupServer } from '../cleanup/cleanup-server.ts';
import type { ContextManager } from '../context/manager.ts';
import type { DeltaFormatter } from '../delta/formats.ts';
import { isObject } from '../json.ts';
import type { Limits } from '../limits.ts';
import type { ResolverContext } from '../schema/builder.ts';
import { schema } from '../schema/index.ts';
import type { Fleet } from '../stats/fleet.ts';
import { type Access, contextOf, type Incoming } from './access/context-of.ts';
import { useExpiry } from './access/use-expiry.ts';
import { useBodyLimit } from './body-limit.ts';
import { type DashboardSettings, useDashboard } from './dashboard.ts';
import { DocumentCache } from './document-cache.ts';
import { useDocumentLimit } from './document-limit.ts';
import type { Yoga } from './enveloped.ts';
import type { Plans } from './execution/plans.ts';
import { useRootField } from './execution/root-field.ts';
import { usePlans } from './execution/use-plans.ts';
import type { FanOut } from './fanout/fan-out.ts';
import { useGraphiQL } from './graphiql.ts';
import { useHealth } from './health.ts';
import { useJsonOnly } from './json-only.ts';
import { useMetrics } from './metrics-route.ts';
import { useNoIntrospection } from './no-introspection.ts';
import type { OperationLog } from './operation-log.ts';
import { useOutcome } from './outcome.ts';
import { plainPosts } from './plain-posts.ts';
import type { ServerMetrics } from './server-metrics.ts';
import { useSharedStreams } from './shared-streams.ts';
import type { Showing } from './showing.ts';
import { useStreams } from './streams.ts';
import { type TrustedDocuments, useTrustedDocuments } from './trusted-documents.ts';

export const GRAPHQL_PATH = '/graphql';

export interface AppOptions {
  readonly manager: ContextManager;
  readonly cleanup: CleanupServer;
  readonly fleet: Fleet;
  readonly limits: Limits;
  readonly deltaFormatter: DeltaFormatter | undefined;
  readonly operationLog: OperationLog;
  readonly showing: Showing;
  /** What the dashboard is told. */
  readonly dashboard: Omit<DashboardSettings, 'endpoint'>;
  /** Without it, everybody may do everything. */
  readonly access: Access | undefined;
  readonly trusted: TrustedDocuments | undefined;
  readonly plans: Plans;
  /** Where subscriptions over SSE are shared. */
  readonly fanOut: FanOut;
  /** Told of each HTTP response that streams events. */
  readonly onStream: (response: ServerResponse) => void;
  /** What is told at `/metrics`; undefined where nothing is. */
  readonly metrics: ServerMetrics | undefined;
  /** Whether requests should come here rather than elsewhere. */
  readonly isReady: () => Promise<boolean>;
}

export interface App {
  readonly yoga: Yoga;
  /** Answers the requests of an HTTP server. */
  readonly listener: RequestListener;
}

/** GraphQL over HTTP and SSE, and the pipeline that WebSocket operations go through too. It listens to no port. */
export function createApp(options: AppOptions): App {
  const {
    manager,
    cleanup,
    fleet,
    limits,
    deltaFormatter,
    operationLog,
    showing,
    dashboard,
    access,
    trusted,
    plans,
    fanOut,
    onStream,
    metrics,
    isReady,
  } = options;
  const contextFor = contextOf({ manager, cleanup, fleet, deltaFormatter }, access);
  const documentCache = new DocumentCache<DocumentNode>();
  const posts = plainPosts(GRAPHQL_PATH, limits.bodyBytes, documentCache);
  const yoga: Yoga = createYoga<object, ResolverContext>({
    schema,
    // Asked for every operation, whichever way it came, with the request that it came by.
    context: (incoming: Incoming) => contextFor(incoming),
    graphqlEndpoint: GRAPHQL_PATH,
    // Ours is among the plugins.
    maxRequestBodySize: false,
    extraParamNames: trusted ? ['documentId'] : [],
    parserAndValidationCache: { documentCache, errorCache: new DocumentCache() },
    // Yoga's own check would answer, before our plugin is asked, every URL that ends so: no URL ends in a line break.
    healthCheckEndpoint: '\n',
    maskedErrors: { maskError: operationLog.mask },
    plugins: [
      useHealth(isReady),
      metrics !== undefined && useMetrics(metrics, refusalOf),
      showing.graphiql && useGraphiQL(GRAPHQL_PATH),
      showing.dashboard && useDashboard({ ...dashboard, endpoint: GRAPHQL_PATH }),
      useJsonOnly(),
      useBodyLimit(limits.bodyBytes),
      trusted !== undefined && useTrustedDocuments(trusted),
      useDocumentLimit(limits),
      !showing.introspection && useNoIntrospection(),
      useOutcome(),
      useRootField(),
      posts.plugin,
      usePlans(plans),
      operationLog.plugin(),
      // After the plans, which are what it shares the results of.
      useSharedStreams(fanOut),
      useStreams(onStream),
      access ? useExpiry(access.control) : {},
    ],
    // A page of another origin may neither read answers nor send what needs a preflight.
    cors: false,
    multipart: false,
    // Yoga's own page loads its parts from elsewhere.
    graphiql: false,
    landingPage: false,
    // Yoga would log errors with their messages, which may quote a caller's data.
    logging: false,
  });
  return { yoga, listener: posts.listener(yoga) };

  /** Metrics are for whoever may administer everything. */
  async function refusalOf(request: Request, incoming: Incoming): Promise<ResponseInit | undefined> {
    try {
      const { rights } = await contextFor({ ...incoming, request });
      return !rights || (await rights.may('admin')) ? undefined : { status: 403 };
    } catch (error) {
      const { http } = operationLog.mask(error).extensions;
      return { status: 500, ...(isObject(http) ? (http as ResponseInit) : {}) };
    }
  }
}
