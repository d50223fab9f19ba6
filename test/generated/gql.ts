/* eslint-disable */
import * as types from './graphql.ts';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  fragment FullFields on FullContext {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    context\n    insertedAt\n    reason\n  }\n": typeof types.FullFieldsFragmentDoc,
    "\n  fragment DeltaFields on Delta {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    fromVersion\n    insertedAt\n    configured: delta\n    nested: delta(format: NESTED)\n    flat: delta(format: FLAT)\n    jsonPatch: delta(format: JSON_PATCH)\n    changes {\n      path\n      action\n      value\n      oldValue\n    }\n  }\n": typeof types.DeltaFieldsFragmentDoc,
    "\n  fragment DeletedFields on ContextDeleted {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    # A full context has a reason too, of another type: in one selection one of them needs another name.\n    endReason: reason\n    deletedAt\n  }\n": typeof types.DeletedFieldsFragmentDoc,
    "\n  mutation SetContext(\n    $id: ID!\n    $context: JSONObject!\n    $expectedVersion: Version\n    $expectedCursor: Cursor\n    $requestId: ID\n  ) {\n    setContext(\n      id: $id\n      context: $context\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      context {\n        ...FullFields\n      }\n      delta {\n        ...DeltaFields\n      }\n    }\n  }\n": typeof types.SetContextDocument,
    "\n  mutation UpdateContext(\n    $id: ID!\n    $changes: JSONObject!\n    $remove: [[String!]!]\n    $expectedVersion: Version\n    $expectedCursor: Cursor\n    $requestId: ID\n  ) {\n    updateContext(\n      id: $id\n      changes: $changes\n      remove: $remove\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      context {\n        ...FullFields\n      }\n      delta {\n        ...DeltaFields\n      }\n    }\n  }\n": typeof types.UpdateContextDocument,
    "\n  mutation DeleteContext($id: ID!, $expectedVersion: Version, $expectedCursor: Cursor, $requestId: ID) {\n    deleteContext(\n      id: $id\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      ...DeletedFields\n    }\n  }\n": typeof types.DeleteContextDocument,
    "\n  mutation WriteContexts($writes: [ContextWrite!]!, $requestId: ID) {\n    writeContexts(writes: $writes, requestId: $requestId) {\n      __typename\n      ... on ContextChange {\n        context {\n          ...FullFields\n        }\n        delta {\n          ...DeltaFields\n        }\n      }\n      ... on ContextDeleted {\n        ...DeletedFields\n      }\n    }\n  }\n": typeof types.WriteContextsDocument,
    "\n  query ReadContext($id: ID!) {\n    context(id: $id) {\n      ...FullFields\n    }\n  }\n": typeof types.ReadContextDocument,
    "\n  query SyncContext($id: ID!, $version: Version, $cursor: Cursor) {\n    sync(id: $id, version: $version, cursor: $cursor) {\n      __typename\n      ... on NoChange {\n        contextId\n        life\n        version\n        cursor\n      }\n      ...FullFields\n      ...DeltaFields\n    }\n  }\n": typeof types.SyncContextDocument,
    "\n  query ListContexts($prefix: String, $first: Int, $after: String) {\n    contexts(prefix: $prefix, first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          contextId\n          life\n          version\n          cursor\n          insertedAt\n          sizeInBytes\n        }\n      }\n      nodes {\n        contextId\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n": typeof types.ListContextsDocument,
    "\n  subscription ContextChanged($id: ID!, $version: Version, $cursor: Cursor) {\n    contextChanged(id: $id, version: $version, cursor: $cursor) {\n      __typename\n      ...FullFields\n      ...DeltaFields\n      ...DeletedFields\n    }\n  }\n": typeof types.ContextChangedDocument,
    "\n  fragment ReportFields on CleanupReport {\n    contextsDeleted\n    deltasDeleted\n    startedAt\n    finishedAt\n  }\n": typeof types.ReportFieldsFragmentDoc,
    "\n  fragment ServerFields on CleanupServer {\n    running\n    intervalMs\n    limit\n    lastReport {\n      ...ReportFields\n    }\n  }\n": typeof types.ServerFieldsFragmentDoc,
    "\n  mutation ExportContext($id: ID!) {\n    exportContext(id: $id) {\n      contextId\n      version\n      exportedAt\n    }\n  }\n": typeof types.ExportContextDocument,
    "\n  mutation RestoreContext($id: ID!, $force: Boolean, $requestId: ID) {\n    restoreContext(id: $id, force: $force, requestId: $requestId) {\n      ...FullFields\n    }\n  }\n": typeof types.RestoreContextDocument,
    "\n  mutation Cleanup($limit: Int) {\n    cleanup(limit: $limit) {\n      ...ReportFields\n    }\n  }\n": typeof types.CleanupDocument,
    "\n  query CleanupServer {\n    cleanupServer {\n      ...ServerFields\n    }\n  }\n": typeof types.CleanupServerDocument,
    "\n  mutation StartCleanupServer($intervalMs: Int, $limit: Int) {\n    startCleanupServer(intervalMs: $intervalMs, limit: $limit) {\n      ...ServerFields\n    }\n  }\n": typeof types.StartCleanupServerDocument,
    "\n  mutation UpdateCleanupServer($intervalMs: Int, $limit: Int) {\n    updateCleanupServer(intervalMs: $intervalMs, limit: $limit) {\n      ...ServerFields\n    }\n  }\n": typeof types.UpdateCleanupServerDocument,
    "\n  mutation StopCleanupServer {\n    stopCleanupServer {\n      ...ServerFields\n    }\n  }\n": typeof types.StopCleanupServerDocument,
};
const documents: Documents = {
    "\n  fragment FullFields on FullContext {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    context\n    insertedAt\n    reason\n  }\n": types.FullFieldsFragmentDoc,
    "\n  fragment DeltaFields on Delta {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    fromVersion\n    insertedAt\n    configured: delta\n    nested: delta(format: NESTED)\n    flat: delta(format: FLAT)\n    jsonPatch: delta(format: JSON_PATCH)\n    changes {\n      path\n      action\n      value\n      oldValue\n    }\n  }\n": types.DeltaFieldsFragmentDoc,
    "\n  fragment DeletedFields on ContextDeleted {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    # A full context has a reason too, of another type: in one selection one of them needs another name.\n    endReason: reason\n    deletedAt\n  }\n": types.DeletedFieldsFragmentDoc,
    "\n  mutation SetContext(\n    $id: ID!\n    $context: JSONObject!\n    $expectedVersion: Version\n    $expectedCursor: Cursor\n    $requestId: ID\n  ) {\n    setContext(\n      id: $id\n      context: $context\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      context {\n        ...FullFields\n      }\n      delta {\n        ...DeltaFields\n      }\n    }\n  }\n": types.SetContextDocument,
    "\n  mutation UpdateContext(\n    $id: ID!\n    $changes: JSONObject!\n    $remove: [[String!]!]\n    $expectedVersion: Version\n    $expectedCursor: Cursor\n    $requestId: ID\n  ) {\n    updateContext(\n      id: $id\n      changes: $changes\n      remove: $remove\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      context {\n        ...FullFields\n      }\n      delta {\n        ...DeltaFields\n      }\n    }\n  }\n": types.UpdateContextDocument,
    "\n  mutation DeleteContext($id: ID!, $expectedVersion: Version, $expectedCursor: Cursor, $requestId: ID) {\n    deleteContext(\n      id: $id\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      ...DeletedFields\n    }\n  }\n": types.DeleteContextDocument,
    "\n  mutation WriteContexts($writes: [ContextWrite!]!, $requestId: ID) {\n    writeContexts(writes: $writes, requestId: $requestId) {\n      __typename\n      ... on ContextChange {\n        context {\n          ...FullFields\n        }\n        delta {\n          ...DeltaFields\n        }\n      }\n      ... on ContextDeleted {\n        ...DeletedFields\n      }\n    }\n  }\n": types.WriteContextsDocument,
    "\n  query ReadContext($id: ID!) {\n    context(id: $id) {\n      ...FullFields\n    }\n  }\n": types.ReadContextDocument,
    "\n  query SyncContext($id: ID!, $version: Version, $cursor: Cursor) {\n    sync(id: $id, version: $version, cursor: $cursor) {\n      __typename\n      ... on NoChange {\n        contextId\n        life\n        version\n        cursor\n      }\n      ...FullFields\n      ...DeltaFields\n    }\n  }\n": types.SyncContextDocument,
    "\n  query ListContexts($prefix: String, $first: Int, $after: String) {\n    contexts(prefix: $prefix, first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          contextId\n          life\n          version\n          cursor\n          insertedAt\n          sizeInBytes\n        }\n      }\n      nodes {\n        contextId\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n": types.ListContextsDocument,
    "\n  subscription ContextChanged($id: ID!, $version: Version, $cursor: Cursor) {\n    contextChanged(id: $id, version: $version, cursor: $cursor) {\n      __typename\n      ...FullFields\n      ...DeltaFields\n      ...DeletedFields\n    }\n  }\n": types.ContextChangedDocument,
    "\n  fragment ReportFields on CleanupReport {\n    contextsDeleted\n    deltasDeleted\n    startedAt\n    finishedAt\n  }\n": types.ReportFieldsFragmentDoc,
    "\n  fragment ServerFields on CleanupServer {\n    running\n    intervalMs\n    limit\n    lastReport {\n      ...ReportFields\n    }\n  }\n": types.ServerFieldsFragmentDoc,
    "\n  mutation ExportContext($id: ID!) {\n    exportContext(id: $id) {\n      contextId\n      version\n      exportedAt\n    }\n  }\n": types.ExportContextDocument,
    "\n  mutation RestoreContext($id: ID!, $force: Boolean, $requestId: ID) {\n    restoreContext(id: $id, force: $force, requestId: $requestId) {\n      ...FullFields\n    }\n  }\n": types.RestoreContextDocument,
    "\n  mutation Cleanup($limit: Int) {\n    cleanup(limit: $limit) {\n      ...ReportFields\n    }\n  }\n": types.CleanupDocument,
    "\n  query CleanupServer {\n    cleanupServer {\n      ...ServerFields\n    }\n  }\n": types.CleanupServerDocument,
    "\n  mutation StartCleanupServer($intervalMs: Int, $limit: Int) {\n    startCleanupServer(intervalMs: $intervalMs, limit: $limit) {\n      ...ServerFields\n    }\n  }\n": types.StartCleanupServerDocument,
    "\n  mutation UpdateCleanupServer($intervalMs: Int, $limit: Int) {\n    updateCleanupServer(intervalMs: $intervalMs, limit: $limit) {\n      ...ServerFields\n    }\n  }\n": types.UpdateCleanupServerDocument,
    "\n  mutation StopCleanupServer {\n    stopCleanupServer {\n      ...ServerFields\n    }\n  }\n": types.StopCleanupServerDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment FullFields on FullContext {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    context\n    insertedAt\n    reason\n  }\n"): (typeof documents)["\n  fragment FullFields on FullContext {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    context\n    insertedAt\n    reason\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DeltaFields on Delta {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    fromVersion\n    insertedAt\n    configured: delta\n    nested: delta(format: NESTED)\n    flat: delta(format: FLAT)\n    jsonPatch: delta(format: JSON_PATCH)\n    changes {\n      path\n      action\n      value\n      oldValue\n    }\n  }\n"): (typeof documents)["\n  fragment DeltaFields on Delta {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    fromVersion\n    insertedAt\n    configured: delta\n    nested: delta(format: NESTED)\n    flat: delta(format: FLAT)\n    jsonPatch: delta(format: JSON_PATCH)\n    changes {\n      path\n      action\n      value\n      oldValue\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment DeletedFields on ContextDeleted {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    # A full context has a reason too, of another type: in one selection one of them needs another name.\n    endReason: reason\n    deletedAt\n  }\n"): (typeof documents)["\n  fragment DeletedFields on ContextDeleted {\n    __typename\n    contextId\n    life\n    version\n    cursor\n    # A full context has a reason too, of another type: in one selection one of them needs another name.\n    endReason: reason\n    deletedAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetContext(\n    $id: ID!\n    $context: JSONObject!\n    $expectedVersion: Version\n    $expectedCursor: Cursor\n    $requestId: ID\n  ) {\n    setContext(\n      id: $id\n      context: $context\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      context {\n        ...FullFields\n      }\n      delta {\n        ...DeltaFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SetContext(\n    $id: ID!\n    $context: JSONObject!\n    $expectedVersion: Version\n    $expectedCursor: Cursor\n    $requestId: ID\n  ) {\n    setContext(\n      id: $id\n      context: $context\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      context {\n        ...FullFields\n      }\n      delta {\n        ...DeltaFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateContext(\n    $id: ID!\n    $changes: JSONObject!\n    $remove: [[String!]!]\n    $expectedVersion: Version\n    $expectedCursor: Cursor\n    $requestId: ID\n  ) {\n    updateContext(\n      id: $id\n      changes: $changes\n      remove: $remove\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      context {\n        ...FullFields\n      }\n      delta {\n        ...DeltaFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation UpdateContext(\n    $id: ID!\n    $changes: JSONObject!\n    $remove: [[String!]!]\n    $expectedVersion: Version\n    $expectedCursor: Cursor\n    $requestId: ID\n  ) {\n    updateContext(\n      id: $id\n      changes: $changes\n      remove: $remove\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      context {\n        ...FullFields\n      }\n      delta {\n        ...DeltaFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteContext($id: ID!, $expectedVersion: Version, $expectedCursor: Cursor, $requestId: ID) {\n    deleteContext(\n      id: $id\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      ...DeletedFields\n    }\n  }\n"): (typeof documents)["\n  mutation DeleteContext($id: ID!, $expectedVersion: Version, $expectedCursor: Cursor, $requestId: ID) {\n    deleteContext(\n      id: $id\n      expectedVersion: $expectedVersion\n      expectedCursor: $expectedCursor\n      requestId: $requestId\n    ) {\n      ...DeletedFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation WriteContexts($writes: [ContextWrite!]!, $requestId: ID) {\n    writeContexts(writes: $writes, requestId: $requestId) {\n      __typename\n      ... on ContextChange {\n        context {\n          ...FullFields\n        }\n        delta {\n          ...DeltaFields\n        }\n      }\n      ... on ContextDeleted {\n        ...DeletedFields\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation WriteContexts($writes: [ContextWrite!]!, $requestId: ID) {\n    writeContexts(writes: $writes, requestId: $requestId) {\n      __typename\n      ... on ContextChange {\n        context {\n          ...FullFields\n        }\n        delta {\n          ...DeltaFields\n        }\n      }\n      ... on ContextDeleted {\n        ...DeletedFields\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadContext($id: ID!) {\n    context(id: $id) {\n      ...FullFields\n    }\n  }\n"): (typeof documents)["\n  query ReadContext($id: ID!) {\n    context(id: $id) {\n      ...FullFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query SyncContext($id: ID!, $version: Version, $cursor: Cursor) {\n    sync(id: $id, version: $version, cursor: $cursor) {\n      __typename\n      ... on NoChange {\n        contextId\n        life\n        version\n        cursor\n      }\n      ...FullFields\n      ...DeltaFields\n    }\n  }\n"): (typeof documents)["\n  query SyncContext($id: ID!, $version: Version, $cursor: Cursor) {\n    sync(id: $id, version: $version, cursor: $cursor) {\n      __typename\n      ... on NoChange {\n        contextId\n        life\n        version\n        cursor\n      }\n      ...FullFields\n      ...DeltaFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ListContexts($prefix: String, $first: Int, $after: String) {\n    contexts(prefix: $prefix, first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          contextId\n          life\n          version\n          cursor\n          insertedAt\n          sizeInBytes\n        }\n      }\n      nodes {\n        contextId\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query ListContexts($prefix: String, $first: Int, $after: String) {\n    contexts(prefix: $prefix, first: $first, after: $after) {\n      edges {\n        cursor\n        node {\n          contextId\n          life\n          version\n          cursor\n          insertedAt\n          sizeInBytes\n        }\n      }\n      nodes {\n        contextId\n      }\n      pageInfo {\n        hasNextPage\n        hasPreviousPage\n        startCursor\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ContextChanged($id: ID!, $version: Version, $cursor: Cursor) {\n    contextChanged(id: $id, version: $version, cursor: $cursor) {\n      __typename\n      ...FullFields\n      ...DeltaFields\n      ...DeletedFields\n    }\n  }\n"): (typeof documents)["\n  subscription ContextChanged($id: ID!, $version: Version, $cursor: Cursor) {\n    contextChanged(id: $id, version: $version, cursor: $cursor) {\n      __typename\n      ...FullFields\n      ...DeltaFields\n      ...DeletedFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ReportFields on CleanupReport {\n    contextsDeleted\n    deltasDeleted\n    startedAt\n    finishedAt\n  }\n"): (typeof documents)["\n  fragment ReportFields on CleanupReport {\n    contextsDeleted\n    deltasDeleted\n    startedAt\n    finishedAt\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment ServerFields on CleanupServer {\n    running\n    intervalMs\n    limit\n    lastReport {\n      ...ReportFields\n    }\n  }\n"): (typeof documents)["\n  fragment ServerFields on CleanupServer {\n    running\n    intervalMs\n    limit\n    lastReport {\n      ...ReportFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ExportContext($id: ID!) {\n    exportContext(id: $id) {\n      contextId\n      version\n      exportedAt\n    }\n  }\n"): (typeof documents)["\n  mutation ExportContext($id: ID!) {\n    exportContext(id: $id) {\n      contextId\n      version\n      exportedAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RestoreContext($id: ID!, $force: Boolean, $requestId: ID) {\n    restoreContext(id: $id, force: $force, requestId: $requestId) {\n      ...FullFields\n    }\n  }\n"): (typeof documents)["\n  mutation RestoreContext($id: ID!, $force: Boolean, $requestId: ID) {\n    restoreContext(id: $id, force: $force, requestId: $requestId) {\n      ...FullFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Cleanup($limit: Int) {\n    cleanup(limit: $limit) {\n      ...ReportFields\n    }\n  }\n"): (typeof documents)["\n  mutation Cleanup($limit: Int) {\n    cleanup(limit: $limit) {\n      ...ReportFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CleanupServer {\n    cleanupServer {\n      ...ServerFields\n    }\n  }\n"): (typeof documents)["\n  query CleanupServer {\n    cleanupServer {\n      ...ServerFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartCleanupServer($intervalMs: Int, $limit: Int) {\n    startCleanupServer(intervalMs: $intervalMs, limit: $limit) {\n      ...ServerFields\n    }\n  }\n"): (typeof documents)["\n  mutation StartCleanupServer($intervalMs: Int, $limit: Int) {\n    startCleanupServer(intervalMs: $intervalMs, limit: $limit) {\n      ...ServerFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateCleanupServer($intervalMs: Int, $limit: Int) {\n    updateCleanupServer(intervalMs: $intervalMs, limit: $limit) {\n      ...ServerFields\n    }\n  }\n"): (typeof documents)["\n  mutation UpdateCleanupServer($intervalMs: Int, $limit: Int) {\n    updateCleanupServer(intervalMs: $intervalMs, limit: $limit) {\n      ...ServerFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StopCleanupServer {\n    stopCleanupServer {\n      ...ServerFields\n    }\n  }\n"): (typeof documents)["\n  mutation StopCleanupServer {\n    stopCleanupServer {\n      ...ServerFields\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;