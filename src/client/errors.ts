import type { GraphQLFormattedError } from 'graphql';
import type { Applied, Details } from '../errors.ts';

/**
 * Why an operation of the client failed: a code of the server's (README, "Errors"), or one of the client's own.
 *
 * - `CONNECTION_LOST`: the connection ended before the answer came
 * - `CONNECTION_REFUSED`: the server does not take connections of this client: wrong protocol, or not allowed
 * - `QUEUE_FULL`: more writes wait than `maxPendingWrites`
 * - `WRITE_EXPIRED`: a write has waited for longer than the server remembers request ids
 * - `WRITE_FAILED`: the function given to `update` threw; its error is the cause
 * - `CLIENT_CLOSED`: `close` was called
 */
export class ArpeggioClientError extends Error {
  override readonly name = 'ArpeggioClientError';
  readonly code: string;
  /** What became of a write; undefined on everything else. */
  readonly applied: Applied | undefined;
  /** The other extensions of the server's error, such as a conflict's `currentVersion`. */
  readonly details: Details;

  constructor(code: string, message: string, options: ClientErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.applied = options.applied;
    this.details = options.details ?? {};
  }
}

interface ClientErrorOptions {
  readonly applied?: Applied | undefined;
  readonly details?: Details;
  readonly cause?: unknown;
}

/** The first of the errors that an operation was answered with. */
export function errorOf(errors: readonly GraphQLFormattedError[]): ArpeggioClientError {
  const [{ message, extensions = {} } = { message: 'The answer has neither data nor errors.' }] = errors;
  const { code = 'INTERNAL_SERVER_ERROR', applied, ...details } = extensions;
  return new ArpeggioClientError(String(code), message, { applied: applied as Applied | undefined, details });
}
