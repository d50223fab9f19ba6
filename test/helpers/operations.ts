import { graphql } from '../generated/gql.ts';

// Fragments first: the operations below are generated with whichever they name.

graphql(`
  fragment FullFields on FullContext {
    __typename
    contextId
    life
    version
    cursor
    context
    insertedAt
    reason
  }
`);

graphql(`
  fragment DeltaFields on Delta {
    __typename
    contextId
    life
    version
    cursor
    fromVersion
    insertedAt
    configured: delta
    nested: delta(format: NESTED)
    flat: delta(format: FLAT)
    jsonPatch: delta(format: JSON_PATCH)
    changes {
      path
      action
      value
      oldValue
    }
  }
`);

graphql(`
  fragment DeletedFields on ContextDeleted {
    __typename
    contextId
    life
    version
    cursor
    # A full context has a reason too, of another type: in one selection one of them needs another name.
    endReason: reason
    deletedAt
  }
`);

export const setContext = graphql(`
  mutation SetContext(
    $id: ID!
    $context: JSONObject!
    $expectedVersion: Version
    $expectedCursor: Cursor
    $requestId: ID
  ) {
    setContext(
      id: $id
      context: $context
      expectedVersion: $expectedVersion
      expectedCursor: $expectedCursor
      requestId: $requestId
    ) {
      context {
        ...FullFields
      }
      delta {
        ...DeltaFields
      }
    }
  }
`);

export const updateContext = graphql(`
  mutation UpdateContext(
    $id: ID!
    $changes: JSONObject!
    $remove: [[String!]!]
    $expectedVersion: Version
    $expectedCursor: Cursor
    $requestId: ID
  ) {
    updateContext(
      id: $id
      changes: $changes
      remove: $remove
      expectedVersion: $expectedVersion
      expectedCursor: $expectedCursor
      requestId: $requestId
    ) {
      context {
        ...FullFields
      }
      delta {
        ...DeltaFields
      }
    }
  }
`);

export const deleteContext = graphql(`
  mutation DeleteContext($id: ID!, $expectedVersion: Version, $expectedCursor: Cursor, $requestId: ID) {
    deleteContext(
      id: $id
      expectedVersion: $expectedVersion
      expectedCursor: $expectedCursor
      requestId: $requestId
    ) {
      ...DeletedFields
    }
  }
`);

export const writeContexts = graphql(`
  mutation WriteContexts($writes: [ContextWrite!]!, $requestId: ID) {
    writeContexts(writes: $writes, requestId: $requestId) {
      __typename
      ... on ContextChange {
        context {
          ...FullFields
        }
        delta {
          ...DeltaFields
        }
      }
      ... on ContextDeleted {
        ...DeletedFields
      }
    }
  }
`);

export const readContext = graphql(`
  query ReadContext($id: ID!) {
    context(id: $id) {
      ...FullFields
    }
  }
`);

export const syncContext = graphql(`
  query SyncContext($id: ID!, $version: Version, $cursor: Cursor) {
    sync(id: $id, version: $version, cursor: $cursor) {
      __typename
      ... on NoChange {
        contextId
        life
        version
        cursor
      }
      ...FullFields
      ...DeltaFields
    }
  }
`);

export const listContexts = graphql(`
  query ListContexts($prefix: String, $first: Int, $after: String) {
    contexts(prefix: $prefix, first: $first, after: $after) {
      edges {
        cursor
        node {
          contextId
          life
          version
          cursor
          insertedAt
          sizeInBytes
        }
      }
      nodes {
        contextId
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

export const contextChanged = graphql(`
  subscription ContextChanged($id: ID!, $version: Version, $cursor: Cursor) {
    contextChanged(id: $id, version: $version, cursor: $cursor) {
      __typename
      ...FullFields
      ...DeltaFields
      ...DeletedFields
    }
  }
`);

graphql(`
  fragment ReportFields on CleanupReport {
    contextsDeleted
    deltasDeleted
    startedAt
    finishedAt
  }
`);

graphql(`
  fragment ServerFields on CleanupServer {
    running
    intervalMs
    limit
    lastReport {
      ...ReportFields
    }
  }
`);

export const exportContext = graphql(`
  mutation ExportContext($id: ID!) {
    exportContext(id: $id) {
      contextId
      version
      exportedAt
    }
  }
`);

export const restoreContext = graphql(`
  mutation RestoreContext($id: ID!, $force: Boolean, $requestId: ID) {
    restoreContext(id: $id, force: $force, requestId: $requestId) {
      ...FullFields
    }
  }
`);

export const cleanup = graphql(`
  mutation Cleanup($limit: Int) {
    cleanup(limit: $limit) {
      ...ReportFields
    }
  }
`);

export const cleanupServer = graphql(`
  query CleanupServer {
    cleanupServer {
      ...ServerFields
    }
  }
`);

export const startCleanupServer = graphql(`
  mutation StartCleanupServer($intervalMs: Int, $limit: Int) {
    startCleanupServer(intervalMs: $intervalMs, limit: $limit) {
      ...ServerFields
    }
  }
`);

export const updateCleanupServer = graphql(`
  mutation UpdateCleanupServer($intervalMs: Int, $limit: Int) {
    updateCleanupServer(intervalMs: $intervalMs, limit: $limit) {
      ...ServerFields
    }
  }
`);

export const stopCleanupServer = graphql(`
  mutation StopCleanupServer {
    stopCleanupServer {
      ...ServerFields
    }
  }
`);
