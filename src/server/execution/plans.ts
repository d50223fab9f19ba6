import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';
import { mapped } from '../mapped.ts';
import { Execution } from './execution.ts';
import { type Plan, planOf } from './plan.ts';

type MaybePromise<T> = T | Promise<T>;
type Run = (rootValue: unknown) => MaybePromise<ExecutionResult>;
type Events = AsyncIterable<ExecutionResult> | ExecutionResult;

/** As many errors of variables as graphql-js tells of. */
const MAX_ERRORS = { maxErrors: 50 };
/** What is kept of a document has a bound, however many operations it has, and however often they spread its fragments. */
const MAX_FIELDS = 500;

/**
 * Executes operations of valid documents by their plans, each made when it first runs and kept as long as its document is. Answers are those
 * of graphql-js. An operation that can't be planned, or whose variables do not fit, is left to `otherwise`.
 */
export class Plans {
  readonly #plans = new WeakMap<OperationDefinitionNode, Plan | null>();
  /** How many fields the plans of a document have. */
  readonly #planned = new WeakMap<DocumentNode, number>();

  execute<T>(args: ExecutionArgs, otherwise: (args: ExecutionArgs) => T): T | MaybePromise<ExecutionResult> {
    const run = this.#runnerOf(args);
    return run ? run(args.rootValue) : otherwise(args);
  }

  /** Variables are looked at once, not for each event. */
  async subscribe<T>(args: ExecutionArgs, otherwise: (args: ExecutionArgs) => T): Promise<Awaited<T> | Events> {
    const run = this.#runnerOf(args);
    if (!run) return await otherwise(args);
    const events = await createSourceEventStream(args);
    return Symbol.asyncIterator in events ? mapped(events[Symbol.asyncIterator](), run) : events;
  }

  /** Executes the events of a subscription, each as the root value. */
  executor(args: ExecutionArgs): Run {
    return this.#runnerOf(args) ?? ((rootValue) => execute({ ...args, rootValue }));
  }

  #runnerOf(args: ExecutionArgs): Run | null {
    const { schema, document, operationName, contextValue } = args;
    const operation = getOperationAST(document, operationName);
    if (!operation) return null;
    let plan = this.#plans.get(operation);
    if (plan === undefined) {
      const planned = this.#planned.get(document) ?? 0;
      plan = planOf(schema, document, operation, MAX_FIELDS - planned);
      this.#plans.set(operation, plan);
      if (plan) this.#planned.set(document, planned + plan.size);
    }
    if (!plan) return null;
    const { variableDefinitions = [] } = operation;
    const { coerced } = getVariableValues(schema, variableDefinitions, args.variableValues ?? {}, MAX_ERRORS);
    if (!coerced) return null;
    const found = plan;
    return (rootValue) => new Execution(found, { rootValue, contextValue, variableValues: coerced }).run();
  }
}
