import type { ExecutionResult, GraphQLError } from 'graphql';
import { isPromise } from './execution.ts';

type MaybePromise<T> = T | Promise<T>;
type Run<T> = (event: T) => MaybePromise<ExecutionResult>;

/** The same, with the errors of each result as clients may be told of them. */
export function masked<T>(run: Run<T>, mask: (error: unknown) => GraphQLError): Run<T> {
  const maskedResult = (result: ExecutionResult): ExecutionResult =>
    result.errors ? { ...result, errors: result.errors.map(mask) } : result;
  return (event) => {
    const result = run(event);
    return isPromise(result) ? result.then(maskedResult) : maskedResult(result);
  };
}
