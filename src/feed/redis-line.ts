import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';

export interface LineOptions {
  /** A connection of its own that is not open yet. It must not subscribe again by itself, and connects again for ever. */
  readonly redis: Redis;
  readonly isSharded: boolean;
  readonly clock: Clock;
  readonly onMessage: (channel: string, message: string) => void;
  /** Told whenever a subscription has just been confirmed, anew too: what was published before then may have been missed. */
  readonly onConfirmed: (channel: string) => void;
  /** Told that this server does not serve all of its channels any more (sharded only). */
  readonly onMoved?: () => void;
  /** Told of a subscription that a server refused; it is tried again. */
  readonly onFailure?: (error: unknown) => void;
}

/**
 * How long to wait before the next attempt to connect, in milliseconds: ever longer up to 2 seconds, and never the same for all who lost
 * the same server.
 */
export function reconnectDelay(attempts: number): number {
  return Math.min(25 * 2 ** Math.min(attempts, 10), 2000) * (0.5 + 0.5 * Math.random());
}

/** How many channels one SUBSCRIBE names at most. */
const BATCH = 500;
/** How long a line waits after a subscription that failed, in milliseconds. */
const RETRY_MS = 200;

/**
 * One subscriber connection, kept in line with the channels that are wanted. Nothing here rejects: what fails is done again, on the next
 * connection or a little later, until it is confirmed or no longer wanted.
 */
export class RedisLine {
  readonly #redis: Redis;
  readonly #options: LineOptions;
  readonly #wanted = new Set<string>();
  /** Wanted, and still to be subscribed. */
  #missing = new Set<string>();
  readonly #confirmed = new Set<string>();
  /** No longer wanted, and still to be unsubscribed. */
  readonly #surplus = new Set<string>();
  #isWorking = false;
  /** Whether nothing is known to be subscribed any more. */
  #isAnew = false;
  #cancelRetry: (() => void) | undefined;
  #isClosed = false;

  constructor(options: LineOptions) {
    const { redis, isSharded, onMessage, onMoved } = options;
    this.#options = options;
    this.#redis = redis;
    redis.on(isSharded ? 'smessage' : 'message', onMessage);
    redis.on('ready', () => this.#startAnew());
    redis.on('close', () => this.#confirmed.clear());
    redis.on('end', () => {
      // ioredis may give up for good, as where a Sentinel is asked while a connection is given up.
      if (!this.#isClosed) this.#options.clock.after(reconnectDelay(5), () => this.#connect());
    });
    // Of a lost connection the command connection's owner tells; this one is made anew all the same.
    redis.on('error', () => {});
    redis.on('moved', () => {
      // Which channels the server has dropped it does not say: all are asked for again, until they are served here or wanted elsewhere.
      // A slot that leaves says so once for each of its channels.
      if (this.#isAnew) return;
      onMoved?.();
      this.#startAnew();
    });
  }

  /** How many channels are wanted. */
  get size(): number {
    return this.#wanted.size;
  }

  /** A channel on which a message should be heard now; undefined where there is none. */
  get confirmedChannel(): string | undefined {
    return this.#confirmed.values().next().value;
  }

  subscribe(channel: string): void {
    this.#wanted.add(channel);
    this.#surplus.delete(channel);
    // Also where it is subscribed still: whoever asks waits for a word that it is.
    this.#missing.add(channel);
    if (this.#redis.status === 'wait') this.#connect();
    void this.#work();
  }

  unsubscribe(channel: string): void {
    this.#wanted.delete(channel);
    this.#missing.delete(channel);
    if (this.#confirmed.has(channel)) this.#surplus.add(channel);
    void this.#work();
  }

  /** Gives up this connection, which nothing comes over, for another. */
  reconnect(): void {
    if (!this.#isClosed) this.#redis.disconnect(true);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#redis.disconnect();
  }

  #connect(): void {
    if (!this.#isClosed) this.#redis.connect().catch(() => {});
  }

  #startAnew(): void {
    this.#isAnew = true;
    void this.#work();
  }

  /** Does what is left to do, one after the other, for as long as the connection lasts. */
  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    try {
      // Whoever asks in the same turn goes along.
      await Promise.resolve();
      while (this.#redis.status === 'ready' && (await this.#step()));
    } catch (error) {
      // The next connection does it all again; where the connection stays, so does a moment.
      if (this.#redis.status === 'ready') this.#options.onFailure?.(error);
      if (!this.#isClosed) this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => void this.#work());
    } finally {
      this.#isWorking = false;
    }
  }

  /** Whether there was anything to do. */
  async #step(): Promise<boolean> {
    if (this.#isAnew) {
      this.#isAnew = false;
      this.#confirmed.clear();
      this.#surplus.clear();
      this.#missing = new Set(this.#wanted);
    }
    const surplus = firstOf(this.#surplus);
    if (surplus.length > 0) {
      // Before it is sent: who asks for one of them meanwhile has it subscribed anew, after this.
      for (const channel of surplus) this.#confirmed.delete(channel);
      await this.#send('unsubscribe', surplus, (channel) => this.#surplus.delete(channel));
      return true;
    }
    const missing = firstOf(this.#missing);
    if (missing.length === 0) return false;
    for (const channel of missing) this.#missing.delete(channel);
    try {
      await this.#send('subscribe', missing, (channel) => this.#confirm(channel));
    } finally {
      for (const channel of missing) {
        if (!this.#confirmed.has(channel) && this.#wanted.has(channel)) this.#missing.add(channel);
      }
    }
    return true;
  }

  #confirm(channel: string): void {
    this.#confirmed.add(channel);
    if (this.#wanted.has(channel)) this.#options.onConfirmed(channel);
    else this.#surplus.add(channel);
  }

  /** @throws the first failure, once `onDone` was called for whatever succeeded on a connection that still stands */
  async #send(
    verb: 'subscribe' | 'unsubscribe',
    channels: readonly string[],
    onDone: (channel: string) => void,
  ): Promise<void> {
    const redis = this.#redis;
    const { stream } = redis;
    // One command names channels of one slot only.
    const batches = this.#options.isSharded ? channels.map((channel) => [channel]) : [channels];
    const results = await Promise.allSettled(
      batches.map((batch) => (this.#options.isSharded ? redis[`s${verb}`](...batch) : redis[verb](...batch))),
    );
    if (redis.stream !== stream) throw new Error('The connection was lost.');
    for (const [i, batch] of batches.entries()) if (results[i]?.status === 'fulfilled') batch.forEach(onDone);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}

function firstOf(channels: Iterable<string>): readonly string[] {
  const found: string[] = [];
  for (const channel of channels) {
    found.push(channel);
    if (found.length === BATCH) break;
  }
  return found;
}
