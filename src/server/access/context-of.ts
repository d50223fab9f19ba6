import type { IncomingMessage } from 'node:http';
import { GraphQLError, getOperationAST, parse } from 'graphql';
import type { Viewer } from '../../access/viewer.ts';
import { UnauthenticatedError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import type { ResolverContext } from '../../schema/builder.ts';
import type { AccessControl, ViewedContext } from './access-control.ts';
import { credentialsOfHeaders, credentialsOfRequest } from './credentials.ts';

/** What is known of an operation before it runs, whichever way it came. */
export interface Incoming {
  readonly req?: IncomingMessage;
  readonly request?: Request | undefined;
  /** Of a connection that has said who it is. */
  readonly viewer?: Viewer | undefined;
  /** What was asked; parsed and found valid, by then. */
  readonly params?: unknown;
}

type ContextOf = (incoming: Incoming) => ViewedContext | Promise<ViewedContext>;

/** The one place where it is decided what the resolvers of an operation see. */
export function contextOf(all: ResolverContext, access: AccessControl | undefined): ContextOf {
  if (!access) return () => all;
  return async ({ req, request, viewer, params }) => {
    try {
      if (viewer) return access.contextFor(viewer, all);
      const credentials = request ? credentialsOfRequest(request) : credentialsOfHeaders(req?.headers ?? {});
      return access.contextFor(await access.viewerOf(credentials), all);
    } catch (error) {
      throw error instanceof UnauthenticatedError ? refusalOf(params) : error;
    }
  };
}

function refusalOf(params: unknown): GraphQLError {
  const error = new UnauthenticatedError(isMutation(params) ? { applied: 'NO' } : {});
  const http = { status: 401, headers: { 'www-authenticate': 'Bearer' } };
  return new GraphQLError(error.message, { originalError: error, extensions: { http } });
}

function isMutation(params: unknown): boolean {
  if (!isObject(params) || typeof params['query'] !== 'string') return false;
  const { query, operationName } = params;
  try {
    const name = typeof operationName === 'string' ? operationName : null;
    return getOperationAST(parse(query, { noLocation: true }), name)?.operation === 'mutation';
  } catch {
    return false;
  }
}
