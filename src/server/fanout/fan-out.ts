import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { ContextManager } from '../../context/manager.ts';
import type { ContextEvent } from '../../context/model.ts';
import type { ResolverContext } from '../../schema/builder.ts';
import { counted, type Deliveries, noDeliveries } from './deliveries.ts';
import { Group, type Hooks, type Open } from './group.ts';
import { Member, type Outlet } from './member.ts';
import { givenBy, NOWHERE, type Place, placeOf } from './place.ts';
import { Sharing } from './shareable.ts';

type Results = AsyncIterable<ExecutionResult> | ExecutionResult;
type Subscribe = (args: ExecutionArgs) => Promise<Results>;

/** Runs subscriptions, each of them once for all who ask the same. */
export class FanOut {
  readonly #sharing = new Sharing();
  readonly #groups = new Map<string, Group>();
  readonly #deliveries: Deliveries;

  constructor(deliveries: Deliveries = noDeliveries()) {
    this.#deliveries = deliveries;
  }

  /** How many operations run for however many subscribers. */
  get size(): number {
    return this.#groups.size;
  }

  /**
   * Subscribes as `subscribe` would. The context must be the same for all whose document and variables are: what is shared runs in that of
   * whoever came first. Where the operation is shared, its events go to the outlet, and the iterator that is returned yields
   * nothing: it ends when the operation does, and ends the operation.
   */
  async subscribe(
    args: ExecutionArgs,
    context: ResolverContext,
    subscribe: Subscribe,
    outlet: Outlet,
  ): Promise<Results> {
    const { schema, document, operationName, variableValues } = args;
    const shareable = this.#sharing.shareableOf({ schema, document, operationName, variables: variableValues });
    if (!shareable) return subscribe(args);
    const { key } = shareable;
    const at = placeOf(shareable.start);
    const operation = new SharedOperation();
    const end = (error?: unknown): void => operation.end(error);
    const group = this.#groups.get(key) ?? this.#open(key, opener(args, context, subscribe));
    const member = new Member(group, counted(outlet, this.#deliveries), at, end);
    operation.onReturn = () => member.leave();
    void member.catchUp();
    try {
      const refusal = await group.begun;
      if (refusal) member.leave();
      return refusal ?? operation;
    } catch (error) {
      member.leave();
      throw error;
    }
  }

  #open(key: string, open: Open): Group {
    const group = new Group(open, () => {
      if (this.#groups.get(key) === group) this.#groups.delete(key);
    });
    this.#groups.set(key, group);
    return group;
  }
}

/** Runs an operation from any place, whatever its own variables say. */
function opener(args: ExecutionArgs, context: ResolverContext, subscribe: Subscribe): Open {
  return (from, hooks) => {
    const watch = (id: string): AsyncIterableIterator<ContextEvent> => tapped(context.manager, id, from, hooks);
    // The root value is the first subscriber's, who may have left long before the group does.
    return subscribe({ ...args, rootValue: undefined, contextValue: { ...context, watch } });
  };
}

function tapped(
  manager: ContextManager,
  id: string,
  from: Place,
  { isResumed, onIdle, onEvent }: Hooks,
): AsyncIterableIterator<ContextEvent> {
  const events = manager.watch(id, givenBy(from), {
    isResumed,
    onIdle: (cursor, isTraced) => onIdle(cursor ?? NOWHERE, cursor !== null || !isTraced),
  });
  return {
    async next() {
      const result = await events.next();
      if (!result.done) onEvent(result.value);
      return result;
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** An operation whose results go another way. */
class SharedOperation implements AsyncIterableIterator<never> {
  onReturn = (): void => {};
  #end: (() => void) | undefined;
  #fail: ((error: unknown) => void) | undefined;
  #isOver = false;
  #error: unknown;

  end(error?: unknown): void {
    this.#isOver = true;
    this.#error = error;
    if (error === undefined) this.#end?.();
    else this.#fail?.(error);
  }

  async next(): Promise<IteratorResult<never>> {
    if (!this.#isOver) {
      await new Promise<void>((resolve, reject) => {
        this.#end = resolve;
        this.#fail = reject;
      });
    } else if (this.#error !== undefined) {
      throw this.#error;
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<never>> {
    this.onReturn();
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
