import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST, Kind } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isObject } from '../json.ts';
import { type LimitHits, noLimitHits } from '../limits.ts';
import type { Traces } from '../metrics/traces.ts';
import { originOf, toGraphQLError } from '../resolvers/errors.ts';
import type { OperationType } from './counts.ts';
import { isPromise } from './execution/execution.ts';
import { countLimit } from './limited-error.ts';
import { describeFailure, type Log, type LogFields } from './log.ts';
import { mapped } from './mapped.ts';
import { tracedOperation } from './traced.ts';

/** As a proxy in front names a request; anything else is not repeated. */
const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;
const NAME_LENGTH = 100;

/** Whoever counts operations. */
export interface OperationObservers {
  readonly hits?: LimitHits;
  /** Told of each query and mutation once it has ended, in seconds. */
  readonly onRan?: ((type: OperationType, hasFailed: boolean, seconds: number) => void) | undefined;
  readonly traces?: Traces;
}

/** What the log is told of operations: what they are called, never what they ask or are answered. */
export class OperationLog {
  readonly #log: Log;
  readonly #hits: LimitHits;
  readonly #onRan: OperationObservers['onRan'];
  readonly #traces: Traces | undefined;
  /** By which operation an error was met. */
  readonly #metBy = new WeakMap<object, LogFields>();

  constructor(log: Log, { hits = noLimitHits(), onRan, traces }: OperationObservers = {}) {
    this.#log = log;
    this.#hits = hits;
    this.#onRan = onRan;
    this.#traces = traces;
  }

  /** An error as any transport may show it; unexpected ones go to the log. */
  readonly mask = (error: unknown): GraphQLError => {
    // What is masked knows no limit any more, and is not counted again.
    countLimit(this.#hits, originOf(error));
    return toGraphQLError(error, (origin) => {
      const fields = isObject(origin) ? this.#metBy.get(origin) : undefined;
      this.#log.error(`Unexpected: ${describeFailure(origin)}`, fields);
    });
  };

  /** To stand behind whatever chooses how operations are executed. */
  plugin(): Plugin {
    return {
      onExecute: ({ executeFn, setExecuteFn }) =>
        setExecuteFn((args: ExecutionArgs) => this.noted(args, () => this.#traced(args, executeFn), this.#onRan)()),
      onSubscribe: ({ args, subscribeFn, setSubscribeFn }) => {
        this.#log.debug?.('subscription', fieldsOf(args));
        setSubscribeFn(async (given: ExecutionArgs) => {
          const results = await subscribeFn(given);
          if (!(Symbol.asyncIterator in results)) return results;
          return mapped(
            results[Symbol.asyncIterator](),
            this.noted(given, (result) => result as ExecutionResult),
          );
        });
      },
    };
  }

  /** The same, remembering of each failure which operation it was. Masking comes after it. */
  noted<A extends unknown[], R>(
    args: ExecutionArgs,
    run: (...given: A) => R | Promise<R>,
    onRan?: OperationObservers['onRan'],
  ): typeof run {
    return (...given) => {
      const startedAt = this.#log.debug || onRan ? performance.now() : 0;
      const ended = (result: R): R => {
        if (isResult(result)) this.#note(args, result);
        if (this.#log.debug && isResult(result)) this.#tell(args, result, performance.now() - startedAt);
        onRan?.(typeOf(args) ?? 'query', hasFailed(result), (performance.now() - startedAt) / 1000);
        return result;
      };
      const result = run(...given);
      return isPromise(result) ? result.then(ended) : ended(result);
    };
  }

  /** The same, within a span of its own. */
  #traced<R>(args: ExecutionArgs, execute: (args: ExecutionArgs) => R | Promise<R>): R | Promise<R> {
    if (!this.#traces) return execute(args);
    return tracedOperation(this.#traces, args, () => execute(args), hasFailed);
  }

  #note(args: ExecutionArgs, { errors = [] }: ExecutionResult): void {
    for (const error of errors) {
      const origin = originOf(error);
      const node = error.nodes?.[0];
      const field = node?.kind === Kind.FIELD ? node.name.value : undefined;
      if (isObject(origin)) this.#metBy.set(origin, { ...fieldsOf(args), field });
    }
  }

  #tell(args: ExecutionArgs, { errors = [] }: ExecutionResult, ms: number): void {
    const type = typeOf(args) ?? 'operation';
    this.#log.debug?.(type, { ...fieldsOf(args), ms: Math.round(ms * 100) / 100, errors: errors.length });
  }
}

function hasFailed(result: unknown): boolean {
  return isResult(result) && result.errors !== undefined;
}

function typeOf({ document, operationName }: ExecutionArgs): OperationType | undefined {
  return getOperationAST(document, operationName)?.operation;
}

function isResult(value: unknown): value is ExecutionResult {
  return isObject(value) && ('data' in value || 'errors' in value);
}

function fieldsOf({ document, operationName, contextValue }: ExecutionArgs): LogFields {
  const name = getOperationAST(document, operationName)?.name?.value;
  return { operation: name?.slice(0, NAME_LENGTH), requestId: requestIdOf(contextValue) };
}

/** Over a WebSocket there is none: its headers are long gone. */
function requestIdOf(contextValue: unknown): string | undefined {
  const { req, request } = contextValue as { readonly req?: IncomingMessage; readonly request?: Request };
  const id = request ? request.headers.get('x-request-id') : req?.headers['x-request-id'];
  return typeof id === 'string' && REQUEST_ID.test(id) ? id : undefined;
}
