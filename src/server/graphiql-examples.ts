/** What GraphiQL opens with: each works as it stands, in this order. */
export const GRAPHIQL_EXAMPLES = `# Arpeggio serves versioned contexts. Put the cursor into an operation and press Ctrl-Enter.
# Start with Watch in one tab, then run Set and Update in another: Watch sees each change.

subscription Watch {
  contextChanged(id: "room:1", version: 0) {
    __typename
    ... on Versioned {
      version
    }
    ... on FullContext {
      reason
      context
    }
    ... on Delta {
      fromVersion
      delta
    }
    ... on ContextDeleted {
      ended: reason
    }
  }
}

mutation Set {
  setContext(id: "room:1", context: { topic: "tea", people: { ada: "online" } }) {
    context {
      version
      cursor
    }
  }
}

mutation Update {
  updateContext(id: "room:1", changes: { people: { ada: "away", bob: "online" } }, remove: [["topic"]]) {
    context {
      version
      context
    }
    delta {
      changes {
        path
        action
        oldValue
        value
      }
    }
  }
}

query Sync {
  sync(id: "room:1", version: 1) {
    __typename
    ... on Delta {
      fromVersion
      version
      delta(format: JSON_PATCH)
    }
    ... on FullContext {
      reason
      context
    }
  }
}

query List {
  contexts(prefix: "room:") {
    nodes {
      contextId
      version
      sizeInBytes
    }
  }
}

mutation Delete {
  deleteContext(id: "room:1") {
    version
    reason
  }
}
`;
