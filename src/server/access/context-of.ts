import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Viewer } from '../../access/viewer.ts';
import { UnauthenticatedError } from '../../errors.ts';
import type { ResolverContext } from '../../schema/builder.ts';
import type { AccessControl, ViewedContext } from './access-control.ts';
import { credentialsOfHeaders, credentialsOfRequest } from './credentials.ts';

/** What is known of an operation before it runs, whichever way it came. */
export interface Incoming {
  readonly req?: IncomingMessage;
  readonly request?: Request | undefined;
  /** Of a connection that has said who it is. */
  readonly viewer?: Viewer | undefined;
}

type ContextOf = (incoming: Incoming) => ViewedContext | Promise<ViewedContext>;

/** The one place where it is decided what the resolvers of an operation see. */
export function contextOf(all: ResolverContext, access: AccessControl | undefined): ContextOf {
  if (!access) return () => all;
  return async ({ req, request, viewer }) => {
    try {
      if (viewer) return access.contextFor(viewer, all);
      const credentials = request ? credentialsOfRequest(request) : credentialsOfHeaders(req?.headers ?? {});
      return access.contextFor(await access.viewerOf(credentials), all);
    } catch (error) {
      throw error instanceof UnauthenticatedError ? withStatus(error) : error;
    }
  };
}

function withStatus(error: UnauthenticatedError): GraphQLError {
  const http = { status: 401, headers: { 'www-authenticate': 'Bearer' } };
  return new GraphQLError(error.message, { originalError: error, extensions: { http } });
}
