import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { ANONYMOUS } from '../../access/authenticator.ts';
import type { ContextManager } from '../../context/manager.ts';
import type { ViewedContext } from '../access/access-control.ts';
import { hideTold } from '../access/hiding.ts';
import { CountedOutlet, type Deliveries, noDeliveries } from './deliveries.ts';
import { Group, type OnTold } from './group.ts';
import { Member, type Outlet } from './member.ts';
import type { Operation } from './operation.ts';
import { placeOf } from './place.ts';
import { type Shareable, Sharing } from './shareable.ts';
import { SharedOperation } from './shared-operation.ts';
import { SharedWatches } from './shared-watches.ts';
import { untilEnded } from './until-ended.ts';

type Results = AsyncIterable<ExecutionResult> | ExecutionResult;
type Subscribe = (args: ExecutionArgs) => Promise<Results>;

export interface FanOutOptions {
  readonly manager: Pick<ContextManager, 'watch'>;
  /** Executes the events of a subscription; called once for each that is run. */
  readonly executor: (args: ExecutionArgs) => Operation['execute'];
  /** An error as clients may be told of it. */
  readonly mask: (error: unknown) => unknown;
  readonly deliveries?: Deliveries;
  readonly onTold?: OnTold | undefined;
  /** Told of each subscription to one context that begins, and by whom; calls back what is returned at its end. */
  readonly onEnter?: ((id: string, viewer: string) => () => void) | undefined;
  /** Told of each subscription as it is answered for the first time: whether it was refused. */
  readonly onSubscribed?: ((isRefused: boolean) => void) | undefined;
}

/** Runs subscriptions, each of them once for all who ask the same. */
export class FanOut {
  readonly #sharing = new Sharing();
  readonly #groups = new Map<string, Group>();
  readonly #watches: SharedWatches;
  readonly #executor: FanOutOptions['executor'];
  readonly #mask: FanOutOptions['mask'];
  readonly #deliveries: Deliveries;
  readonly #onTold: OnTold | undefined;
  readonly #onEnter: FanOutOptions['onEnter'];
  readonly #onSubscribed: ((isRefused: boolean) => void) | undefined;
  /** Subscriptions that run by themselves. */
  #alone = 0;

  constructor({ manager, executor, mask, deliveries = noDeliveries(), onTold, onEnter, onSubscribed }: FanOutOptions) {
    this.#onEnter = onEnter;
    this.#watches = new SharedWatches(manager);
    this.#executor = executor;
    this.#mask = mask;
    this.#deliveries = deliveries;
    this.#onTold = onTold;
    this.#onSubscribed = onSubscribed;
  }

  /** How many operations run for however many subscribers. */
  get size(): number {
    return this.#groups.size;
  }

  /** How many subscribers there are, shared or not. */
  get subscriptions(): number {
    let shared = 0;
    for (const group of this.#groups.values()) shared += group.size;
    return shared + this.#alone;
  }

  /** How many contexts are watched for them, each once. */
  get watchedContexts(): number {
    return this.#watches.contexts;
  }

  /**
   * Subscribes as `subscribe` would. The context must tell all who may read the same, and whose document and variables are the same, the same: what
   * is shared runs in that of whoever came first. Where the operation is shared, its events go to the outlet, and the iterator that is returned yields
   * nothing: it ends when the operation does, and ends the operation.
   */
  async subscribe(args: ExecutionArgs, context: ViewedContext, subscribe: Subscribe, outlet: Outlet): Promise<Results> {
    const results = await this.#subscribe(args, context, subscribe, outlet);
    this.#onSubscribed?.(!(Symbol.asyncIterator in results));
    return results;
  }

  async #subscribe(
    args: ExecutionArgs,
    context: ViewedContext,
    subscribe: Subscribe,
    outlet: Outlet,
  ): Promise<Results> {
    const { schema, document, operationName, variableValues } = args;
    const shareable = this.#sharing.shareableOf({ schema, document, operationName, variables: variableValues });
    if (!shareable) return this.#byItself(await subscribe(args));
    const results = await this.#subscribeTo(shareable, args, context, subscribe, outlet);
    if (!this.#onEnter || !(Symbol.asyncIterator in results)) return results;
    // Who may not read a context watches nothing.
    if (context.rights && !(await context.rights.may('read', shareable.id))) return results;
    const leave = this.#onEnter(shareable.id, context.rights?.viewer.name ?? ANONYMOUS);
    return untilEnded(results[Symbol.asyncIterator](), leave);
  }

  async #subscribeTo(
    { id, start, key: shared }: Shareable,
    args: ExecutionArgs,
    context: ViewedContext,
    subscribe: Subscribe,
    outlet: Outlet,
  ): Promise<Results> {
    const scope = context.rights ? context.rights.scopeOf(id) : 'open';
    // Who may not read the context, or must be asked for again, never joins the others.
    if (scope === null) return this.#byItself(await subscribe(args));
    const key = `${scope} ${shared}`;
    // The root value is the first subscriber's, who may have left long before the others do.
    const sharedArgs = { ...args, rootValue: undefined, contextValue: context };
    if (!this.#groups.has(key)) {
      // What is refused is refused here. What is not is run by the group: these results are never asked for, and hold nothing.
      const results = await subscribe(sharedArgs);
      if (!(Symbol.asyncIterator in results)) return results;
    }
    const group = this.#groups.get(key) ?? this.#open(key, { id, execute: this.#executionOf(sharedArgs, id, context) });
    const operation = new SharedOperation(this.#mask);
    const member = new Member(group, new CountedOutlet(outlet, this.#deliveries), placeOf(start), operation);
    operation.member = member;
    void member.catchUp();
    return operation;
  }

  /** The same, counted as long as it runs. */
  #byItself(results: Results): Results {
    if (!(Symbol.asyncIterator in results)) return results;
    this.#alone += 1;
    return untilEnded(results[Symbol.asyncIterator](), () => {
      this.#alone -= 1;
    });
  }

  /** What watches tell is of everything: what the group may not see goes before it is executed. */
  #executionOf(args: ExecutionArgs, id: string, { rights }: ViewedContext): Operation['execute'] {
    const execute = this.#executor(args);
    const hidden = rights?.hiddenIn(id) ?? [];
    return hidden.length === 0 ? execute : (event) => execute(hideTold(event, hidden));
  }

  #open(key: string, operation: Operation): Group {
    const group = new Group(
      operation,
      this.#watches,
      () => {
        if (this.#groups.get(key) === group) this.#groups.delete(key);
      },
      this.#onTold,
    );
    this.#groups.set(key, group);
    return group;
  }
}
