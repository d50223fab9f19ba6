import { setImmediate as turn } from 'node:timers/promises';
import { type DocumentNode, type ExecutionResult, parse, subscribe } from 'graphql';
import { CleanupServer } from '../../../src/cleanup/cleanup-server.ts';
import { CleanupPass } from '../../../src/cleanup/pass.ts';
import { systemClock } from '../../../src/clock.ts';
import { ContextManager } from '../../../src/context/manager.ts';
import { MemoryFeed } from '../../../src/feed/memory-feed.ts';
import { schema } from '../../../src/schema/index.ts';
import { noDeliveries } from '../../../src/server/fanout/deliveries.ts';
import { FanOut } from '../../../src/server/fanout/fan-out.ts';
import type { Outlet } from '../../../src/server/fanout/member.ts';
import { MemoryStore } from '../../../src/store/memory-store.ts';

const WATCH = parse(`
  subscription Watch($id: ID!, $version: Version, $cursor: Cursor) {
    contextChanged(id: $id, version: $version, cursor: $cursor) {
      __typename
      ... on Versioned { life version cursor }
      ... on FullContext { context reason }
      ... on Delta { fromVersion changes { path action value oldValue } }
      ... on ContextDeleted { why: reason }
    }
  }
`);

export type Variables = { readonly id: string; readonly version?: number; readonly cursor?: string };

/** A connection that a test backs up and frees by hand. */
export class Pipe implements Outlet {
  readonly written: string[] = [];
  isFree = true;
  #waiting: (() => Promise<void>)[] = [];

  write(payload: Buffer | string): void {
    this.written.push(String(payload));
  }

  whenFree(run: () => Promise<void>): void {
    this.#waiting.push(run);
  }

  free(): void {
    this.isFree = true;
    for (const run of this.#waiting.splice(0)) void run();
  }
}

/** A subscriber by way of the fan-out. */
export interface Subscriber {
  readonly pipe: Pipe;
  /** How its operation ended, if it did. */
  readonly ended: () => unknown;
  leave(): Promise<void>;
}

/** Contexts, and subscriptions to them, shared and not. */
export function world() {
  const clock = systemClock();
  const feed = new MemoryFeed();
  const store = new MemoryStore({ tell: feed.tell, deltaThreshold: 4 });
  const manager = new ContextManager({ store, feed, heartbeatMs: 2 ** 31 - 1 });
  const cleanup = new CleanupServer(store, clock, new CleanupPass(store, clock, () => '~x', {}), () => {});
  const context = { manager, cleanup, deltaFormatter: undefined };
  const deliveries = noDeliveries();
  const fanOut = new FanOut(deliveries);
  let sources = 0;
  let running = 0;
  const failures = { refuse: 0, event: 0 };
  const run: Parameters<FanOut['subscribe']>[2] = async (args) => {
    sources += 1;
    if (failures.refuse > 0) {
      failures.refuse -= 1;
      throw new Error('It can not be subscribed to.');
    }
    const results = await subscribe(args);
    if (!(Symbol.asyncIterator in results)) return results;
    running += 1;
    const iterator = results[Symbol.asyncIterator]();
    return {
      async next() {
        const result = await iterator.next();
        if (failures.event > 0) {
          failures.event -= 1;
          throw new Error('It can not be told.');
        }
        return result;
      },
      async return() {
        running -= 1;
        return iterator.return(undefined);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    } as AsyncIterableIterator<ExecutionResult>;
  };
  const argsOf = (document: DocumentNode, variables: object) => ({
    schema,
    document,
    contextValue: context,
    variableValues: { ...variables },
  });
  return {
    manager,
    feed,
    fanOut,
    deliveries,
    /** How many operations were run, shared ones counted once. */
    get sources() {
      return sources;
    },
    /** How many subscriptions, and how many events, are to fail next. */
    failures,
    /** How many of them still run. */
    get running() {
      return running;
    },
    /** Everything happens that can happen without anything from outside. */
    async settle(): Promise<void> {
      for (let i = 0; i < 10; i += 1) await turn();
    },
    async subscribe(
      variables: Variables,
      document = WATCH,
    ): Promise<Subscriber & { readonly refusal?: ExecutionResult }> {
      const pipe = new Pipe();
      const results = await fanOut.subscribe(argsOf(document, variables), context, run, pipe);
      if (!(Symbol.asyncIterator in results))
        return { pipe, refusal: results, ended: () => undefined, leave: async () => {} };
      const iterator = results[Symbol.asyncIterator]();
      let end: unknown;
      const reading = (async () => {
        // What is not shared comes this way.
        for (let next = await iterator.next(); !next.done; next = await iterator.next())
          pipe.write(JSON.stringify(next.value));
        end = 'done';
      })().catch((error: unknown) => {
        end = error;
      });
      return {
        pipe,
        ended: () => end,
        async leave() {
          await iterator.return?.();
          await reading;
        },
      };
    },
    /** The same, by itself, as graphql-js runs it. */
    async subscribeAlone(variables: Variables, document = WATCH): Promise<Subscriber> {
      const pipe = new Pipe();
      const results = await subscribe(argsOf(document, variables));
      if (!(Symbol.asyncIterator in results)) throw new Error(`It was refused: ${JSON.stringify(results)}`);
      const reading = (async () => {
        for await (const result of results) pipe.write(JSON.stringify(result));
      })();
      return {
        pipe,
        ended: () => undefined,
        async leave() {
          await results.return?.(undefined);
          await reading;
        },
      };
    },
  };
}
