import type { GraphQLFormattedError } from 'graphql';
import { type Client, type ClientOptions, createClient } from 'graphql-ws/client';
import { ArpeggioClientError, errorOf } from './errors.ts';
import { type Delays, delayOf, type Time } from './time.ts';

export interface ConnectionOptions {
  /** Where the server listens for WebSockets: `ws://127.0.0.1:4000/graphql`. A function is asked before each connection. */
  readonly url: ClientOptions['url'];
  /** What the server is told of who connects, such as a token. A function is asked before each connection. @default nothing */
  readonly connectionParams?: ClientOptions['connectionParams'];
  /** @default the platform's; Node before 22 has none: pass that of `ws` */
  readonly webSocketImpl?: unknown;
  /** How long nothing may come from the server before it is asked for a sign of life, in milliseconds. @default 10000 */
  readonly keepAliveMs?: number;
}

export interface Sink<T> {
  next(data: T): void;
  /** Called once, last: with an error, or without one where the server has completed the operation. */
  end(error?: ArpeggioClientError): void;
}

type Variables = { readonly [name: string]: unknown };

/** Half of it is allowed for a pong, in milliseconds, before the connection counts as dead. */
const KEEP_ALIVE_MS = 10_000;
/** How long the server may take to say hello, in milliseconds. */
const ACK_MS = 10_000;
/** How long the connection stays open for nobody, in milliseconds. */
const LINGER_MS = 1000;
/** After these, coming again as one came would lead nowhere. (4403 may be mended by a new token, and is tried again.) */
export const FINAL_CLOSES: readonly number[] = [4400, 4401, 4406];
/** A message was larger than the server takes. */
const TOO_BIG = 1009;

/**
 * One connection for all that a client does, opened when something needs it. It is never opened again by itself: what was under way is told that
 * the connection is lost, and comes back after `pause`, which is one and the same for all.
 */
export class Connection {
  readonly #makeClient: () => Client;
  #client: Client | undefined;
  readonly #time: Time;
  readonly #delays: Delays;
  readonly #inFlight = new Map<
    object,
    { readonly size: number; readonly fail: (error: ArpeggioClientError) => void }
  >();
  /** Called with how the connection has ended. */
  readonly #running = new Set<(closed: unknown) => void>();
  #pause: { readonly promise: Promise<void>; readonly end: () => void } | undefined;
  /** Tries since the server last told anything. */
  #attempts = 0;
  #isClosed = false;

  constructor(options: ConnectionOptions, time: Time, delays: Delays) {
    this.#time = time;
    this.#delays = delays;
    const { url, connectionParams, webSocketImpl, keepAliveMs = KEEP_ALIVE_MS } = options;
    let dead = (): void => {};
    this.#makeClient = () =>
      createClient({
        url,
        ...(connectionParams === undefined ? {} : { connectionParams }),
        ...(webSocketImpl === undefined ? {} : { webSocketImpl }),
        keepAlive: keepAliveMs,
        connectionAckWaitTimeout: ACK_MS,
        // An operation that it repeats would begin where it first did.
        retryAttempts: 0,
        lazyCloseTimeout: LINGER_MS,
        on: {
          ping: (isReceived) => {
            if (!isReceived) dead = time.after(keepAliveMs / 2, () => this.#ws.terminate());
          },
          pong: (isReceived) => {
            if (isReceived) dead();
          },
          closed: (event) => {
            dead();
            if ((event as { readonly code?: unknown }).code === TOO_BIG) this.#refuseLargest();
            // After a normal closure it would repeat them all the same, and without a pause.
            for (const lose of [...this.#running]) lose(event);
          },
        },
      });
  }

  /** Made when it is needed: where nothing is asked, as on a server that renders pages, there need be no WebSocket. */
  get #ws(): Client {
    this.#client ??= this.#makeClient();
    return this.#client;
  }

  /** Runs a query or a mutation. Rejects with `CONNECTION_LOST` where the answer can't come any more. */
  request<T>(query: string, variables: Variables): Promise<T> {
    return new Promise((resolve, reject) => {
      const operation = {};
      const settle = (run: () => void): void => {
        this.#inFlight.delete(operation);
        run();
      };
      let answer: T | undefined;
      const leave = this.subscribe<T>(query, variables, {
        next(data) {
          answer = data;
        },
        end(error) {
          if (answer !== undefined) settle(() => resolve(answer as T));
          else settle(() => reject(error ?? lost()));
        },
      });
      const fail = (error: ArpeggioClientError): void => {
        settle(() => reject(error));
        leave();
      };
      this.#inFlight.set(operation, { size: JSON.stringify(variables).length, fail });
    });
  }

  /** Runs a subscription until the returned function is called; `end` is not called then. */
  subscribe<T>(query: string, variables: Variables, sink: Sink<T>): () => void {
    let isOver = false;
    const end = (error?: ArpeggioClientError): void => {
      if (isOver) return;
      leave();
      sink.end(error);
    };
    const stop = this.#ws.subscribe<T>(
      { query, variables: { ...variables } },
      {
        next: ({ data, errors }) => {
          if (isOver) return;
          if (data) this.#attempts = 0;
          if (errors || !data) end(errorOf((errors ?? []) as readonly GraphQLFormattedError[]));
          else sink.next(data);
        },
        error: (reason) => end(this.#errorOf(reason)),
        complete: () => end(),
      },
    );
    const leave = (): void => {
      isOver = true;
      this.#running.delete(lose);
      // Later, since graphql-ws counts an operation twice that is left while its `complete` stands next in what has just come.
      queueMicrotask(stop);
    };
    const lose = (closed: unknown): void => {
      end(this.#errorOf(closed));
      stop();
    };
    this.#running.add(lose);
    return leave;
  }

  /** Resolves when it is time to connect again: the longer the server has been away, the later. */
  pause(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    if (this.#pause) return this.#pause.promise;
    let end = (): void => {};
    const promise = new Promise<void>((resolve) => {
      end = () => {
        this.#pause = undefined;
        resolve();
      };
    });
    const stop = this.#time.after(delayOf(this.#attempts, this.#delays, this.#time.random), end);
    this.#attempts += 1;
    this.#pause = {
      promise,
      end() {
        stop();
        end();
      },
    };
    return promise;
  }

  /** There is reason to hope that the server can be reached again: whoever pauses goes on now. */
  nudge(): void {
    this.#attempts = 0;
    this.#pause?.end();
  }

  close(): void {
    this.#isClosed = true;
    // The other end may take its time to say goodbye, or be gone.
    for (const lose of [...this.#running]) lose(undefined);
    // It waits for a connection that is on its way, and rejects where that fails.
    Promise.resolve(this.#client?.dispose()).catch(() => {});
    this.#pause?.end();
  }

  #errorOf(reason: unknown): ArpeggioClientError {
    if (Array.isArray(reason)) return errorOf(reason as readonly GraphQLFormattedError[]);
    // A close event, or what went wrong before there was a connection to close.
    const { code, reason: why, message: fault } = (reason ?? {}) as { readonly [field: string]: unknown };
    const isFinal = FINAL_CLOSES.includes(code as number);
    const message = String(why || fault || 'The connection has ended.');
    return new ArpeggioClientError(isFinal ? 'CONNECTION_REFUSED' : 'CONNECTION_LOST', message, { cause: reason });
  }

  /** The server does not say which message it was. Sent again, it would end the connection again. */
  #refuseLargest(): void {
    const [largest] = [...this.#inFlight.values()].sort((a, b) => b.size - a.size);
    largest?.fail(new ArpeggioClientError('LIMIT_EXCEEDED', 'The message is larger than the server takes.'));
  }
}

function lost(): ArpeggioClientError {
  return new ArpeggioClientError('CONNECTION_LOST', 'The connection has ended.');
}
