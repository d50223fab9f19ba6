import { EventEmitter } from 'node:events';
import calculateSlot from 'cluster-key-slot';
import type { Cluster, Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { RedisLine, reconnectDelay } from './redis-line.ts';
import { Probe } from './redis-probe.ts';

export interface RedisSubscriberOptions {
  /** The connection that commits are told over: probes take the same way. */
  readonly redis: Redis | Cluster;
  readonly clock: Clock;
  /** Told of a subscription that Redis refused; it is tried again. */
  readonly onFailure?: (error: unknown) => void;
}

/** A line with what watches over it. */
interface Watched {
  readonly line: RedisLine;
  readonly probe: Probe;
  close(): void;
}

/**
 * What graphql-redis-subscriptions subscribes with: the part of an ioredis client that it uses, which never rejects, keeps its channels
 * through any number of connections, and emits an empty message on each once it was subscribed anew.
 *
 * On one Redis, or behind Sentinel, there is one line. On a Cluster pub/sub is sharded: each master that serves channels has a line, and
 * a channel moves with its slot.
 */
export class RedisSubscriber extends EventEmitter {
  readonly #options: RedisSubscriberOptions;
  /** By the key of the node that each leads to; '' where there is one server. */
  readonly #lines = new Map<string, Watched>();
  /** Every wanted channel, with the node that its line leads to; undefined where no node is known to serve its slot. */
  readonly #nodes = new Map<string, string | undefined>();
  /** Who is to be told of a channel's first confirmation. */
  readonly #waiting = new Map<string, () => void>();
  #isClosed = false;

  constructor(options: RedisSubscriberOptions) {
    super();
    this.#options = options;
    const { redis } = options;
    if (isCluster(redis)) redis.on('refresh', () => this.#arrange());
  }

  /** Calls back once confirmed, or no longer wanted. */
  subscribe(channel: string, done: (error: null) => void): void {
    if (this.#isClosed) return;
    // Which node serves a channel is known once the cluster is connected, and probes go the way of commits.
    if (this.#options.redis.status === 'wait') this.#options.redis.connect().catch(() => {});
    this.#waiting.set(channel, () => done(null));
    this.#nodes.set(channel, undefined);
    this.#place(channel);
  }

  unsubscribe(channel: string): void {
    this.#leave(channel);
    this.#nodes.delete(channel);
    this.#resolve(channel);
  }

  /** graphql-redis-subscriptions takes leave of patterns too, of which there are none here. */
  punsubscribe(): void {}

  /** How old the oldest of the latest proofs is that what is published arrives, in milliseconds; 0 where nothing is listened to. */
  get probeAgeMs(): number {
    return Math.max(0, ...[...this.#lines.values()].map(({ probe }) => probe.ageMs));
  }

  close(): void {
    this.#isClosed = true;
    for (const { close } of this.#lines.values()) close();
    this.#lines.clear();
  }

  #arrange(): void {
    if (this.#isClosed) return;
    for (const channel of this.#nodes.keys()) this.#place(channel);
  }

  /** Sees that a channel is subscribed where its slot is served now. */
  #place(channel: string): void {
    const node = this.#nodeFor(channel);
    const before = this.#nodes.get(channel);
    if (node === before && before !== undefined) return;
    this.#leave(channel);
    const watched = node === undefined ? undefined : (this.#lines.get(node) ?? this.#open(node));
    this.#nodes.set(channel, watched && node);
    watched?.line.subscribe(channel);
  }

  #leave(channel: string): void {
    const node = this.#nodes.get(channel);
    const watched = node === undefined ? undefined : this.#lines.get(node);
    if (node === undefined || !watched) return;
    watched.line.unsubscribe(channel);
    // The one line to one server stays: another watch will come.
    if (node === '' || watched.line.size > 0) return;
    this.#lines.delete(node);
    watched.close();
  }

  #nodeFor(channel: string): string | undefined {
    const { redis } = this.#options;
    return isCluster(redis) ? redis.slots[calculateSlot(channel)]?.[0] : '';
  }

  /** Undefined where the cluster does not know such a node any more. */
  #open(node: string): Watched | undefined {
    const { redis, clock, onFailure } = this.#options;
    const isSharded = isCluster(redis);
    const peer = isSharded ? redis.nodes('master').find((master) => keyOf(master) === node) : redis;
    if (!peer) return undefined;
    const line = new RedisLine({
      redis: peer.duplicate(LINE_OPTIONS),
      isSharded,
      clock,
      onMessage: (channel, message) => {
        if (!probe.hear(message)) this.emit('message', channel, message);
      },
      onConfirmed: (channel) => {
        this.#resolve(channel);
        this.emit('message', channel, '');
      },
      ...(onFailure ? { onFailure } : {}),
      ...(isSharded ? { onMoved: () => redis.refreshSlotsCache() } : {}),
    });
    const probe = new Probe({
      clock,
      channel: () => line.confirmedChannel,
      publish: (channel, message) => (isSharded ? redis.spublish(channel, message) : redis.publish(channel, message)),
      onSilence: () => line.reconnect(),
    });
    const watched: Watched = {
      line,
      probe,
      close() {
        probe.close();
        line.close();
      },
    };
    this.#lines.set(node, watched);
    return watched;
  }

  #resolve(channel: string): void {
    const done = this.#waiting.get(channel);
    this.#waiting.delete(channel);
    done?.();
  }
}

/** What differs from the connection that commits go over: it connects for ever, and by itself. */
const LINE_OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResubscribe: false,
  // A stream that is half-open is not waited for.
  disconnectTimeout: 100,
  retryStrategy: reconnectDelay,
};

function isCluster(redis: Redis | Cluster): redis is Cluster {
  return redis.isCluster;
}

function keyOf({ options }: Redis): string {
  return `${options.host}:${options.port}`;
}
