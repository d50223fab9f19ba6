import {
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { type Execution, executeFields, isPromise, type Path } from './execution.ts';
import type { PlannedField } from './plan.ts';

/** Makes of what a resolver returned what the client is told: graphql-js's `completeValue`, for one type of one field. */
export type Complete = (execution: Execution, info: GraphQLResolveInfo, path: Path, value: unknown) => unknown;

/** What a plan has for the field whose type is completed. */
export interface Selected {
  readonly schema: GraphQLSchema;
  fieldsOf(type: GraphQLObjectType): readonly PlannedField[];
}

/** That an operation is better left to the executor that takes everything. */
export class Unplannable extends Error {}

export function completerOf(type: GraphQLOutputType, selected: Selected): Complete {
  if (!isNonNullType(type)) return nullable(completerOfValue(type, selected));
  const complete = completerOf(type.ofType, selected);
  return (execution, info, path, value) => {
    const completed = complete(execution, info, path, value);
    if (completed !== null) return completed;
    throw new Error(`Cannot return null for non-nullable field ${info.parentType.name}.${info.fieldName}.`);
  };
}

function nullable(complete: Complete): Complete {
  return (execution, info, path, value) => {
    if (value instanceof Error) throw value;
    return value === null || value === undefined ? null : complete(execution, info, path, value);
  };
}

function completerOfValue(type: GraphQLOutputType, selected: Selected): Complete {
  if (isLeafType(type)) return ofLeaf(type);
  if (isListType(type)) return ofList(type, selected);
  if (isAbstractType(type)) return ofAbstract(type, selected);
  if (isNonNullType(type) || type.isTypeOf) throw new Unplannable();
  const fields = selected.fieldsOf(type);
  return (execution, _info, path, value) => executeFields(execution, fields, value, path);
}

function ofLeaf(type: GraphQLLeafType): Complete {
  return (_execution, _info, _path, value) => {
    const serialized: unknown = type.serialize(value);
    if (serialized !== null && serialized !== undefined) return serialized;
    throw new Error(
      `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
    );
  };
}

function ofAbstract(type: GraphQLAbstractType, selected: Selected): Complete {
  const { resolveType } = type;
  const possible = selected.schema.getPossibleTypes(type);
  if (!resolveType || possible.some(({ isTypeOf }) => isTypeOf)) throw new Unplannable();
  const fields = new Map(possible.map((each) => [each.name, selected.fieldsOf(each)]));
  const completeAs = (name: unknown, execution: Execution, info: GraphQLResolveInfo, path: Path, value: unknown) => {
    const fieldsOfType = typeof name === 'string' ? fields.get(name) : undefined;
    if (fieldsOfType) return executeFields(execution, fieldsOfType, value, path);
    const { parentType, fieldName, fieldNodes: nodes } = info;
    const message =
      name === null || name === undefined
        ? `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${parentType.name}.${fieldName}". Either the "${type.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`
        : `Runtime Object type ${inspect(name)} is not a possible type for "${type.name}".`;
    throw new GraphQLError(message, { nodes });
  };
  return (execution, info, path, value) => {
    const name = resolveType(value, execution.contextValue, info, type);
    if (!isPromise(name)) return completeAs(name, execution, info, path, value);
    return name.then((resolved) => completeAs(resolved, execution, info, path, value));
  };
}

function ofList(type: GraphQLList<GraphQLOutputType>, selected: Selected): Complete {
  const { ofType } = type;
  const complete = completerOf(ofType, selected);
  const isNonNull = isNonNullType(ofType);
  return (execution, info, path, value) => {
    if (!isIterable(value)) {
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${info.parentType.name}.${info.fieldName}".`,
      );
    }
    let isPending = false;
    const items: unknown[] = [];
    for (const item of value) {
      const itemPath: Path = { prev: path, key: items.length, typename: undefined };
      try {
        const completed = isPromise(item)
          ? item.then((resolved) => complete(execution, info, itemPath, resolved))
          : complete(execution, info, itemPath, item);
        if (isPromise(completed)) isPending = true;
        items.push(
          isPromise(completed)
            ? completed.then(undefined, (error) => execution.fail(error, info.fieldNodes, itemPath, isNonNull))
            : completed,
        );
      } catch (error) {
        // The others may fail as well, which is nobody's news if this ends the list.
        for (const other of items) if (isPromise(other)) other.catch(() => {});
        items.push(execution.fail(error, info.fieldNodes, itemPath, isNonNull));
      }
    }
    return isPending ? Promise.all(items) : items;
  };
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
