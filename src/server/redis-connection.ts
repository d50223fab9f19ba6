import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Clock } from '../clock.ts';
import { reconnectDelay } from '../feed/redis-line.ts';
import type { Log } from './log.ts';
import { checkRedis } from './redis-check.ts';
import { describeRedis, parseRedisUrl, type RedisTarget } from './redis-url.ts';

export interface RedisConnectionOptions {
  readonly url: string;
  /** How long Redis may take to be there at the start, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** One that commits may be told on. */
  readonly channel: string;
}

/** The connection that commands go over, and that subscriber connections are made after. */
export interface RedisConnection {
  readonly redis: Redis | Cluster;
  readonly isCluster: boolean;
  /** Connects, and looks whether this Redis can keep what is promised. @throws Error that says what to change */
  start(): Promise<void>;
  close(): void;
}

/**
 * How long one attempt may take: a connection, an answer, the silence of a connection that owes an answer. Past it a half-open
 * connection is given up.
 */
const ATTEMPT_MS = 2000;

/** Opens nothing yet; the first command does, or `start`. @throws Error for a URL that is none */
export function connectRedis({ url, timeoutMs, clock, log, channel }: RedisConnectionOptions): RedisConnection {
  const target = parseRedisUrl(url);
  const redis = clientOf(target, Math.min(ATTEMPT_MS, timeoutMs));
  let lastError: Error | undefined;
  let wasReady = false;
  let isDown = false;
  /** Between a start, or a first command, and the close. */
  let isWanted = true;
  redis.on('end', () => {
    // ioredis may give up for good, as where a Sentinel is asked while a connection is given up.
    if (isWanted) clock.after(reconnectDelay(5), () => isWanted && void redis.connect().catch(() => {}));
  });
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  redis.on('close', () => {
    if (!isDown && wasReady) log.error(`Redis is out of reach and will be tried again: ${codeOf(lastError)}`);
    isDown = true;
  });
  redis.on('ready', () => {
    if (isDown && wasReady) log.info('Redis is back.');
    wasReady = true;
    isDown = false;
  });

  const disconnect = (): void => {
    // Nobody wants to hear of it any more.
    isWanted = false;
    wasReady = false;
    redis.disconnect();
  };

  return {
    redis,
    isCluster: target.kind === 'cluster',
    async start() {
      try {
        isWanted = true;
        await connected(redis, timeoutMs, clock, () => new Error(explain(target, lastError)));
        await checkRedis(redis, target, channel, log);
      } catch (error) {
        disconnect();
        throw error;
      }
    },
    close: disconnect,
  };
}

function clientOf(target: RedisTarget, attemptMs: number): Redis | Cluster {
  const { kind, hosts, isTls, username, password, db, master, sentinelUsername, sentinelPassword } = target;
  const options = {
    lazyConnect: true,
    connectionName: 'arpeggio',
    connectTimeout: attemptMs,
    commandTimeout: attemptMs,
    socketTimeout: attemptMs,
    // The store decides what is sent again, since only it knows a commit that was executed after all.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: reconnectDelay,
    // A server that takes no writes any more is a master no more.
    reconnectOnError: (error) => error.message.includes('READONLY'),
    maxLoadingRetryTime: 500,
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(isTls ? { tls: {} } : {}),
  } satisfies RedisOptions;
  const [first] = hosts;
  switch (kind) {
    case 'single':
      return new Redis({ ...options, ...first });
    case 'sentinel':
      return new Redis({
        ...options,
        sentinels: [...hosts],
        name: master,
        enableTLSForSentinelMode: isTls,
        sentinelCommandTimeout: attemptMs,
        ...(isTls ? { sentinelTLS: {} } : {}),
        ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
        ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
      });
    case 'cluster': {
      const {
        db: _,
        lazyConnect: _lazily,
        enableOfflineQueue: _queue,
        retryStrategy: _retry,
        ...redisOptions
      } = options;
      return new Cluster([...hosts], {
        lazyConnect: true,
        enableOfflineQueue: false,
        slotsRefreshTimeout: attemptMs,
        // A certificate names hosts, which ioredis would turn into addresses.
        ...(isTls ? { dnsLookup: (name, found) => found(null, name) } : {}),
        slotsRefreshInterval: 5000,
        clusterRetryStrategy: reconnectDelay,
        // As above: a command whose connection was lost is not sent again unasked.
        retryDelayOnFailover: 0,
        redisOptions,
      });
    }
  }
}

/** Resolves once it is ready, rejects at once where a password is wrong, and otherwise when the time is over. */
function connected(redis: Redis | Cluster, timeoutMs: number, clock: Clock, failure: () => Error): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      cancel();
      redis.off('ready', succeed);
      redis.off('error', look);
      finish();
    };
    const succeed = (): void => settle(resolve);
    const fail = (): void => {
      settle(() => reject(failure()));
    };
    const look = (error: Error): void => {
      if (REFUSED.test(rootOf(error).message)) fail();
    };
    const cancel = clock.after(timeoutMs, fail);
    redis.on('ready', succeed);
    redis.on('error', look);
    if (redis.status === 'wait' || redis.status === 'end') redis.connect().catch(() => {});
  });
}

/** Of the server itself, or of a Sentinel that was asked for it. */
const REFUSED = /^(?:All sentinels are unreachable.*Last error: )?(WRONGPASS|NOAUTH|NOPERM)\b/;

function explain(target: RedisTarget, error: Error | undefined): string {
  const where = `Redis at ${describeRedis(target)}`;
  const [message = '', code] = REFUSED.exec(error ? rootOf(error).message : '') ?? [];
  const isSentinel = message.startsWith('All sentinels');
  switch (code) {
    case 'WRONGPASS':
      return isSentinel
        ? `The sentinels of ${where} refuse sentinelUsername or sentinelPassword.`
        : `${where} refuses the user or the password that its URL gives.`;
    case 'NOAUTH':
      return isSentinel
        ? `The sentinels of ${where} ask for a password: give it as sentinelPassword.`
        : `${where} asks for a password: give it in the URL, redis://:PASSWORD@HOST.`;
    case 'NOPERM':
      return `${where} does not let its user do what is needed.`;
    default:
      return `${where} can't be reached: ${codeOf(error)}.`;
  }
}

/** A Cluster tells of its nodes' errors in an error of its own. */
function rootOf(error: Error): Error {
  return 'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : error;
}

/** What went wrong, in words that quote nothing: a system's code, what a reply begins with, or what ioredis says of itself. */
function codeOf(error: Error | undefined): string {
  if (error === undefined) return 'no answer';
  const { message, name, ...root } = { ...rootOf(error), message: rootOf(error).message, name: rootOf(error).name };
  if ('code' in root && typeof root.code === 'string') return root.code;
  if (name === 'ReplyError') return message.split(' ').slice(0, 1).join();
  return (
    /^(All sentinels are unreachable|None of startup nodes is available|Connection is closed)/.exec(message)?.[0] ??
    name
  );
}
