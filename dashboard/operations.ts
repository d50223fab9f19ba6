import { graphql } from './generated/gql.ts';

export const listContexts = graphql(`
  query ListContexts($prefix: String!, $first: Int!, $after: String) {
    contexts(prefix: $prefix, first: $first, after: $after) {
      nodes {
        contextId
        life
        version
        insertedAt
        sizeInBytes
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const watchContexts = graphql(`
  subscription WatchContexts($ids: [ID!]!) {
    contextsChanged(ids: $ids) {
      event {
        __typename
        ... on Versioned {
          contextId
          life
          version
        }
      }
    }
  }
`);

export const readWatchers = graphql(`
  query ReadWatchers($positions: [ContextPosition!]!) {
    syncMany(positions: $positions) {
      ... on FullContext {
        contextId
        context
      }
    }
  }
`);

export const readHistory = graphql(`
  query ReadHistory($id: ID!, $first: Int!, $before: Cursor) {
    history(id: $id, first: $first, before: $before) {
      nodes {
        life
        version
        fromVersion
        insertedAt
        cursor
        changes {
          path
          action
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const readVersion = graphql(`
  query ReadVersion($id: ID!, $version: Version!) {
    contextAt(id: $id, version: $version) {
      version
      insertedAt
      context
    }
  }
`);

export const readDiff = graphql(`
  query ReadDiff($id: ID!, $from: Version!, $to: Version!) {
    diff(id: $id, from: $from, to: $to) {
      changes {
        path
        action
        value
        oldValue
      }
    }
  }
`);

export const readBlame = graphql(`
  query ReadBlame($id: ID!, $path: [String!]!) {
    blame(id: $id, path: $path) {
      version
      action
      insertedAt
    }
  }
`);

export const readSummary = graphql(`
  query ReadSummary($id: String!) {
    contexts(prefix: $id, first: 1) {
      nodes {
        contextId
        version
        insertedAt
        sizeInBytes
      }
    }
  }
`);

export const setContext = graphql(`
  mutation SetContext($id: ID!, $context: JSONObject!, $expectedVersion: Version) {
    setContext(id: $id, context: $context, expectedVersion: $expectedVersion) {
      context {
        contextId
        version
      }
    }
  }
`);

export const updateContext = graphql(`
  mutation UpdateContext($id: ID!, $changes: JSONObject!, $expectedVersion: Version) {
    updateContext(id: $id, changes: $changes, expectedVersion: $expectedVersion) {
      context {
        contextId
        version
      }
    }
  }
`);

export const patchContext = graphql(`
  mutation PatchContext($id: ID!, $patch: [JSON!]!, $expectedVersion: Version) {
    patchContext(id: $id, patch: $patch, expectedVersion: $expectedVersion) {
      context {
        contextId
        version
      }
    }
  }
`);

export const revertContext = graphql(`
  mutation RevertContext($id: ID!, $toVersion: Version!, $expectedVersion: Version) {
    revertContext(id: $id, toVersion: $toVersion, expectedVersion: $expectedVersion) {
      context {
        contextId
        version
      }
    }
  }
`);

export const deleteContext = graphql(`
  mutation DeleteContext($id: ID!, $expectedVersion: Version) {
    deleteContext(id: $id, expectedVersion: $expectedVersion) {
      version
    }
  }
`);

export const exportContext = graphql(`
  mutation ExportContext($id: ID!) {
    exportContext(id: $id) {
      version
    }
  }
`);

export const restoreContext = graphql(`
  mutation RestoreContext($id: ID!, $force: Boolean!) {
    restoreContext(id: $id, force: $force) {
      contextId
      version
    }
  }
`);

export const watchStats = graphql(`
  subscription WatchStats {
    stats {
      processes
      connections
      subscriptions
      watchedContexts
      operationsPerSecond
      commitsPerSecond
      eventsPerSecond
      commits
      conflicts
      retries
      eventsSent
      eventsMerged
      resyncs
      syncFull
      syncDelta
      syncNoChange
      limitHits
      storeMs
    }
  }
`);

export const readCleanup = graphql(`
  query ReadCleanup {
    cleanupServer {
      ...CleanupFields
    }
  }
`);

export const startCleanup = graphql(`
  mutation StartCleanup($intervalMs: Int) {
    startCleanupServer(intervalMs: $intervalMs) {
      ...CleanupFields
    }
  }
`);

export const stopCleanup = graphql(`
  mutation StopCleanup {
    stopCleanupServer {
      ...CleanupFields
    }
  }
`);

export const runCleanup = graphql(`
  mutation RunCleanup {
    cleanup {
      contextsDeleted
      deltasDeleted
      startedAt
      finishedAt
    }
  }
`);

graphql(`
  fragment CleanupFields on CleanupServer {
    running
    intervalMs
    lastReport {
      contextsDeleted
      deltasDeleted
      startedAt
      finishedAt
    }
  }
`);
