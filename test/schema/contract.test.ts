import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/schema/index.ts';

/** What clients rely on. It only grows: what is here stays, with its name, its arguments and its nullability. */
const CONTRACT = `
  scalar JSON
  scalar JSONObject
  scalar Version
  scalar Timestamp
  scalar Cursor

  interface Versioned { contextId: ID!  life: ID!  version: Version!  cursor: Cursor! }

  type FullContext implements Versioned {
    contextId: ID!  life: ID!  version: Version!  cursor: Cursor!
    context: JSONObject!
    insertedAt: Timestamp!
    reason: FullContextReason
  }
  enum FullContextReason { INITIAL  WINDOW_PASSED  POSITION_UNKNOWN  SMALLER_THAN_DELTA  FELL_BEHIND  NEW_LIFE }

  type Delta implements Versioned {
    contextId: ID!  life: ID!  version: Version!  cursor: Cursor!
    fromVersion: Version!
    delta(format: DeltaFormat): JSON!
    changes: [Change!]!
    insertedAt: Timestamp!
  }
  enum DeltaFormat { NESTED  FLAT  JSON_PATCH }
  type Change { path: [String!]!  action: ChangeAction!  value: JSON  oldValue: JSON }
  enum ChangeAction { ADDED  MODIFIED  REMOVED }

  type NoChange implements Versioned { contextId: ID!  life: ID!  version: Version!  cursor: Cursor! }
  type ContextDeleted implements Versioned {
    contextId: ID!  life: ID!  version: Version!  cursor: Cursor!
    reason: ContextDeletedReason!  deletedAt: Timestamp!
  }
  enum ContextDeletedReason { DELETED  EXPIRED  LOST }

  union SyncResult = FullContext | Delta | NoChange
  union ContextEvent = FullContext | Delta | ContextDeleted

  type ContextChange { context: FullContext!  delta: Delta }

  type ContextExport { contextId: ID!  version: Version!  exportedAt: Timestamp! }
  type CleanupReport { contextsDeleted: Int!  deltasDeleted: Int!  startedAt: Timestamp!  finishedAt: Timestamp! }
  type CleanupServer { running: Boolean!  intervalMs: Int  limit: Int  lastReport: CleanupReport }

  type ContextConnection { edges: [ContextEdge!]!  pageInfo: PageInfo! }
  type ContextEdge { node: ContextSummary!  cursor: String! }
  type ContextSummary { contextId: ID! }
  type PageInfo { hasNextPage: Boolean!  hasPreviousPage: Boolean!  startCursor: String  endCursor: String }

  type Query {
    context(id: ID!): FullContext
    sync(id: ID!, version: Version, cursor: Cursor): SyncResult!
    contexts(prefix: String, first: Int = 50, after: String): ContextConnection!
    cleanupServer: CleanupServer!
  }
  type Mutation {
    setContext(
      id: ID!, context: JSONObject!, expectedVersion: Version, expectedCursor: Cursor, requestId: ID
    ): ContextChange!
    updateContext(
      id: ID!, changes: JSONObject!, remove: [[String!]!],
      expectedVersion: Version, expectedCursor: Cursor, requestId: ID
    ): ContextChange!
    deleteContext(id: ID!, expectedVersion: Version, expectedCursor: Cursor, requestId: ID): ContextDeleted!
    exportContext(id: ID!): ContextExport!
    restoreContext(id: ID!, force: Boolean = false, requestId: ID): FullContext!
    cleanup(limit: Int): CleanupReport!
    startCleanupServer(intervalMs: Int, limit: Int): CleanupServer!
    updateCleanupServer(intervalMs: Int, limit: Int): CleanupServer!
    stopCleanupServer: CleanupServer!
  }
  type Subscription {
    contextChanged(id: ID!, version: Version, cursor: Cursor): ContextEvent!
  }
`;

function ownTypes(of: GraphQLSchema): readonly GraphQLNamedType[] {
  return Object.values(of.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type));
}

function fieldsOf(type: GraphQLNamedType | undefined): readonly GraphQLField<unknown, unknown>[] {
  return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
}

/** A field as it is written down, without its description. */
function signature({ name, args, type }: GraphQLField<unknown, unknown>): string {
  const parameters = args.map(
    ({ name: parameter, type: of, defaultValue }) => `${parameter}: ${of} = ${JSON.stringify(defaultValue)}`,
  );
  return `${name}(${parameters.sort().join(', ')}): ${type}`;
}

/** The names that a type is made of besides its fields: values, members, interfaces. */
function partsOf(type: GraphQLNamedType | undefined): readonly string[] {
  if (isEnumType(type)) return type.getValues().map(({ name }) => name);
  if (isUnionType(type)) return type.getTypes().map(({ name }) => name);
  return isObjectType(type) ? type.getInterfaces().map(({ name }) => name) : [];
}

describe('The schema', () => {
  it('is what schema.graphql says', () => {
    const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;
    expect(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')).toBe(printed);
  });

  it.each(ownTypes(buildSchema(CONTRACT)).map((type) => [type.name, type] as const))(
    'has %s as the contract has it',
    (name, promised) => {
      const actual = schema.getType(name);
      expect(actual?.constructor.name).toBe(promised.constructor.name);
      const signatures = fieldsOf(actual).map(signature);
      for (const field of fieldsOf(promised)) expect(signatures).toContain(signature(field));
      // A client may have a case for each value and each member: one more would surprise it.
      if (isEnumType(promised) || isUnionType(promised)) {
        expect(partsOf(actual).toSorted()).toEqual(partsOf(promised).toSorted());
      } else {
        expect(partsOf(actual)).toEqual(expect.arrayContaining([...partsOf(promised)]));
      }
    },
  );

  it('describes every type, field, argument and value', () => {
    const undescribed: string[] = [];
    const check = (path: string, { description }: { readonly description?: string | null | undefined }): void => {
      if (!description?.trim()) undescribed.push(path);
    };
    for (const type of ownTypes(schema)) {
      check(type.name, type);
      for (const field of fieldsOf(type)) {
        check(`${type.name}.${field.name}`, field);
        for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg);
      }
      if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    }
    expect(undescribed).toEqual([]);
    expect(ownTypes(schema).length).toBeGreaterThan(20);
  });

  it('has its roots under their usual names', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    expect(roots.map((root) => root?.name)).toEqual(['Query', 'Mutation', 'Subscription']);
  });
});
