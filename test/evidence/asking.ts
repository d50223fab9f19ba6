import { type Link, LostError, type Request, type Result } from './links/link.ts';
import type {
  Answer,
  Applied,
  DeletedTold,
  DeltaTold,
  EventTold,
  From,
  FullTold,
  NoChangeTold,
  Wish,
} from './recording.ts';

// Not marked as GraphQL: the code generator has no part in what is recorded here.
const FULL = '__typename ... on FullContext { contextId life version cursor context reason }';
const DELTA = '... on Delta { contextId life version cursor fromVersion changes { path action value oldValue } }';
const NO_CHANGE = '... on NoChange { contextId life version cursor }';
const DELETED = '__typename ... on ContextDeleted { contextId life version cursor }';
const CHANGE = `{ context { ${FULL} } delta { __typename ${DELTA} } }`;

const CONDITION = '$expectedVersion: Version, $expectedCursor: Cursor, $requestId: ID';
const CONDITIONS = 'expectedVersion: $expectedVersion, expectedCursor: $expectedCursor, requestId: $requestId';

const SET = `mutation ($id: ID!, $context: JSONObject!, ${CONDITION}) {
  answer: setContext(id: $id, context: $context, ${CONDITIONS}) ${CHANGE}
}`;
const UPDATE = `mutation ($id: ID!, $changes: JSONObject!, $remove: [[String!]!], ${CONDITION}) {
  answer: updateContext(id: $id, changes: $changes, remove: $remove, ${CONDITIONS}) ${CHANGE}
}`;
const DELETE = `mutation ($id: ID!, ${CONDITION}) { answer: deleteContext(id: $id, ${CONDITIONS}) { ${DELETED} } }`;
const READ = `query ($id: ID!) { answer: context(id: $id) { ${FULL} } }`;
const SYNC = `query ($id: ID!, $version: Version, $cursor: Cursor) {
  answer: sync(id: $id, version: $version, cursor: $cursor) { ${FULL} ${DELTA} ${NO_CHANGE} }
}`;
const WATCH = `subscription ($id: ID!, $version: Version, $cursor: Cursor) {
  answer: contextChanged(id: $id, version: $version, cursor: $cursor) { ${FULL} ${DELTA} ${DELETED} }
}`;

/** Makes one attempt, and takes whatever comes of it for an answer. */
export async function ask(link: Link, id: string, wish: Wish, requestId: string | undefined): Promise<Answer> {
  try {
    return answerOf(wish, await link.run(requestOf(id, wish, requestId)));
  } catch (error) {
    if (error instanceof LostError) return { kind: 'none' };
    throw error;
  }
}

export function watching(id: string, from: From): Request {
  return { query: WATCH, variables: { id, ...startOf(from) } };
}

/** Null for a result without an event: an error. */
export function eventOf({ data }: Result): EventTold | null {
  return (data?.['answer'] as EventTold | undefined) ?? null;
}

function requestOf(id: string, wish: Wish, requestId: string | undefined): Request {
  switch (wish.verb) {
    case 'read':
      return { query: READ, variables: { id } };
    case 'sync':
      return { query: SYNC, variables: { id, ...startOf(wish.from) } };
    default: {
      const { verb, ...variables } = wish;
      const query = verb === 'set' ? SET : verb === 'update' ? UPDATE : DELETE;
      return { query, variables: { id, ...variables, requestId } };
    }
  }
}

function startOf(from: From): { readonly version?: number; readonly cursor?: string } {
  switch (from.kind) {
    case 'now':
      return {};
    case 'nothing':
      return { version: 0 };
    case 'version':
      return { version: from.version };
    case 'cursor':
      return { cursor: from.cursor };
  }
}

type Change = { readonly context: FullTold; readonly delta: DeltaTold | null };

function answerOf(wish: Wish, { data, errors }: Result): Answer {
  const [error] = errors ?? [];
  if (error) return failureOf(error.extensions ?? {});
  const answer = data?.['answer'];
  switch (wish.verb) {
    case 'read':
      return { kind: 'read', context: answer as FullTold | null };
    case 'sync':
      return { kind: 'synced', result: answer as FullTold | DeltaTold | NoChangeTold };
    case 'delete':
      return { kind: 'deleted', deleted: answer as DeletedTold };
    default:
      return { kind: 'changed', ...(answer as Change) };
  }
}

type Conflict = Extract<Answer, { kind: 'conflict' }>;

function failureOf({ code, applied = null, ...details }: { readonly [name: string]: unknown }): Answer {
  const became = applied as Applied;
  switch (code) {
    case 'CONTEXT_NOT_FOUND':
      return { kind: 'missing', applied: became };
    case 'VERSION_CONFLICT': {
      const { currentVersion, currentCursor, changes } = details as Pick<
        Conflict,
        'currentVersion' | 'currentCursor' | 'changes'
      >;
      return { kind: 'conflict', applied: became, currentVersion, currentCursor, changes };
    }
    default:
      return { kind: 'failed', code: String(code), applied: became };
  }
}
