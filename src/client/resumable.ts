import type { GraphQLFormattedError } from 'graphql';
import type { Client, Sink, SubscribePayload } from 'graphql-ws';
import { FINAL_CLOSES } from './connection.ts';
import type { Copies, Known } from './copies.ts';
import { errorOf } from './errors.ts';
import { emptyReplica, follow, type Replica, type ReplicaEvent } from './replica.ts';
import { PASSING } from './replication.ts';
import { type Delays, delayOf, systemTime, type Time } from './time.ts';

const DELAYS: Delays = { minMs: 500, maxMs: 20_000 };

/**
 * A graphql-ws client whose subscriptions to `contextChanged` outlive their connection: each goes on from where its copy stands, and is told whole
 * contexts and deletions only. What does not lead on from the copy is mended by subscribing anew from there, which begins with what `sync` would
 * answer, and where that does not fit either, from nothing. Make the client with `retryAttempts: 0`, and dispose of it by what this returns.
 */
export function resumable(
  client: Client,
  copies: Copies,
  retry: Partial<Delays> = {},
  time: Time = systemTime,
): Client {
  const delays = { ...DELAYS, ...retry };
  const running = new Set<() => void>();
  const subscribe: Client['subscribe'] = (payload, sink) => {
    if (!/\bcontextChanged\b/.test(payload.query)) return client.subscribe(payload, sink);
    const end = (): void => {
      running.delete(end);
      resumed.end();
    };
    const resumed = new Resumed(
      (variables, inner) => {
        const leave = client.subscribe({ ...payload, variables }, inner);
        // After a normal closure graphql-ws would repeat it as it first was, and without a pause.
        const deafen = client.on('closed', (closed) => inner.error(closed));
        return () => {
          deafen();
          leave();
        };
      },
      { payload, sink, copies, delays, time },
      () => running.delete(end),
    );
    running.add(end);
    resumed.begin();
    return end;
  };
  return {
    ...client,
    subscribe,
    dispose() {
      for (const end of running) end();
      return client.dispose();
    },
  };
}

type Variables = NonNullable<SubscribePayload['variables']>;
type Event = ReplicaEvent & { readonly contextId: string; readonly insertedAt?: unknown };

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[] | undefined;
}

interface Following<T> {
  readonly payload: SubscribePayload;
  readonly sink: Sink<T>;
  readonly copies: Copies;
  readonly delays: Delays;
  readonly time: Time;
}

class Resumed<T extends Result> {
  readonly #subscribe: (variables: Variables, sink: Sink<T>) => () => void;
  readonly #following: Following<T>;
  readonly #onEnd: () => void;
  #replica: Replica = emptyReplica;
  /** Whether the known copy leads nowhere: a delta from there did not fit. */
  #isMisled = false;
  /** Subscriptions in a row that did not last. */
  #attempts = 0;
  #stop = (): void => {};

  constructor(
    subscribe: (variables: Variables, sink: Sink<T>) => () => void,
    following: Following<T>,
    onEnd: () => void,
  ) {
    this.#subscribe = subscribe;
    this.#following = following;
    this.#onEnd = onEnd;
  }

  end(): void {
    this.#stop();
  }

  begin(): void {
    const { payload, sink, copies, delays, time } = this.#following;
    const missing = ['version', 'cursor'].filter((name) => !payload.query.includes(`$${name}`));
    if (missing.length > 0) {
      this.#fail(new Error(`contextChanged must be given $${missing.join(' and $')}.`));
      return;
    }
    const known = copies.get(String(payload.variables?.['id']));
    if (this.#replica.status === 'empty' && !this.#isMisled) this.#replica = replicaOf(known);
    const beganAt = time.now();
    let isFirst = true;
    let isOver = false;
    let leave = (): void => {};
    let stopWaiting = (): void => {};
    // To who holds nothing, a server that has nothing says nothing: what an answer has brought may be gone, and is asked for from there.
    const doubt = (ms: number): void => {
      stopWaiting();
      stopWaiting = time.after(ms, () => {
        if (this.#replica.status !== 'empty') return;
        this.#isMisled = false;
        again();
      });
    };
    const stopListening = copies.listen(({ contextId }) => {
      if (this.#replica.status === 'empty' && contextId === payload.variables?.['id']) doubt(delays.minMs);
    });
    if (this.#isMisled && known?.__typename === 'FullContext') doubt(delays.maxMs);
    this.#stop = () => {
      isOver = true;
      stopListening();
      stopWaiting();
      leave();
    };
    const again = (): void => {
      if (isOver) return;
      this.#stop();
      // Whatever it is that ends them, the server is asked ever more seldom until one has lasted.
      if (time.now() - beganAt > delays.maxMs) this.#attempts = 0;
      this.#stop = time.after(delayOf(this.#attempts, delays, time.random), () => this.begin());
      this.#attempts += 1;
    };
    const refuse = (errors: readonly GraphQLFormattedError[], tell: () => void): void => {
      if (isOver) return;
      if (PASSING.includes(errorOf(errors).code)) {
        again();
        return;
      }
      this.#stop();
      this.#onEnd();
      tell();
    };
    leave = this.#subscribe(
      { ...payload.variables, ...placeOf(this.#replica) },
      {
        next: (result) => {
          if (isOver) return;
          const [[key, event] = []] = Object.entries((result.data ?? {}) as { readonly [key: string]: Event });
          if (result.errors || !key || !event) {
            refuse(result.errors ?? [], () => {
              sink.next(result);
              sink.complete();
            });
            return;
          }
          const told = this.#follow(event);
          if (told) {
            isFirst = false;
            this.#isMisled = false;
            sink.next({ ...result, data: { [key]: told } });
          } else {
            if (isFirst) {
              this.#replica = emptyReplica;
              this.#isMisled = true;
            }
            again();
          }
        },
        error: (reason) => {
          const { code = 0 } = (reason ?? {}) as { readonly code?: number };
          if (Array.isArray(reason)) refuse(reason as readonly GraphQLFormattedError[], () => sink.error(reason));
          else if (!FINAL_CLOSES.includes(code)) again();
          else if (!isOver) {
            this.#stop();
            this.#fail(reason);
          }
        },
        complete: again,
      },
    );
    if (isOver) leave();
  }

  #fail(reason: unknown): void {
    this.#onEnd();
    this.#following.sink.error(reason);
  }

  /** The event as whole as a cache takes it; undefined where it does not lead on from the copy. */
  #follow(event: Event): object | undefined {
    try {
      this.#replica = follow(this.#replica, event);
    } catch {
      return undefined;
    }
    if (this.#replica.status !== 'live') return event;
    const { context } = this.#replica;
    if (event.__typename !== 'Delta') return { ...event, context };
    const { contextId, life, version, cursor, insertedAt } = event;
    return { __typename: 'FullContext', contextId, life, version, cursor, context, insertedAt, reason: null };
  }
}

function replicaOf(known: Known | undefined): Replica {
  if (known?.__typename !== 'FullContext' || !known.cursor) return emptyReplica;
  const { life, version, cursor, context } = known;
  return { status: 'live', life, version, cursor, context };
}

/** Holding nothing is a place of its own: the server then begins with the whole context. */
function placeOf(replica: Replica): Variables {
  return replica.status === 'empty' ? { version: 0, cursor: null } : { version: null, cursor: replica.cursor };
}
