import { setImmediate as turn } from 'node:timers/promises';
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, parse, subscribe } from 'graphql';
import { CleanupServer } from '../../../src/cleanup/cleanup-server.ts';
import { CleanupPass } from '../../../src/cleanup/pass.ts';
import { systemClock } from '../../../src/clock.ts';
import { ContextManager } from '../../../src/context/manager.ts';
import type { ContextEvent } from '../../../src/context/model.ts';
import { MemoryFeed } from '../../../src/feed/memory-feed.ts';
import { schema } from '../../../src/schema/index.ts';
import type { ViewedContext } from '../../../src/server/access/access-control.ts';
import { noCounts } from '../../../src/server/counts.ts';
import { Plans } from '../../../src/server/execution/plans.ts';
import { noDeliveries } from '../../../src/server/fanout/deliveries.ts';
import { FanOut } from '../../../src/server/fanout/fan-out.ts';
import type { Outlet } from '../../../src/server/fanout/member.ts';
import { figuresOf } from '../../../src/server/figures-of.ts';
import { Fleet } from '../../../src/stats/fleet.ts';
import { MemoryStore } from '../../../src/store/memory-store.ts';

/** Asks for the same as all others, each by a document of its own. */
const asking = (alias: string, directive = '') =>
  parse(`
  subscription Watch($id: ID!, $version: Version, $cursor: Cursor) {
    ${alias}contextChanged(id: $id, version: $version, cursor: $cursor) {
      __typename ${directive}
      ... on Versioned { life version cursor }
      ... on FullContext { context reason }
      ... on Delta { fromVersion changes { path action value oldValue } }
      ... on ContextDeleted { why: reason }
    }
  }
`);
const WATCH = asking('');

/** What has no plan is executed by graphql-js. The last is asked for by fragments. */
export const DISTINCT = [
  WATCH,
  asking('one: '),
  asking('two: '),
  asking('unplanned: ', '@include(if: true)'),
  parse(`
  subscription Watch($id: ID!, $version: Version, $cursor: Cursor) { ...Watched }
  fragment Watched on Subscription {
    ... { contextChanged(id: $id, version: $version, cursor: $cursor) { ...Event } }
  }
  fragment Event on ContextEvent {
    __typename
    ... on Versioned { life version cursor }
    ... on FullContext { context reason }
    ... on Delta { fromVersion changes { path action value oldValue } }
    ... on ContextDeleted { why: reason }
  }
`),
] as const;

export type Variables = {
  readonly id: string;
  readonly version?: number;
  readonly cursor?: string;
  readonly path?: readonly string[];
};

/** A connection that a test backs up and frees by hand. */
export class Pipe implements Outlet {
  readonly written: string[] = [];
  isFree = true;
  #waiting: (() => Promise<void>)[] = [];

  write(payload: Buffer | string): void {
    this.written.push(String(payload));
  }

  /** How many wait for it. */
  get waiting(): number {
    return this.#waiting.length;
  }

  whenFree(run: () => Promise<void>): () => void {
    this.#waiting.push(run);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== run);
    };
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

function mask(error: unknown): Error {
  return new Error(`Masked: ${error}`);
}

/** Counts those that are watched by way of it. */
class CountedWatches implements Pick<ContextManager, 'watch'> {
  begun = 0;
  running = 0;
  readonly #manager: ContextManager;

  constructor(manager: ContextManager) {
    this.#manager = manager;
  }

  watch(...args: Parameters<ContextManager['watch']>): AsyncIterableIterator<ContextEvent> {
    const events = this.#manager.watch(...args);
    this.begun += 1;
    this.running += 1;
    let isRunning = true;
    const end = (): void => {
      if (isRunning) this.running -= 1;
      isRunning = false;
    };
    return {
      async next() {
        const result = await events.next();
        if (result.done) end();
        return result;
      },
      async return() {
        end();
        await events.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

export interface WorldOptions {
  /** Waited for after each read of a log, before it is answered. */
  readonly onRead?: () => Promise<void> | undefined;
  /** Waited for before each execution of these, so that it takes as long. */
  readonly slow?: ReadonlyMap<DocumentNode, () => Promise<unknown>>;
}

/** Contexts, and subscriptions to them, shared and not. */
export function world({ slow = new Map(), onRead = () => undefined }: WorldOptions = {}) {
  const clock = systemClock();
  const feed = new MemoryFeed();
  const store = new (class extends MemoryStore {
    override async readLog(...args: Parameters<MemoryStore['readLog']>): ReturnType<MemoryStore['readLog']> {
      const log = await super.readLog(...args);
      await onRead();
      return log;
    }
  })({ tell: feed.tell, deltaThreshold: 4 });
  const manager = new ContextManager({ store, feed, heartbeatMs: 2 ** 31 - 1 });
  const cleanup = new CleanupServer(store, clock, new CleanupPass(store, clock, () => '~x', {}), () => {});
  const figures = () =>
    figuresOf(noCounts(), noDeliveries(), {
      webSockets: 0,
      streams: 0,
      subscriptions: 0,
      watchedContexts: 0,
      proofAgeMs: undefined,
    });
  const fleet = new Fleet({ store, clock, figures, onFailure: () => {} });
  const context = { manager, cleanup, fleet, deltaFormatter: undefined };
  const deliveries = noDeliveries();
  const watches = new CountedWatches(manager);
  const plans = new Plans();
  const failures = { refuse: 0, event: 0 };
  const executor = (args: ExecutionArgs) => {
    const execute = plans.executor(args);
    return (event: ContextEvent) => {
      if (failures.event > 0) {
        failures.event -= 1;
        throw new Error('It can not be told.');
      }
      const wait = slow.get(args.document);
      return wait ? wait().then(() => execute(event)) : execute(event);
    };
  };
  const fanOut = new FanOut({ manager: watches, executor, mask, deliveries });
  const run: Parameters<FanOut['subscribe']>[2] = async (args) => {
    if (failures.refuse > 0) {
      failures.refuse -= 1;
      throw new Error('It can not be subscribed to.');
    }
    return subscribe(args);
  };
  const argsOf = (document: DocumentNode, variables: object, viewed: ViewedContext = context) => ({
    schema,
    document,
    contextValue: viewed,
    variableValues: { ...variables },
  });
  return {
    manager,
    context,
    feed,
    fanOut,
    deliveries,
    /** How many watches were begun, shared ones counted once. */
    get sources() {
      return watches.begun;
    },
    /** How many subscriptions, and how many events, are to fail next. */
    failures,
    /** How many of them still run. */
    get running() {
      return watches.running;
    },
    /** Everything happens that can happen without anything from outside. */
    async settle(): Promise<void> {
      for (let i = 0; i < 10; i += 1) await turn();
    },
    async subscribe(
      variables: Variables,
      document = WATCH,
      viewed: ViewedContext = context,
    ): Promise<Subscriber & { readonly refusal?: ExecutionResult }> {
      const pipe = new Pipe();
      const results = await fanOut.subscribe(argsOf(document, variables, viewed), viewed, run, pipe);
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
