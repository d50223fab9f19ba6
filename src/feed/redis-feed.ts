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
}

/** How long a subscription may take before whoever asked for it is told that it can't be made now, in milliseconds. */
const CONFIRMED_WITHIN_MS = 5000;

/** One id's subscription at Redis, for all who listen to it in this process. */
interface Subscription {
  listeners: number;
  readonly confirmed: Promise<number>;
}

/**
 * Hears of the commits of every process on one Redis. Each id that somebody listens to is one subscription; within the process a memory
 * feed hands the hints on. Whenever a subscription was made anew, everybody who listens to it is told to look, since what came
 * meanwhile was missed.
 */
export class RedisFeed implements Feed {
  readonly #channelOf: (id: string) => string;
  readonly #clock: Clock;
  readonly #local = new MemoryFeed();
  readonly #subscriber: RedisSubscriber;
  readonly #pubsub: RedisPubSub;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor({ redis, channelOf, clock }: RedisFeedOptions) {
    this.#channelOf = channelOf;
    this.#clock = clock;
    this.#subscriber = new RedisSubscriber({ redis, clock });
    const subscriber: object = this.#subscriber;
    if (!isClient(subscriber)) throw new TypeError('graphql-redis-subscriptions takes a client.');
    this.#pubsub = new RedisPubSub({ publisher: redis, subscriber });
  }

  /** How many ids are listened to: 0 once everybody has left. */
  get size(): number {
    return this.#subscriptions.size;
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
      await this.#inTime(subscription.confirmed);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  async close(): Promise<void> {
    this.#subscriptions.clear();
    await this.#local.close();
    this.#subscriber.close();
  }

  #subscribe(id: string): Subscription {
    const confirmed = this.#pubsub.subscribe(this.#channelOf(id), () => this.#local.tell(id));
    const subscription = { listeners: 0, confirmed };
    this.#subscriptions.set(id, subscription);
    return subscription;
  }

  /** Ends a subscription that nobody listens to, once it was made: one that is on its way can't be called back. */
  #release(id: string, subscription: Subscription): void {
    subscription.listeners -= 1;
    if (subscription.listeners > 0) return;
    void subscription.confirmed.then((subscriptionId) => {
      if (subscription.listeners > 0 || this.#subscriptions.get(id) !== subscription) return;
      this.#subscriptions.delete(id);
      this.#pubsub.unsubscribe(subscriptionId);
    });
  }

  /** Nobody waits for Redis for ever, least of all who has left meanwhile. */
  #inTime(confirmed: Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(CONFIRMED_WITHIN_MS, () => reject(new StoreUnavailableError()));
      void confirmed.then(() => {
        cancel();
        resolve();
      });
    });
  }
}

/** For graphql-redis-subscriptions, which calls these methods of a client and no others. */
function isClient(subscriber: object): subscriber is Redis {
  return ['on', 'subscribe', 'unsubscribe', 'punsubscribe'].every((method) => method in subscriber);
}
