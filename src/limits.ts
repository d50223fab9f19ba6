/**
 * The one table of limits on what comes in. Past each is an error with the code named here, and nothing is stored.
 */
export interface Limits {
  /** UTF-8 bytes of a context's id, at least one, well-formed Unicode. BAD_USER_INPUT. @default 512 */
  readonly idBytes: number;
  /** UTF-8 bytes of one key. BAD_USER_INPUT. @default 1024 */
  readonly keyBytes: number;
  /** Objects and arrays inside each other, the context itself counted; at most 250. CONTEXT_TOO_LARGE. @default 64 */
  readonly depth: number;
  /** Values in a context, the context itself and every array element counted. CONTEXT_TOO_LARGE. @default 50000 */
  readonly nodes: number;
  /** Bytes of a context as JSON in UTF-8. CONTEXT_TOO_LARGE. @default 1 MiB */
  readonly contextBytes: number;
  /** Bytes of a request's body, and of one WebSocket message. LIMIT_EXCEEDED. @default 2 MiB */
  readonly bodyBytes: number;
  /** UTF-8 bytes of a request id. BAD_USER_INPUT. @default 256 */
  readonly requestIdBytes: number;
  /** Contexts on one page of a listing. BAD_USER_INPUT. @default 1000 */
  readonly pageSize: number;
  /** Operations of one patch. LIMIT_EXCEEDED. @default 1000 */
  readonly patchOperations: number;
  /** Contexts of one `syncMany`, one `contextsChanged` or one `writeContexts`. LIMIT_EXCEEDED. @default 100 */
  readonly contextsAtOnce: number;
  /** Lexical tokens of one GraphQL document. LIMIT_EXCEEDED. @default 4000 */
  readonly documentTokens: number;
  /** Brackets of any kind inside each other in one document. LIMIT_EXCEEDED. @default 300 */
  readonly documentNesting: number;
  /** Fields inside each other, but for what is inside `__schema` and `__type`. LIMIT_EXCEEDED. @default 12 */
  readonly documentDepth: number;
  /** Fields at the top of one operation, each of which is a read or a write. LIMIT_EXCEEDED. @default 20 */
  readonly rootFields: number;
  /** Fields of one document, fragments spread. LIMIT_EXCEEDED. @default 500 */
  readonly documentFields: number;
  /** Aliases in one document, fragments spread. LIMIT_EXCEEDED. @default 30 */
  readonly documentAliases: number;
  /** Directives in one document, fragments spread. LIMIT_EXCEEDED. @default 50 */
  readonly documentDirectives: number;
  /** Connections of one address, WebSockets included; those of IPv6 by /64. Past it they are cut as they come. @default 10000 */
  readonly connectionsPerAddress: number;
  /** From a WebSocket's opening to its `connection_init`, in milliseconds. Closed with 4408. @default 3000 */
  readonly handshakeMs: number;
  /** Operations that run at once on one WebSocket, subscriptions above all. LIMIT_EXCEEDED. @default 1000 */
  readonly socketOperations: number;
  /** Characters of a message that asks for a subscription, which is held as long as that runs. LIMIT_EXCEEDED. @default 65536 */
  readonly subscriptionLength: number;
  /** Messages of one WebSocket in a second. What comes faster is left unread until it is due. @default 1000 */
  readonly socketMessagesPerSecond: number;
  /** Operations of one address over HTTP in a second; those of IPv6 by /64. LIMIT_EXCEEDED with 429. @default Infinity */
  readonly requestsPerSecond: number;
  /** Operations of one viewer in a second, whichever way they come; of nobody in particular, by address. LIMIT_EXCEEDED, 429. @default 1000 */
  readonly viewerOperationsPerSecond: number;
  /** What `authenticate`, `authorize` and `revoked` of `access` may take, in milliseconds. INTERNAL_SERVER_ERROR. @default 5000 */
  readonly accessMs: number;
  /** From a connection's opening, or a request's first byte, to the end of its headers, in milliseconds. 408. @default 20000 */
  readonly headersMs: number;
  /** From a request's first byte to its last, in milliseconds. 408. @default 60000 */
  readonly requestMs: number;
  /** From an answer to the next request of its connection, in milliseconds. Cut. @default 5000 */
  readonly idleMs: number;
  /** Bytes of a request's headers. 431. @default 16 KiB */
  readonly headerBytes: number;
  /** How many headers a request has. LIMIT_EXCEEDED with 431. @default 100 */
  readonly headerCount: number;
}

export const defaultLimits: Limits = {
  idBytes: 512,
  keyBytes: 1024,
  depth: 64,
  nodes: 50_000,
  contextBytes: 1024 * 1024,
  bodyBytes: 2 * 1024 * 1024,
  requestIdBytes: 256,
  pageSize: 1000,
  patchOperations: 1000,
  contextsAtOnce: 100,
  documentTokens: 4000,
  documentNesting: 300,
  documentDepth: 12,
  rootFields: 20,
  documentFields: 500,
  documentAliases: 30,
  documentDirectives: 50,
  connectionsPerAddress: 10_000,
  handshakeMs: 3000,
  socketOperations: 1000,
  subscriptionLength: 65_536,
  socketMessagesPerSecond: 1000,
  requestsPerSecond: Number.POSITIVE_INFINITY,
  viewerOperationsPerSecond: 1000,
  accessMs: 5000,
  headersMs: 20_000,
  requestMs: 60_000,
  idleMs: 5000,
  headerBytes: 16 * 1024,
  headerCount: 100,
};

/** As deep as everything that descends into contexts is known to go. */
const MAX_DEPTH = 250;

/** What is wrong with what should be limits, by name; undefined where nothing is. */
export function faultOfLimits(limits: unknown): string | undefined {
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits)) return 'limits are an object.';
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(defaultLimits, name)) return `there is no limit ${name}.`;
    if (value === undefined) continue;
    if (typeof value !== 'number' || !(value >= 1) || (Number.isFinite(value) && !Number.isSafeInteger(value)))
      return `${name} takes a whole number from 1 on.`;
    if (name === 'depth' && value > MAX_DEPTH) return `depth takes ${MAX_DEPTH} at most.`;
  }
  return undefined;
}

/** Options over their defaults; one that is there but undefined is as one that is not. */
export function withDefaults<T extends object>(defaults: T, options: Partial<T> = {}): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

/** How often each limit has refused something, counted up as it happens; read it whenever you like. */
export type LimitHits = { -readonly [Name in keyof Limits]: number };

export function noLimitHits(): LimitHits {
  return Object.fromEntries(Object.keys(defaultLimits).map((name) => [name, 0])) as LimitHits;
}
