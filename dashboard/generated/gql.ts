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
    "\n  query ListContexts($prefix: String!, $first: Int!, $after: String) {\n    contexts(prefix: $prefix, first: $first, after: $after) {\n      nodes {\n        contextId\n        life\n        version\n        insertedAt\n        sizeInBytes\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.ListContextsDocument,
    "\n  subscription WatchContexts($ids: [ID!]!) {\n    contextsChanged(ids: $ids) {\n      event {\n        __typename\n        ... on Versioned {\n          contextId\n          life\n          version\n        }\n      }\n    }\n  }\n": typeof types.WatchContextsDocument,
    "\n  query ReadWatchers($positions: [ContextPosition!]!) {\n    syncMany(positions: $positions) {\n      ... on FullContext {\n        contextId\n        context\n      }\n    }\n  }\n": typeof types.ReadWatchersDocument,
    "\n  query ReadHistory($id: ID!, $first: Int!, $before: Cursor) {\n    history(id: $id, first: $first, before: $before) {\n      nodes {\n        life\n        version\n        fromVersion\n        insertedAt\n        cursor\n        changes {\n          path\n          action\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.ReadHistoryDocument,
    "\n  query ReadVersion($id: ID!, $version: Version!) {\n    contextAt(id: $id, version: $version) {\n      version\n      insertedAt\n      context\n    }\n  }\n": typeof types.ReadVersionDocument,
    "\n  query ReadDiff($id: ID!, $from: Version!, $to: Version!) {\n    diff(id: $id, from: $from, to: $to) {\n      changes {\n        path\n        action\n        value\n        oldValue\n      }\n    }\n  }\n": typeof types.ReadDiffDocument,
    "\n  query ReadBlame($id: ID!, $path: [String!]!) {\n    blame(id: $id, path: $path) {\n      version\n      action\n      insertedAt\n    }\n  }\n": typeof types.ReadBlameDocument,
    "\n  query ReadSummary($id: String!) {\n    contexts(prefix: $id, first: 1) {\n      nodes {\n        contextId\n        version\n        insertedAt\n        sizeInBytes\n      }\n    }\n  }\n": typeof types.ReadSummaryDocument,
    "\n  mutation SetContext($id: ID!, $context: JSONObject!, $expectedVersion: Version) {\n    setContext(id: $id, context: $context, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n": typeof types.SetContextDocument,
    "\n  mutation UpdateContext($id: ID!, $changes: JSONObject!, $expectedVersion: Version) {\n    updateContext(id: $id, changes: $changes, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n": typeof types.UpdateContextDocument,
    "\n  mutation PatchContext($id: ID!, $patch: [JSON!]!, $expectedVersion: Version) {\n    patchContext(id: $id, patch: $patch, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n": typeof types.PatchContextDocument,
    "\n  mutation RevertContext($id: ID!, $toVersion: Version!, $expectedVersion: Version) {\n    revertContext(id: $id, toVersion: $toVersion, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n": typeof types.RevertContextDocument,
    "\n  mutation DeleteContext($id: ID!, $expectedVersion: Version) {\n    deleteContext(id: $id, expectedVersion: $expectedVersion) {\n      version\n    }\n  }\n": typeof types.DeleteContextDocument,
    "\n  mutation ExportContext($id: ID!) {\n    exportContext(id: $id) {\n      version\n    }\n  }\n": typeof types.ExportContextDocument,
    "\n  mutation RestoreContext($id: ID!, $force: Boolean!) {\n    restoreContext(id: $id, force: $force) {\n      contextId\n      version\n    }\n  }\n": typeof types.RestoreContextDocument,
    "\n  subscription WatchStats {\n    stats {\n      processes\n      connections\n      subscriptions\n      watchedContexts\n      operationsPerSecond\n      commitsPerSecond\n      eventsPerSecond\n      commits\n      conflicts\n      retries\n      eventsSent\n      eventsMerged\n      resyncs\n      syncFull\n      syncDelta\n      syncNoChange\n      limitHits\n      storeMs\n    }\n  }\n": typeof types.WatchStatsDocument,
    "\n  query ReadCleanup {\n    cleanupServer {\n      ...CleanupFields\n    }\n  }\n": typeof types.ReadCleanupDocument,
    "\n  mutation StartCleanup($intervalMs: Int) {\n    startCleanupServer(intervalMs: $intervalMs) {\n      ...CleanupFields\n    }\n  }\n": typeof types.StartCleanupDocument,
    "\n  mutation StopCleanup {\n    stopCleanupServer {\n      ...CleanupFields\n    }\n  }\n": typeof types.StopCleanupDocument,
    "\n  mutation RunCleanup {\n    cleanup {\n      contextsDeleted\n      deltasDeleted\n      startedAt\n      finishedAt\n    }\n  }\n": typeof types.RunCleanupDocument,
    "\n  fragment CleanupFields on CleanupServer {\n    running\n    intervalMs\n    lastReport {\n      contextsDeleted\n      deltasDeleted\n      startedAt\n      finishedAt\n    }\n  }\n": typeof types.CleanupFieldsFragmentDoc,
};
const documents: Documents = {
    "\n  query ListContexts($prefix: String!, $first: Int!, $after: String) {\n    contexts(prefix: $prefix, first: $first, after: $after) {\n      nodes {\n        contextId\n        life\n        version\n        insertedAt\n        sizeInBytes\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.ListContextsDocument,
    "\n  subscription WatchContexts($ids: [ID!]!) {\n    contextsChanged(ids: $ids) {\n      event {\n        __typename\n        ... on Versioned {\n          contextId\n          life\n          version\n        }\n      }\n    }\n  }\n": types.WatchContextsDocument,
    "\n  query ReadWatchers($positions: [ContextPosition!]!) {\n    syncMany(positions: $positions) {\n      ... on FullContext {\n        contextId\n        context\n      }\n    }\n  }\n": types.ReadWatchersDocument,
    "\n  query ReadHistory($id: ID!, $first: Int!, $before: Cursor) {\n    history(id: $id, first: $first, before: $before) {\n      nodes {\n        life\n        version\n        fromVersion\n        insertedAt\n        cursor\n        changes {\n          path\n          action\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.ReadHistoryDocument,
    "\n  query ReadVersion($id: ID!, $version: Version!) {\n    contextAt(id: $id, version: $version) {\n      version\n      insertedAt\n      context\n    }\n  }\n": types.ReadVersionDocument,
    "\n  query ReadDiff($id: ID!, $from: Version!, $to: Version!) {\n    diff(id: $id, from: $from, to: $to) {\n      changes {\n        path\n        action\n        value\n        oldValue\n      }\n    }\n  }\n": types.ReadDiffDocument,
    "\n  query ReadBlame($id: ID!, $path: [String!]!) {\n    blame(id: $id, path: $path) {\n      version\n      action\n      insertedAt\n    }\n  }\n": types.ReadBlameDocument,
    "\n  query ReadSummary($id: String!) {\n    contexts(prefix: $id, first: 1) {\n      nodes {\n        contextId\n        version\n        insertedAt\n        sizeInBytes\n      }\n    }\n  }\n": types.ReadSummaryDocument,
    "\n  mutation SetContext($id: ID!, $context: JSONObject!, $expectedVersion: Version) {\n    setContext(id: $id, context: $context, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n": types.SetContextDocument,
    "\n  mutation UpdateContext($id: ID!, $changes: JSONObject!, $expectedVersion: Version) {\n    updateContext(id: $id, changes: $changes, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n": types.UpdateContextDocument,
    "\n  mutation PatchContext($id: ID!, $patch: [JSON!]!, $expectedVersion: Version) {\n    patchContext(id: $id, patch: $patch, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n": types.PatchContextDocument,
    "\n  mutation RevertContext($id: ID!, $toVersion: Version!, $expectedVersion: Version) {\n    revertContext(id: $id, toVersion: $toVersion, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n": types.RevertContextDocument,
    "\n  mutation DeleteContext($id: ID!, $expectedVersion: Version) {\n    deleteContext(id: $id, expectedVersion: $expectedVersion) {\n      version\n    }\n  }\n": types.DeleteContextDocument,
    "\n  mutation ExportContext($id: ID!) {\n    exportContext(id: $id) {\n      version\n    }\n  }\n": types.ExportContextDocument,
    "\n  mutation RestoreContext($id: ID!, $force: Boolean!) {\n    restoreContext(id: $id, force: $force) {\n      contextId\n      version\n    }\n  }\n": types.RestoreContextDocument,
    "\n  subscription WatchStats {\n    stats {\n      processes\n      connections\n      subscriptions\n      watchedContexts\n      operationsPerSecond\n      commitsPerSecond\n      eventsPerSecond\n      commits\n      conflicts\n      retries\n      eventsSent\n      eventsMerged\n      resyncs\n      syncFull\n      syncDelta\n      syncNoChange\n      limitHits\n      storeMs\n    }\n  }\n": types.WatchStatsDocument,
    "\n  query ReadCleanup {\n    cleanupServer {\n      ...CleanupFields\n    }\n  }\n": types.ReadCleanupDocument,
    "\n  mutation StartCleanup($intervalMs: Int) {\n    startCleanupServer(intervalMs: $intervalMs) {\n      ...CleanupFields\n    }\n  }\n": types.StartCleanupDocument,
    "\n  mutation StopCleanup {\n    stopCleanupServer {\n      ...CleanupFields\n    }\n  }\n": types.StopCleanupDocument,
    "\n  mutation RunCleanup {\n    cleanup {\n      contextsDeleted\n      deltasDeleted\n      startedAt\n      finishedAt\n    }\n  }\n": types.RunCleanupDocument,
    "\n  fragment CleanupFields on CleanupServer {\n    running\n    intervalMs\n    lastReport {\n      contextsDeleted\n      deltasDeleted\n      startedAt\n      finishedAt\n    }\n  }\n": types.CleanupFieldsFragmentDoc,
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
export function graphql(source: "\n  query ListContexts($prefix: String!, $first: Int!, $after: String) {\n    contexts(prefix: $prefix, first: $first, after: $after) {\n      nodes {\n        contextId\n        life\n        version\n        insertedAt\n        sizeInBytes\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query ListContexts($prefix: String!, $first: Int!, $after: String) {\n    contexts(prefix: $prefix, first: $first, after: $after) {\n      nodes {\n        contextId\n        life\n        version\n        insertedAt\n        sizeInBytes\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription WatchContexts($ids: [ID!]!) {\n    contextsChanged(ids: $ids) {\n      event {\n        __typename\n        ... on Versioned {\n          contextId\n          life\n          version\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription WatchContexts($ids: [ID!]!) {\n    contextsChanged(ids: $ids) {\n      event {\n        __typename\n        ... on Versioned {\n          contextId\n          life\n          version\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadWatchers($positions: [ContextPosition!]!) {\n    syncMany(positions: $positions) {\n      ... on FullContext {\n        contextId\n        context\n      }\n    }\n  }\n"): (typeof documents)["\n  query ReadWatchers($positions: [ContextPosition!]!) {\n    syncMany(positions: $positions) {\n      ... on FullContext {\n        contextId\n        context\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadHistory($id: ID!, $first: Int!, $before: Cursor) {\n    history(id: $id, first: $first, before: $before) {\n      nodes {\n        life\n        version\n        fromVersion\n        insertedAt\n        cursor\n        changes {\n          path\n          action\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query ReadHistory($id: ID!, $first: Int!, $before: Cursor) {\n    history(id: $id, first: $first, before: $before) {\n      nodes {\n        life\n        version\n        fromVersion\n        insertedAt\n        cursor\n        changes {\n          path\n          action\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadVersion($id: ID!, $version: Version!) {\n    contextAt(id: $id, version: $version) {\n      version\n      insertedAt\n      context\n    }\n  }\n"): (typeof documents)["\n  query ReadVersion($id: ID!, $version: Version!) {\n    contextAt(id: $id, version: $version) {\n      version\n      insertedAt\n      context\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadDiff($id: ID!, $from: Version!, $to: Version!) {\n    diff(id: $id, from: $from, to: $to) {\n      changes {\n        path\n        action\n        value\n        oldValue\n      }\n    }\n  }\n"): (typeof documents)["\n  query ReadDiff($id: ID!, $from: Version!, $to: Version!) {\n    diff(id: $id, from: $from, to: $to) {\n      changes {\n        path\n        action\n        value\n        oldValue\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadBlame($id: ID!, $path: [String!]!) {\n    blame(id: $id, path: $path) {\n      version\n      action\n      insertedAt\n    }\n  }\n"): (typeof documents)["\n  query ReadBlame($id: ID!, $path: [String!]!) {\n    blame(id: $id, path: $path) {\n      version\n      action\n      insertedAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadSummary($id: String!) {\n    contexts(prefix: $id, first: 1) {\n      nodes {\n        contextId\n        version\n        insertedAt\n        sizeInBytes\n      }\n    }\n  }\n"): (typeof documents)["\n  query ReadSummary($id: String!) {\n    contexts(prefix: $id, first: 1) {\n      nodes {\n        contextId\n        version\n        insertedAt\n        sizeInBytes\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetContext($id: ID!, $context: JSONObject!, $expectedVersion: Version) {\n    setContext(id: $id, context: $context, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SetContext($id: ID!, $context: JSONObject!, $expectedVersion: Version) {\n    setContext(id: $id, context: $context, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateContext($id: ID!, $changes: JSONObject!, $expectedVersion: Version) {\n    updateContext(id: $id, changes: $changes, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation UpdateContext($id: ID!, $changes: JSONObject!, $expectedVersion: Version) {\n    updateContext(id: $id, changes: $changes, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PatchContext($id: ID!, $patch: [JSON!]!, $expectedVersion: Version) {\n    patchContext(id: $id, patch: $patch, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation PatchContext($id: ID!, $patch: [JSON!]!, $expectedVersion: Version) {\n    patchContext(id: $id, patch: $patch, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevertContext($id: ID!, $toVersion: Version!, $expectedVersion: Version) {\n    revertContext(id: $id, toVersion: $toVersion, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RevertContext($id: ID!, $toVersion: Version!, $expectedVersion: Version) {\n    revertContext(id: $id, toVersion: $toVersion, expectedVersion: $expectedVersion) {\n      context {\n        contextId\n        version\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteContext($id: ID!, $expectedVersion: Version) {\n    deleteContext(id: $id, expectedVersion: $expectedVersion) {\n      version\n    }\n  }\n"): (typeof documents)["\n  mutation DeleteContext($id: ID!, $expectedVersion: Version) {\n    deleteContext(id: $id, expectedVersion: $expectedVersion) {\n      version\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ExportContext($id: ID!) {\n    exportContext(id: $id) {\n      version\n    }\n  }\n"): (typeof documents)["\n  mutation ExportContext($id: ID!) {\n    exportContext(id: $id) {\n      version\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RestoreContext($id: ID!, $force: Boolean!) {\n    restoreContext(id: $id, force: $force) {\n      contextId\n      version\n    }\n  }\n"): (typeof documents)["\n  mutation RestoreContext($id: ID!, $force: Boolean!) {\n    restoreContext(id: $id, force: $force) {\n      contextId\n      version\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription WatchStats {\n    stats {\n      processes\n      connections\n      subscriptions\n      watchedContexts\n      operationsPerSecond\n      commitsPerSecond\n      eventsPerSecond\n      commits\n      conflicts\n      retries\n      eventsSent\n      eventsMerged\n      resyncs\n      syncFull\n      syncDelta\n      syncNoChange\n      limitHits\n      storeMs\n    }\n  }\n"): (typeof documents)["\n  subscription WatchStats {\n    stats {\n      processes\n      connections\n      subscriptions\n      watchedContexts\n      operationsPerSecond\n      commitsPerSecond\n      eventsPerSecond\n      commits\n      conflicts\n      retries\n      eventsSent\n      eventsMerged\n      resyncs\n      syncFull\n      syncDelta\n      syncNoChange\n      limitHits\n      storeMs\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReadCleanup {\n    cleanupServer {\n      ...CleanupFields\n    }\n  }\n"): (typeof documents)["\n  query ReadCleanup {\n    cleanupServer {\n      ...CleanupFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StartCleanup($intervalMs: Int) {\n    startCleanupServer(intervalMs: $intervalMs) {\n      ...CleanupFields\n    }\n  }\n"): (typeof documents)["\n  mutation StartCleanup($intervalMs: Int) {\n    startCleanupServer(intervalMs: $intervalMs) {\n      ...CleanupFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation StopCleanup {\n    stopCleanupServer {\n      ...CleanupFields\n    }\n  }\n"): (typeof documents)["\n  mutation StopCleanup {\n    stopCleanupServer {\n      ...CleanupFields\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RunCleanup {\n    cleanup {\n      contextsDeleted\n      deltasDeleted\n      startedAt\n      finishedAt\n    }\n  }\n"): (typeof documents)["\n  mutation RunCleanup {\n    cleanup {\n      contextsDeleted\n      deltasDeleted\n      startedAt\n      finishedAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment CleanupFields on CleanupServer {\n    running\n    intervalMs\n    lastReport {\n      contextsDeleted\n      deltasDeleted\n      startedAt\n      finishedAt\n    }\n  }\n"): (typeof documents)["\n  fragment CleanupFields on CleanupServer {\n    running\n    intervalMs\n    lastReport {\n      contextsDeleted\n      deltasDeleted\n      startedAt\n      finishedAt\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;