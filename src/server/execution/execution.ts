import {
  type ExecutionResult,
  type FieldNode,
  type GraphQLError,
  type GraphQLResolveInfo,
  getArgumentValues,
  isNonNullType,
  locatedError,
  responsePathAsArray,
} from 'graphql';
import type { Plan, PlannedField } from './plan.ts';

export type Path = GraphQLResolveInfo['path'];

type Data = { [name: string]: unknown };
type MaybePromise<T> = T | Promise<T>;

/** Where an operation runs, as graphql-js names it; variables are coerced. */
export interface Request {
  readonly rootValue: unknown;
  readonly contextValue: unknown;
  readonly variableValues: { readonly [name: string]: unknown };
}

/** One run of an operation. What it answers, errors and all, is what graphql-js's `execute` answers; the steps are the same. */
export class Execution {
  readonly plan: Plan;
  readonly rootValue: unknown;
  readonly contextValue: unknown;
  readonly variableValues: { [name: string]: unknown };
  readonly #errors: GraphQLError[] = [];
  /** Where values have become null for an error: what fails below, or there again, is not told of. */
  readonly #nulled = new Set<Path | undefined>();

  constructor(plan: Plan, { rootValue, contextValue, variableValues }: Request) {
    this.plan = plan;
    this.rootValue = rootValue;
    this.contextValue = contextValue;
    this.variableValues = variableValues;
  }

  run(): MaybePromise<ExecutionResult> {
    const { fields, operation } = this.plan;
    try {
      const isSerial = operation.operation === 'mutation';
      const data = isSerial ? this.#serially(fields) : executeFields(this, fields, this.rootValue, undefined);
      if (!isPromise(data)) return this.#answer(data);
      return data.then(
        (resolved) => this.#answer(resolved),
        (error) => this.#failure(error),
      );
    } catch (error) {
      return this.#failure(error);
    }
  }

  /** Null in place of what failed, where null may be; else what holds it fails too. */
  fail(error: unknown, nodes: readonly FieldNode[], path: Path, isNonNull: boolean): null {
    const located = locatedError(error, nodes, responsePathAsArray(path));
    if (isNonNull) throw located;
    this.#add(located, path);
    return null;
  }

  #add(error: unknown, path: Path | undefined): void {
    if (this.#nulled.size > 0) {
      for (let at = path; at; at = at.prev) if (this.#nulled.has(at)) return;
      if (this.#nulled.has(undefined)) return;
    }
    this.#nulled.add(path);
    // Whatever arrives here has been located.
    this.#errors.push(error as GraphQLError);
  }

  #failure(error: unknown): ExecutionResult {
    this.#add(error, undefined);
    return this.#answer(null);
  }

  #answer(data: Data | null): ExecutionResult {
    return this.#errors.length === 0 ? { data } : { errors: this.#errors, data };
  }

  /** Each begins when the one before it has ended. */
  #serially(fields: readonly PlannedField[]): MaybePromise<Data> {
    const data: Data = {};
    let last: unknown;
    for (const field of fields) {
      const put = (value: unknown): void => {
        data[field.name] = value;
      };
      const run = (): unknown => {
        const value = executeField(this, field, this.rootValue, undefined);
        return isPromise(value) ? value.then(put) : put(value);
      };
      last = isPromise(last) ? last.then(run) : run();
    }
    return isPromise(last) ? last.then(() => data) : data;
  }
}

export function executeFields(
  execution: Execution,
  fields: readonly PlannedField[],
  source: unknown,
  path: Path | undefined,
): MaybePromise<Data> {
  const values: unknown[] = [];
  let isPending = false;
  try {
    for (const field of fields) {
      const value = executeField(execution, field, source, path);
      if (isPromise(value)) isPending = true;
      values.push(value);
    }
  } catch (error) {
    if (!isPending) throw error;
    // Those under way may fail as well, and what they tell of comes first.
    return Promise.all(values).then(rethrow(error), rethrow(error));
  }
  return isPending ? Promise.all(values).then((resolved) => dataOf(fields, resolved)) : dataOf(fields, values);
}

/** None is named `__proto__`. */
function dataOf(fields: readonly PlannedField[], values: readonly unknown[]): Data {
  const data: Data = {};
  for (const [i, { name }] of fields.entries()) data[name] = values[i];
  return data;
}

function rethrow(error: unknown): () => never {
  return () => {
    throw error;
  };
}

function executeField(execution: Execution, field: PlannedField, source: unknown, prev: Path | undefined): unknown {
  const { definition, nodes, parent, complete } = field;
  const path: Path = { prev, key: field.name, typename: parent.name };
  const { plan, rootValue, variableValues } = execution;
  const info: GraphQLResolveInfo = {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType: parent,
    path,
    schema: plan.schema,
    fragments: plan.fragments,
    rootValue,
    operation: plan.operation,
    variableValues,
  };
  try {
    // Made anew each time: they are the resolver's to keep.
    const args = definition.args.length === 0 ? {} : getArgumentValues(definition, nodes[0], variableValues);
    const value = field.resolve(source, args, execution.contextValue, info);
    const completed = isPromise(value)
      ? value.then((resolved) => complete(execution, info, path, resolved))
      : complete(execution, info, path, value);
    if (!isPromise(completed)) return completed;
    return completed.then(undefined, (error) => execution.fail(error, nodes, path, isNonNullType(definition.type)));
  } catch (error) {
    return execution.fail(error, nodes, path, isNonNullType(definition.type));
  }
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
