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
    "\n  query Room($id: ID!) {\n    context(id: $id) {\n      contextId\n      life\n      version\n      cursor\n      context\n    }\n  }\n": typeof types.RoomDocument,
    "\n  subscription RoomChanged($id: ID!, $version: Version, $cursor: Cursor) {\n    contextChanged(id: $id, version: $version, cursor: $cursor) {\n      ... on Versioned {\n        contextId\n        life\n        version\n        cursor\n      }\n      ... on FullContext {\n        context\n      }\n      ... on Delta {\n        fromVersion\n        changes {\n          path\n          action\n          value\n        }\n      }\n    }\n  }\n": typeof types.RoomChangedDocument,
    "\n  mutation EnterRoom($id: ID!, $changes: JSONObject!) {\n    updateContext(id: $id, changes: $changes) {\n      context {\n        contextId\n        life\n        version\n        cursor\n        context\n      }\n    }\n  }\n": typeof types.EnterRoomDocument,
};
const documents: Documents = {
    "\n  query Room($id: ID!) {\n    context(id: $id) {\n      contextId\n      life\n      version\n      cursor\n      context\n    }\n  }\n": types.RoomDocument,
    "\n  subscription RoomChanged($id: ID!, $version: Version, $cursor: Cursor) {\n    contextChanged(id: $id, version: $version, cursor: $cursor) {\n      ... on Versioned {\n        contextId\n        life\n        version\n        cursor\n      }\n      ... on FullContext {\n        context\n      }\n      ... on Delta {\n        fromVersion\n        changes {\n          path\n          action\n          value\n        }\n      }\n    }\n  }\n": types.RoomChangedDocument,
    "\n  mutation EnterRoom($id: ID!, $changes: JSONObject!) {\n    updateContext(id: $id, changes: $changes) {\n      context {\n        contextId\n        life\n        version\n        cursor\n        context\n      }\n    }\n  }\n": types.EnterRoomDocument,
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
export function graphql(source: "\n  query Room($id: ID!) {\n    context(id: $id) {\n      contextId\n      life\n      version\n      cursor\n      context\n    }\n  }\n"): (typeof documents)["\n  query Room($id: ID!) {\n    context(id: $id) {\n      contextId\n      life\n      version\n      cursor\n      context\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription RoomChanged($id: ID!, $version: Version, $cursor: Cursor) {\n    contextChanged(id: $id, version: $version, cursor: $cursor) {\n      ... on Versioned {\n        contextId\n        life\n        version\n        cursor\n      }\n      ... on FullContext {\n        context\n      }\n      ... on Delta {\n        fromVersion\n        changes {\n          path\n          action\n          value\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  subscription RoomChanged($id: ID!, $version: Version, $cursor: Cursor) {\n    contextChanged(id: $id, version: $version, cursor: $cursor) {\n      ... on Versioned {\n        contextId\n        life\n        version\n        cursor\n      }\n      ... on FullContext {\n        context\n      }\n      ... on Delta {\n        fromVersion\n        changes {\n          path\n          action\n          value\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EnterRoom($id: ID!, $changes: JSONObject!) {\n    updateContext(id: $id, changes: $changes) {\n      context {\n        contextId\n        life\n        version\n        cursor\n        context\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation EnterRoom($id: ID!, $changes: JSONObject!) {\n    updateContext(id: $id, changes: $changes) {\n      context {\n        contextId\n        life\n        version\n        cursor\n        context\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;