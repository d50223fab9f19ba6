import { faultOfLimits } from './limits.ts';
import { call, choice, integer, list, type Option, onOff, parsed, text } from './option-kinds.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogOptions } from './server/log.ts';
import { isOrigin } from './server/origins.ts';
import type { ServerOptions } from './server/server-options.ts';

/** What the process can be told: the server's options that make sense from outside. */
export type Options = Omit<
  Pick<
    ServerOptions,
    | 'host'
    | 'port'
    | 'insecure'
    | 'allowedOrigins'
    | 'limits'
    | 'schemas'
    | 'presencePrefix'
    | 'trustedDocuments'
    | 'access'
    | 'graphiql'
    | 'dashboard'
    | 'introspection'
    | 'timeUnit'
    | 'timeProvider'
    | 'contextAutoDelete'
    | 'contextTtl'
    | 'deltaTtl'
    | 'deltaThreshold'
    | 'deltaFormatter'
    | 'cleanupIntervalMs'
    | 'archive'
    | 'archiveTimeoutMs'
    | 'archiveConcurrency'
    | 'exportContext'
    | 'restoreContext'
    | 'heartbeatMs'
    | 'metrics'
    | 'metricsPort'
    | 'metricsHost'
    | 'drainDelayMs'
    | 'drainMs'
    | 'shutdownMs'
    | 'cacheBytes'
    | 'redisUrl'
    | 'redisPrefix'
    | 'redisTimeoutMs'
  >,
  'archive'
> &
  LogOptions & { readonly archive?: string };
export type OptionName = keyof Options;

const AGE = integer(1, 2 ** 40, ' in the time unit');
const MILLISECONDS = integer(1, 2 ** 31 - 1, ' milliseconds');
const INTERVAL = integer(1000, 2 ** 31 - 1, ' milliseconds');

/**
 * Every option, once: `--help`, the README's table, and what reads flags, variables and the configuration file are all made of it. A
 * flag is spelled as its name here, in kebab case.
 */
export const options: { readonly [Name in OptionName]: Option } = {
  host: {
    ...text('an address or a host name', /^\S+$/),
    env: 'HOST',
    short: 'H',
    fallback: '127.0.0.1',
    description: 'The address to listen on. Beyond loopback only with `access` or `insecure`.',
  },
  port: {
    ...integer(0, 65_535),
    env: 'PORT',
    short: 'p',
    fallback: '4000',
    description: 'The port to listen on; 0 takes any free one.',
  },
  insecure: {
    ...onOff,
    env: 'ARPEGGIO_INSECURE',
    fallback: 'false',
    description: 'Listen beyond loopback although, without `access`, everybody could read and write everything.',
  },
  access: {
    takes: 'an object, as in docs/security.md',
    accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    fromText: parsed,
    env: 'ARPEGGIO_ACCESS',
    isSecret: true,
    fallback: 'none: everybody may do everything',
    description:
      'Who may do what: tokens, API keys, policies, or functions of your own; as a flag or a variable, as JSON.',
  },
  allowedOrigins: {
    ...list('origins with commas between, such as https://app.example', isOrigin),
    env: 'ARPEGGIO_ALLOWED_ORIGINS',
    fallback: 'none: only its own',
    description: 'Origins whose pages may use the server, over HTTP (CORS) and WebSocket.',
  },
  limits: {
    takes: 'an object of limits by name, as in docs/limits.md',
    accepts: (value) => faultOfLimits(value) === undefined,
    faultOf: faultOfLimits,
    fromText: parsed,
    env: 'ARPEGGIO_LIMITS',
    fallback: 'those of the table below',
    description: 'Limits that are not to be the default; as a flag or a variable, as JSON.',
  },
  schemas: {
    takes: 'a list of {in, schema}, as in docs/beyond-chord.md',
    accepts: Array.isArray,
    fromText: parsed,
    env: 'ARPEGGIO_SCHEMAS',
    fallback: 'none: contexts are any JSON objects',
    description: 'JSON Schemas that contexts have to keep to, by their ids; as a flag or a variable, as JSON.',
  },
  presencePrefix: {
    ...text('how ids begin, such as presence:', /^\S{1,64}$/),
    env: 'ARPEGGIO_PRESENCE_PREFIX',
    fallback: 'none: nobody is told',
    description: 'Tell who watches a context in a context whose id begins so, which nobody else may write to.',
  },
  trustedDocuments: {
    takes: 'the path of a JSON file, or an object {id: document}',
    accepts: (value) => typeof value === 'object' || (typeof value === 'string' && value !== ''),
    fromText: (given) => given,
    env: 'ARPEGGIO_TRUSTED_DOCUMENTS',
    fallback: 'none: any document runs',
    description: 'The only documents that run, asked by their text or by their id.',
  },
  graphiql: {
    ...onOff,
    env: 'ARPEGGIO_GRAPHIQL',
    fallback: 'true; with NODE_ENV=production, false',
    description: 'Show GraphiQL to browsers that open /graphql.',
  },
  dashboard: {
    ...onOff,
    env: 'ARPEGGIO_DASHBOARD',
    fallback: 'true; with NODE_ENV=production, false',
    description: 'Show the dashboard to browsers that open /.',
  },
  introspection: {
    ...onOff,
    env: 'ARPEGGIO_INTROSPECTION',
    fallback: 'true; with NODE_ENV=production, false',
    description: 'Show the schema, by introspection and by suggestions in errors.',
  },
  redisUrl: {
    ...text(
      'redis://HOST:PORT, redis+sentinel://HOSTS/NAME or redis+cluster://HOSTS (rediss… for TLS)',
      /^rediss?(\+(sentinel|cluster))?:\/\/\S+$/,
    ),
    env: 'REDIS_URL',
    isSecret: true,
    fallback: 'none: contexts are kept in memory',
    description: 'Keep contexts in Redis, shared by every process that names the same.',
  },
  redisPrefix: {
    ...text('letters, digits and . : _ -', /^[\w.:-]{1,64}$/),
    env: 'ARPEGGIO_REDIS_PREFIX',
    fallback: 'arpeggio',
    description: 'What the keys in Redis begin with: environments that share a Redis have one each.',
  },
  redisTimeoutMs: {
    ...MILLISECONDS,
    env: 'ARPEGGIO_REDIS_TIMEOUT_MS',
    fallback: '5000',
    description: 'How long a call is tried while Redis does not answer, before it fails.',
  },
  timeUnit: {
    ...choice('second', 'millisecond'),
    env: 'ARPEGGIO_TIME_UNIT',
    fallback: 'second',
    description: 'The unit of timestamps and of the ages below.',
  },
  timeProvider: {
    ...call('(unit) => number'),
    fallback: "the system's time",
    description: 'Where timestamps come from: Unix time in the given unit.',
  },
  contextAutoDelete: {
    ...onOff,
    env: 'ARPEGGIO_CONTEXT_AUTO_DELETE',
    fallback: 'false',
    description:
      'Let contexts expire: starts the cleanup server, unless it was ever set, and lets it and `cleanup` end those past `contextTtl`.',
  },
  contextTtl: {
    ...AGE,
    env: 'ARPEGGIO_CONTEXT_TTL',
    fallback: '6 hours',
    description: 'How long a context lives after its last commit.',
  },
  deltaTtl: {
    ...AGE,
    env: 'ARPEGGIO_DELTA_TTL',
    fallback: '24 hours',
    description: 'How long cleanup leaves a delta, and how long the tombstone of a deleted context stays.',
  },
  deltaThreshold: {
    ...integer(1, 100_000),
    env: 'ARPEGGIO_DELTA_THRESHOLD',
    fallback: '100',
    description: "How many of a context's latest deltas are kept.",
  },
  deltaFormatter: {
    ...call('(changes, meta) => JSON'),
    fallback: 'NESTED',
    description: 'Renders `delta` where no format is asked for.',
  },
  cleanupIntervalMs: {
    ...INTERVAL,
    env: 'ARPEGGIO_CLEANUP_INTERVAL_MS',
    fallback: '60000',
    description: 'How often the cleanup server cleans up where `contextAutoDelete` starts it.',
  },
  archive: {
    ...text('fs:FOLDER, DRIVER:{options as JSON} for any driver of unstorage, or off', /^(off|[a-z][\w-]*:.+)$/s),
    env: 'ARPEGGIO_ARCHIVE',
    isSecret: true,
    fallback: 'fs:.arpeggio/archive; with Redis, off',
    description: 'Where contexts are exported to and restored from.',
  },
  archiveTimeoutMs: {
    ...MILLISECONDS,
    env: 'ARPEGGIO_ARCHIVE_TIMEOUT_MS',
    fallback: '30000',
    description: 'How long one export or restore may take.',
  },
  archiveConcurrency: {
    ...integer(1, 1000),
    env: 'ARPEGGIO_ARCHIVE_CONCURRENCY',
    fallback: '8',
    description: 'How many exports and restores run at once.',
  },
  exportContext: {
    ...call('(context, {signal}) => Promise<void>'),
    fallback: 'the archive',
    description: 'Exports a context, in place of the archive.',
  },
  restoreContext: {
    ...call('(id, {signal}) => Promise<{context, version} | null>'),
    fallback: 'the archive',
    description: 'Finds a context to restore, in place of the archive.',
  },
  heartbeatMs: {
    ...MILLISECONDS,
    env: 'ARPEGGIO_HEARTBEAT_MS',
    fallback: '10000',
    description: 'How long a subscriber can miss a change whose notification was lost.',
  },
  metrics: {
    ...onOff,
    env: 'ARPEGGIO_METRICS',
    fallback: 'true',
    description: 'Tell of metrics at `/metrics`; with `access`, to whoever has the `admin` right on `*`.',
  },
  metricsPort: {
    ...integer(0, 65_535),
    env: 'ARPEGGIO_METRICS_PORT',
    fallback: "none: the server's port",
    description: 'A port of their own for metrics, where nobody is asked who they are: for a private network.',
  },
  metricsHost: {
    ...text('an address or a host name', /^\S+$/),
    env: 'ARPEGGIO_METRICS_HOST',
    fallback: '127.0.0.1',
    description: 'The address that `metricsPort` is on. Beyond loopback only with `access` or `insecure`.',
  },
  drainDelayMs: {
    ...integer(0, 2 ** 31 - 1, ' milliseconds'),
    env: 'ARPEGGIO_DRAIN_DELAY_MS',
    fallback: '0',
    description:
      'How long everybody is still served once it is to stop, though `/ready` says no: until a load balancer has noticed.',
  },
  drainMs: {
    ...integer(0, 2 ** 31 - 1, ' milliseconds'),
    env: 'ARPEGGIO_DRAIN_MS',
    fallback: '10000',
    description: 'Over how long at most connections are closed then, one after the other.',
  },
  shutdownMs: {
    ...MILLISECONDS,
    env: 'ARPEGGIO_SHUTDOWN_MS',
    fallback: '25000',
    description: 'How long stopping may take altogether; what runs still is cut then.',
  },
  logLevel: {
    ...choice(...LOG_LEVELS),
    env: 'ARPEGGIO_LOG_LEVEL',
    fallback: 'info',
    description: 'The least that is logged; `debug` tells of every operation.',
  },
  logFormat: {
    ...choice(...LOG_FORMATS),
    env: 'ARPEGGIO_LOG_FORMAT',
    fallback: 'text; with NODE_ENV=production, json',
    description: 'Lines for people, or of JSON.',
  },
  cacheBytes: {
    ...integer(0, 2 ** 40, ' bytes'),
    env: 'ARPEGGIO_CACHE_BYTES',
    fallback: '16777216',
    description:
      'How much JSON is kept of contexts that were written to, so that the next write needs no read before it.',
  },
};

export const optionNames = Object.keys(options) as readonly OptionName[];
