import type { IncomingMessage } from 'node:http';
import { GraphQLError, getOperationAST, parse } from 'graphql';
import type { KnownViewer } from '../../access/viewer.ts';
import { type ArpeggioError, LimitExceededError, UnauthenticatedError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import type { ResolverContext } from '../../schema/builder.ts';
import type { AccessControl, ViewedContext } from './access-control.ts';
import type { CredentialReader } from './credentials.ts';

/** What is known of an operation before it runs, whichever way it came. */
export interface Incoming {
  readonly req?: IncomingMessage;
  readonly request?: Request | undefined;
  /** Of a connection that has said who it is. */
  readonly viewer?: KnownViewer | undefined;
  /** What was asked; parsed and found valid, by then. */
  readonly params?: unknown;
}

/** Those who ask, and what they may. */
export interface Access {
  readonly control: AccessControl;
  readonly reader: CredentialReader;
}

type ContextOf = (incoming: Incoming) => ViewedContext | Promise<ViewedContext>;

/** The one place where it is decided what the resolvers of an operation see. */
export function contextOf(all: ResolverContext, access: Access | undefined): ContextOf {
  if (!access) return () => all;
  const { control, reader } = access;
  return async ({ req, request, viewer: known, params }) => {
    try {
      const credentials = (): Parameters<AccessControl['viewerOf']>[0] =>
        request ? reader.ofRequest(request) : reader.ofHeaders(req?.headers ?? {});
      const viewer = known ?? (await control.viewerOf(credentials()));
      const waitMs = control.take(viewer, req);
      if (waitMs > 0) throw tooMany(waitMs, params);
      return control.contextFor(viewer, all);
    } catch (error) {
      throw error instanceof UnauthenticatedError ? unauthenticated(params) : error;
    }
  };
}

function unauthenticated(params: unknown): GraphQLError {
  return refusal(new UnauthenticatedError(outcomeOf(params)), 401, { 'www-authenticate': 'Bearer' });
}

function tooMany(waitMs: number, params: unknown): GraphQLError {
  const error = new LimitExceededError('Too many operations: try again later.', {
    ...outcomeOf(params),
    limit: 'viewerOperationsPerSecond',
  });
  return refusal(error, 429, { 'retry-after': String(Math.ceil(waitMs / 1000)) });
}

function refusal(error: ArpeggioError, status: number, headers: { readonly [name: string]: string }): GraphQLError {
  return new GraphQLError(error.message, { originalError: error, extensions: { http: { status, headers } } });
}

function outcomeOf(params: unknown): { readonly applied?: 'NO' } {
  return isMutation(params) ? { applied: 'NO' } : {};
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
