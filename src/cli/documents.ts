/** What the command line asks for, in the server's contract. */
const PLACE = 'life version cursor';
const DELTA = `{ ${PLACE} fromVersion changes { path action oldValue value } }`;
const EVENT = `
    __typename
    ... on Versioned { ${PLACE} }
    ... on FullContext { context why: reason }
    ... on Delta ${DELTA}`;
const CHANGED = `{ context { ${PLACE} } delta ${DELTA} }`;

const EXPECTED = '$expectedVersion: Version, $expectedCursor: Cursor, $requestId: ID';
const AS_EXPECTED = 'expectedVersion: $expectedVersion, expectedCursor: $expectedCursor, requestId: $requestId';

export const GET = `query ArpeggioGet($id: ID!) {
  context(id: $id) { ${PLACE} context }
}`;

export const GET_AT = `query ArpeggioGetAt($id: ID!, $version: Version!) {
  context: contextAt(id: $id, version: $version) { ${PLACE} context }
}`;

export const HISTORY = `query ArpeggioHistory($id: ID!, $first: Int!, $before: Cursor) {
  history(id: $id, first: $first, before: $before) { nodes ${DELTA} pageInfo { hasNextPage endCursor } }
}`;

export const DIFF = `query ArpeggioDiff($id: ID!, $from: Version!, $to: Version!) {
  diff(id: $id, from: $from, to: $to) ${DELTA}
}`;

export const BLAME = `query ArpeggioBlame($id: ID!, $path: [String!]!) {
  blame(id: $id, path: $path) { ${PLACE} action insertedAt }
}`;

export const REVERT = `mutation ArpeggioRevert($id: ID!, $toVersion: Version!, ${EXPECTED}) {
  written: revertContext(id: $id, toVersion: $toVersion, ${AS_EXPECTED}) ${CHANGED}
}`;

export const POSITION = `query ArpeggioPosition($id: ID!) {
  context(id: $id) { version }
}`;

export const SYNC = `query ArpeggioSync($id: ID!, $version: Version, $cursor: Cursor) {
  sync(id: $id, version: $version, cursor: $cursor) {${EVENT}
  }
}`;

export const WATCH = `subscription ArpeggioWatch($id: ID!, $version: Version, $cursor: Cursor) {
  contextChanged(id: $id, version: $version, cursor: $cursor) {${EVENT}
    ... on ContextDeleted { reason }
  }
}`;

export const SET = `mutation ArpeggioSet($id: ID!, $context: JSONObject!, ${EXPECTED}) {
  written: setContext(id: $id, context: $context, ${AS_EXPECTED}) ${CHANGED}
}`;

export const UPDATE = `mutation ArpeggioUpdate($id: ID!, $changes: JSONObject!, $remove: [[String!]!], ${EXPECTED}) {
  written: updateContext(id: $id, changes: $changes, remove: $remove, ${AS_EXPECTED}) ${CHANGED}
}`;

export const DELETE = `mutation ArpeggioDelete($id: ID!, ${EXPECTED}) {
  deleted: deleteContext(id: $id, ${AS_EXPECTED}) { ${PLACE} reason }
}`;

export const EXPORT = `mutation ArpeggioExport($id: ID!) {
  exported: exportContext(id: $id) { version exportedAt }
}`;

export const RESTORE = `mutation ArpeggioRestore($id: ID!, $force: Boolean, $requestId: ID) {
  restored: restoreContext(id: $id, force: $force, requestId: $requestId) { ${PLACE} }
}`;
