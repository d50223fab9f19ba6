import type { GraphQLFormattedError } from 'graphql';
import { ArpeggioClientError, errorOf } from './errors.ts';
import { type ConnectionOptions, Session, Unusable } from './session.ts';
import { type Delays, delayOf, type Time } from './time.ts';

export interface Sink<T> {
  next(data: T): void;
  /** Called once, last: with an error, or without one where the server has completed the operation. */
  end(error?: ArpeggioClientError): void;
}

type Variables = { readonly [name: string]: unknown };

interface InFlight {
  readonly size: number;
  readonly fail: (error: ArpeggioClientError) => void;
}

/** After these, coming again as one came would lead nowhere. (4403 may be mended by a new token, and is tried again.) */
export const FINAL_CLOSES: readonly number[] = [4400, 4401, 4406];
/** A message was larger than the server takes. */
const TOO_BIG = 1009;
/** A connection that lasted this long, in milliseconds, was none of a row of failures. */
const LASTING_MS = 10_000;

/**
 * One connection at a time for all that a client does, opened when something needs it. What is under way when it ends is told so, and comes back
 * after `pause`, which is one and the same for all.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #time: Time;
  readonly #delays: Delays;
  readonly #inFlight = new Set<InFlight>();
  #session: Session | undefined;
  #pause: { readonly promise: Promise<void>; readonly end: () => void } | undefined;
  /** Connections in a row that did not last. */
  #attempts = 0;
  #isClosed = false;

  constructor(options: ConnectionOptions, time: Time, delays: Delays) {
    this.#options = options;
    this.#time = time;
    this.#delays = delays;
  }

  /** Resolves once there is a connection on which the server answers. @throws ArpeggioClientError `CONNECTION_LOST`, … */
  async ready(): Promise<void> {
    try {
      await this.#open().ready;
    } catch (reason) {
      throw this.#errorOf(reason);
    }
  }

  /** Runs a query or a mutation. Rejects with `CONNECTION_LOST` where the answer can't come any more. */
  request<T>(query: string, variables: Variables): Promise<T> {
    return new Promise((resolve, reject) => {
      let answer: T | undefined;
      const leave = this.subscribe<T>(query, variables, {
        next(data) {
          answer = data;
        },
        end: (error) => {
          this.#inFlight.delete(inFlight);
          if (answer !== undefined) resolve(answer);
          else reject(error ?? lost());
        },
      });
      const inFlight: InFlight = {
        size: JSON.stringify(variables).length,
        fail: (error) => {
          this.#inFlight.delete(inFlight);
          leave();
          reject(error);
        },
      };
      this.#inFlight.add(inFlight);
    });
  }

  /** Runs a subscription until the returned function is called; `end` is not called then. */
  subscribe<T>(query: string, variables: Variables, sink: Sink<T>): () => void {
    let isOver = false;
    const end = (error?: ArpeggioClientError): void => {
      if (isOver) return;
      isOver = true;
      leave();
      sink.end(error);
    };
    const leave = this.#open().subscribe(
      { query, variables: { ...variables } },
      {
        next: ({ data, errors }) => {
          if (isOver) return;
          if (errors || !data) end(errorOf((errors ?? []) as readonly GraphQLFormattedError[]));
          // What an operation answers is for whoever wrote it to know.
          else sink.next(data as T);
        },
        error: (reason) => end(this.#errorOf(reason)),
        complete: () => end(),
      },
      (reason) => end(this.#errorOf(reason)),
    );
    return () => {
      isOver = true;
      leave();
    };
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

  /** There is reason to hope that the server can be reached now: whoever pauses goes on. */
  nudge(): void {
    this.#attempts = 0;
    this.#pause?.end();
  }

  close(): void {
    this.#isClosed = true;
    this.#session?.end(undefined);
    this.#pause?.end();
  }

  #open(): Session {
    if (this.#session) return this.#session;
    const session = new Session(this.#options, this.#time, (reason) => {
      if (this.#session === session) this.#session = undefined;
      const { readyAt } = session;
      if (readyAt !== undefined && this.#time.now() - readyAt > LASTING_MS) this.#attempts = 0;
      // Before the others are lost, so that it is not sent again.
      if (codeOf(reason) === TOO_BIG) this.#refuseLargest();
    });
    this.#session = session;
    if (this.#isClosed) session.end(undefined);
    return session;
  }

  #errorOf(reason: unknown): ArpeggioClientError {
    if (Array.isArray(reason)) return errorOf(reason as readonly GraphQLFormattedError[]);
    // A close event, or what went wrong before there was a connection to close.
    const { reason: why, message: fault } = (reason ?? {}) as { readonly [field: string]: unknown };
    const isFinal = reason instanceof Unusable || FINAL_CLOSES.includes(codeOf(reason));
    const message = String(why || fault || 'The connection has ended.');
    return new ArpeggioClientError(isFinal ? 'CONNECTION_REFUSED' : 'CONNECTION_LOST', message, { cause: reason });
  }

  /** The server does not say which message it was. Sent again, it would end the connection again. */
  #refuseLargest(): void {
    const [largest] = [...this.#inFlight].sort((a, b) => b.size - a.size);
    largest?.fail(new ArpeggioClientError('LIMIT_EXCEEDED', 'The message is larger than the server takes.'));
  }
}

function codeOf(reason: unknown): number {
  return Number((reason as { readonly code?: unknown } | undefined)?.code ?? 0);
}

function lost(): ArpeggioClientError {
  return new ArpeggioClientError('CONNECTION_LOST', 'The connection has ended.');
}
