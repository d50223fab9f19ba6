import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Cluster, Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import { StoreUnavailableError } from '../errors.ts';
import type { Feed } from './feed.ts';
import { MemoryFeed } from './memory-feed.ts';
import { RedisSubscriber } from './redis-subscriber.ts';

export interface RedisFeedOptions {
  /** The connection that commits are told over. */
  readonly redis: Redis | Cluster;
  /** Where commits on an id are told. */
  readonly channelOf: (id: string) => string;
  readonly clock: Clock;
  /** Told of a subscription that Redis refused; it is tried again. */
  readonly onFailure?: (error: unknown) => void;
  /** Told what a commit's process sent along with it, before those who listen hear of the commit. Must not throw. */
  readonly onTrace?: (trace: string) => void;
}

/** How long a subscription may take before whoever asked for it is told that it can't be made now, in milliseconds. */
const CONFIRMED_WITHIN_MS = 5000;

/** How old the latest proof may be that what is published arrives, in milliseconds. One is asked for every second. */
const STALE_MS = 4000;

/** One id's subscription at Redis, for all who listen to it in this process. */
interface Subscription {
  listeners: number;
  /** What graphql-redis-subscriptions knows it by; undefined until Redis has confirmed it. */
  confirmedAs: number | undefined;
  readonly waiting: Set<() => void>;
}

/**
 * Hears of the commits of every process on one Redis. Each id that somebody listens to is one subscription; within the process a memory
 * feed hands the hints on. Whenever a subscription was made anew, everybody who listens to it is told to look, since what came
 * meanwhile was missed.
 */
export class RedisFeed implements Feed {
  readonly #channelOf: (id: string) => string;
  readonly #clock: Clock;
  readonly #onTrace: (trace: string) => void;
  readonly #local = new MemoryFeed();
  readonly #subscriber: RedisSubscriber;
  readonly #pubsub: RedisPubSub;
  /** Of no context. */
  #probed: Promise<number> | undefined;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor({ redis, channelOf, clock, onFailure, onTrace = () => {} }: RedisFeedOptions) {
    this.#onTrace = onTrace;
    this.#channelOf = channelOf;
    this.#clock = clock;
    this.#subscriber = new RedisSubscriber({ redis, clock, ...(onFailure ? { onFailure } : {}) });
    const subscriber: object = this.#subscriber;
    if (!isClient(subscriber)) throw new TypeError('graphql-redis-subscriptions takes a client.');
    this.#pubsub = new RedisPubSub({ publisher: redis, subscriber });
  }

  /** How many ids are listened to: 0 once everybody has left. */
  get size(): number {
    return this.#subscriptions.size;
  }

  get proofAgeMs(): number {
    return this.#subscriber.probeAgeMs;
  }

  async listen(id: string, hear: () => void): Promise<() => void> {
    const subscription = this.#subscriptions.get(id) ?? this.#subscribe(id);
    subscription.listeners += 1;
    const leaveLocal = await this.#local.listen(id, hear);
    let isListening = true;
    const leave = (): void => {
      if (!isListening) return;
      isListening = false;
      leaveLocal();
      this.#release(id, subscription);
    };
    try {
      await this.#confirmed(subscription);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** From then on there always is a channel to probe. */
  async ready(): Promise<void> {
    this.#probed ??= this.#pubsub.subscribe(this.#channelOf(''), () => {});
    await this.#probed;
    if (this.proofAgeMs > STALE_MS) throw new StoreUnavailableError();
  }

  async close(): Promise<void> {
    this.#subscriptions.clear();
    await this.#local.close();
    this.#subscriber.close();
  }

  #subscribe(id: string): Subscription {
    const subscription: Subscription = { listeners: 0, confirmedAs: undefined, waiting: new Set() };
    this.#subscriptions.set(id, subscription);
    const confirmed = this.#pubsub.subscribe(this.#channelOf(id), (message) => this.#hear(id, message));
    void confirmed.then((confirmedAs) => {
      subscription.confirmedAs = confirmedAs;
      for (const confirm of subscription.waiting) confirm();
      this.#endIfUnused(id, subscription);
    });
    return subscription;
  }

  /** A bare version comes parsed, as the number that it is. */
  #hear(id: string, message: unknown): void {
    const end = typeof message === 'string' ? message.indexOf(' ') : -1;
    if (end >= 0) this.#onTrace(String(message).slice(end + 1));
    this.#local.tell(id);
  }

  #release(id: string, subscription: Subscription): void {
    subscription.listeners -= 1;
    this.#endIfUnused(id, subscription);
  }

  /** A subscription that is on its way can't be called back: it ends once it was made. */
  #endIfUnused(id: string, { listeners, confirmedAs }: Subscription): void {
    if (listeners > 0 || confirmedAs === undefined) return;
    this.#subscriptions.delete(id);
    this.#pubsub.unsubscribe(confirmedAs);
  }

  /** Nobody waits for Redis for ever, least of all who has left meanwhile. */
  #confirmed({ confirmedAs, waiting }: Subscription): Promise<void> {
    if (confirmedAs !== undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const confirm = (): void => {
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(CONFIRMED_WITHIN_MS, () => {
        waiting.delete(confirm);
        reject(new StoreUnavailableError());
      });
      waiting.add(confirm);
    });
  }
}

/** For graphql-redis-subscriptions, which calls these methods of a client and no others. */
function isClient(subscriber: object): subscriber is Redis {
  return ['on', 'subscribe', 'unsubscribe', 'punsubscribe'].every((method) => method in subscriber);
}
