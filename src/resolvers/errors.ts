import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { type Applied, ArpeggioError, VersionConflictError } from '../errors.ts';
import { isObject } from '../json.ts';

/**
 * The one place where errors take their GraphQL form, whatever the transport.
 *
 * - One of ours: its message, code and details. Where something behind us failed, `onUnexpected` hears of it too.
 * - One that GraphQL raised about the request itself: its message, and a code.
 * - Anything else: masked, and handed to `onUnexpected`.
 */
export function toGraphQLError(error: unknown, onUnexpected: (error: unknown) => void): GraphQLError {
  const origin = originOf(error);
  const located = error instanceof GraphQLError ? error : undefined;
  if (origin instanceof ArpeggioError) {
    if (isOurs(origin)) onUnexpected(origin);
    return relocate(located, origin.message, {
      ...detailsOf(origin),
      ...(origin.write !== undefined && { write: origin.write }),
      code: origin.code,
      ...appliedOf(origin, located),
    });
  }
  if (origin instanceof GraphQLError) {
    return relocate(located, origin.message, { code: codeOf(origin.extensions), ...appliedOf({}, located) });
  }
  onUnexpected(origin);
  return relocate(located, 'Unexpected error.', { code: 'INTERNAL_SERVER_ERROR' });
}

/** Whether somebody who runs the server should know: a fault of ours, or of an archive. */
function isOurs({ code, cause }: ArpeggioError): boolean {
  return (
    code === 'INTERNAL_SERVER_ERROR' || (cause !== undefined && (code === 'EXPORT_FAILED' || code === 'RESTORE_FAILED'))
  );
}

/** What was thrown first, inside the errors that were put round it. */
export function originOf(error: unknown): unknown {
  let origin = error;
  while (origin instanceof GraphQLError && origin.originalError) origin = origin.originalError;
  return origin;
}

/** A conflict's changes are spelled as the type `Change` spells them. */
function detailsOf(error: ArpeggioError): GraphQLErrorExtensions {
  if (!(error instanceof VersionConflictError) || error.changes === null) return error.details;
  const changes = error.changes.map((change) => ({ ...change, action: String(change['action']).toUpperCase() }));
  return { ...error.details, changes };
}

/** What became of a write: as the error itself knows, else as whoever knew that nothing ran has put round it. */
function appliedOf(
  error: { readonly applied?: Applied | undefined },
  located: GraphQLError | undefined,
): GraphQLErrorExtensions {
  const applied = error.applied ?? located?.extensions['applied'];
  return applied === undefined ? {} : { applied };
}

/** Codes of the libraries, in our words. Without one it is a variable or an argument that does not fit. */
function codeOf({ code }: GraphQLErrorExtensions): unknown {
  if (code === undefined || code === 'BAD_REQUEST' || code === 'OPERATION_RESOLUTION_FAILURE') return 'BAD_USER_INPUT';
  return code === 'REQUEST_ENTITY_TOO_LARGE' ? 'LIMIT_EXCEEDED' : code;
}

/** What Yoga attached for HTTP goes along; Yoga takes it out again before it answers. */
function relocate(
  located: GraphQLError | undefined,
  message: string,
  extensions: GraphQLErrorExtensions,
): GraphQLError {
  if (!located) return new GraphQLError(message, { extensions });
  const http = httpOf(located);
  return rewritten(located, { message, extensions: http ? { ...extensions, http } : extensions });
}

/** The same error, at the same place, with other extensions and, where one is given, another message. */
export function rewritten(
  error: GraphQLError,
  { message = error.message, extensions, originalError = null }: Rewriting,
): GraphQLError {
  const { nodes = null, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}

interface Rewriting {
  readonly message?: string;
  readonly extensions: GraphQLErrorExtensions;
  readonly originalError?: Error | null;
}

/** `spec` stands for 200 where application/json is accepted, as is right for what came of a document, but not without one. */
function httpOf({ extensions: { code, http } }: GraphQLError): unknown {
  return code === 'BAD_REQUEST' && isObject(http) ? { ...http, spec: false } : http;
}
