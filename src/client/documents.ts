/** What the client asks for, in the server's contract. */
const EVENT = /* GraphQL */ `
  __typename
  ... on Versioned { life version cursor }
  ... on FullContext { context }
  ... on Delta { fromVersion patch }`;

export const CONTEXT_CHANGED = /* GraphQL */ `subscription ArpeggioChanged($id: ID!, $version: Version, $cursor: Cursor) {
  contextChanged(id: $id, version: $version, cursor: $cursor) {${EVENT}
  }
}`;

export const SYNC = /* GraphQL */ `query ArpeggioSync($id: ID!, $version: Version, $cursor: Cursor) {
  sync(id: $id, version: $version, cursor: $cursor) {${EVENT}
  }
}`;

export const POSITION = /* GraphQL */ `query ArpeggioPosition($id: ID!) {
  context(id: $id) { life version cursor }
}`;

export const CONTEXT = /* GraphQL */ `query ArpeggioContext($id: ID!) {
  context(id: $id) { life version cursor context }
}`;

const CHANGED = /* GraphQL */ `{ context { life version cursor } }`;

export const SET = /* GraphQL */ `mutation ArpeggioSet($id: ID!, $context: JSONObject!, $expectedVersion: Version, $expectedCursor: Cursor, $requestId: ID) {
  written: setContext(id: $id, context: $context, expectedVersion: $expectedVersion, expectedCursor: $expectedCursor, requestId: $requestId) ${CHANGED}
}`;

export const UPDATE = /* GraphQL */ `mutation ArpeggioUpdate($id: ID!, $changes: JSONObject!, $remove: [[String!]!], $expectedVersion: Version, $expectedCursor: Cursor, $requestId: ID) {
  written: updateContext(id: $id, changes: $changes, remove: $remove, expectedVersion: $expectedVersion, expectedCursor: $expectedCursor, requestId: $requestId) ${CHANGED}
}`;

export const DELETE = /* GraphQL */ `mutation ArpeggioDelete($id: ID!, $expectedVersion: Version, $expectedCursor: Cursor, $requestId: ID) {
  written: deleteContext(id: $id, expectedVersion: $expectedVersion, expectedCursor: $expectedCursor, requestId: $requestId) { life version cursor }
}`;
