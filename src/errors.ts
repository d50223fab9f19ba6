import type { Limits } from './limits.ts';

/** Every code a caller may meet. Codes are API; messages may change. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'CONTEXT_NOT_FOUND'
  | 'VERSION_CONFLICT'
  | 'VERSION_NOT_RETAINED'
  | 'PATCH_FAILED'
  | 'SCHEMA_VIOLATION'
  | 'CONTEXT_TOO_LARGE'
  | 'LIMIT_EXCEEDED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | ArchiveErrorCode
  | 'STORE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

export type ArchiveErrorCode = 'EXPORT_NOT_CONFIGURED' | 'EXPORT_FAILED' | 'RESTORE_NOT_CONFIGURED' | 'RESTORE_FAILED';

/** Plain data for programs, in JSON's types. */
export type Details = { readonly [name: string]: unknown };

/**
 * What became of a write that failed: `NO` — nothing was stored; `UNKNOWN` — the store may have taken it (repeat it with the
 * same request id to find out); `YES` — an earlier attempt with this request id was stored, but its context has gone since.
 */
export type Applied = 'NO' | 'UNKNOWN' | 'YES';

export interface ErrorOptions {
  readonly applied?: Applied;
  readonly cause?: unknown;
  /** The limit that refuses, where one does; for whoever counts, not for callers. */
  readonly limit?: keyof Limits;
}

/** The one base class: whatever Arpeggio throws on purpose is one of these, and says nothing that its caller may not read. */
export class ArpeggioError extends Error {
  readonly code: ErrorCode;
  /** Set on every failed write, where that ends; absent on reads. */
  applied: Applied | undefined;
  /** What a program needs in order to go on from here, such as a conflict's current version. */
  readonly details: Details;
  readonly limit: keyof Limits | undefined;
  /** Which of several writes that are one it is about, from 0 on. */
  write: number | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { readonly details?: Details } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.applied = options.applied;
    this.details = options.details ?? {};
    this.limit = options.limit;
  }
}

/** An argument that no context could accept: a malformed id, a number JSON cannot carry, a cursor that is none. */
export class InputError extends ArpeggioError {
  constructor(message: string, options?: ErrorOptions & { readonly details?: Details }) {
    super('BAD_USER_INPUT', message, options);
  }
}

export class ContextNotFoundError extends ArpeggioError {
  readonly contextId: string;

  constructor(contextId: string, options: ErrorOptions & { readonly message?: string } = {}) {
    super('CONTEXT_NOT_FOUND', options.message ?? 'There is no such context.', { ...options, details: { contextId } });
    this.contextId = contextId;
  }
}

/** A conditional write met another version than it expected; nothing was written. */
export class VersionConflictError extends ArpeggioError {
  /** 0 where there is no such context. */
  readonly currentVersion: number;
  /** Null where there is no trace of such a context. */
  readonly currentCursor: string | null;
  /** From the expected position to the current one; null where that cannot be proven. */
  readonly changes: readonly Details[] | null;
  /** What the changes render. */
  readonly delta: object | null;

  constructor(
    conflict: Pick<VersionConflictError, 'currentVersion' | 'currentCursor' | 'changes'>,
    delta: object | null = null,
  ) {
    super('VERSION_CONFLICT', `The context is at version ${conflict.currentVersion}.`, {
      applied: 'NO',
      details: { ...conflict },
    });
    this.currentVersion = conflict.currentVersion;
    this.currentCursor = conflict.currentCursor;
    this.changes = conflict.changes;
    this.delta = delta;
  }
}

/** An operation of a patch can't be done on the context as it stands, or its test does not hold; nothing was written. */
export class PatchFailedError extends ArpeggioError {
  /** Which operation, from 0 on. */
  readonly index: number;

  constructor(index: number, op: string) {
    const why = op === 'test' ? 'does not hold' : 'can not be done';
    super('PATCH_FAILED', `Operation ${index} of the patch, ${op}, ${why}.`, { applied: 'NO', details: { index } });
    this.index = index;
  }
}

/** A context would break the schema that the server has for it; nothing was written. */
export class SchemaViolationError extends ArpeggioError {
  /** The keys that lead to what breaks it. */
  readonly path: readonly string[];
  /** The keyword of JSON Schema that it breaks. */
  readonly rule: string;

  constructor(path: readonly string[], rule: string, message: string) {
    super('SCHEMA_VIOLATION', `The context breaks its schema: ${message}.`, { applied: 'NO', details: { path, rule } });
    this.path = path;
    this.rule = rule;
  }
}

/** A version of which the window holds nothing any more, or nothing yet. */
export class VersionNotRetainedError extends ArpeggioError {
  /** From this version on all are retained, up to `currentVersion`. */
  readonly oldestVersion: number;
  readonly currentVersion: number;

  constructor(retained: Pick<VersionNotRetainedError, 'oldestVersion' | 'currentVersion'>, options?: ErrorOptions) {
    const { oldestVersion, currentVersion } = retained;
    super('VERSION_NOT_RETAINED', `Versions ${oldestVersion} to ${currentVersion} are retained.`, {
      ...options,
      details: { oldestVersion, currentVersion },
    });
    this.oldestVersion = oldestVersion;
    this.currentVersion = currentVersion;
  }
}

/** A context would outgrow what the server keeps: its bytes, its values or its depth. */
export class ContextTooLargeError extends ArpeggioError {
  constructor(message: string, options?: ErrorOptions) {
    super('CONTEXT_TOO_LARGE', message, options);
  }
}

/** A limit on requests, not on contexts, such as the size of a body. */
export class LimitExceededError extends ArpeggioError {
  constructor(message: string, options?: ErrorOptions) {
    super('LIMIT_EXCEEDED', message, options);
  }
}

/** Nobody knows who asks: there are no credentials, or they are nobody's any more. */
export class UnauthenticatedError extends ArpeggioError {
  constructor(options?: ErrorOptions) {
    super('UNAUTHENTICATED', 'Valid credentials are needed.', options);
  }
}

/** Whoever asks may not do that, whether or not there is such a context. */
export class ForbiddenError extends ArpeggioError {
  constructor(options?: ErrorOptions) {
    super('FORBIDDEN', 'This is not allowed.', options);
  }
}

/** An archive is not there, or failed; the store is as it was. */
export class ArchiveError extends ArpeggioError {
  constructor(code: ArchiveErrorCode, message: string, options: ErrorOptions = {}) {
    // An export that failed may have been kept all the same.
    super(code, message, { applied: code === 'EXPORT_FAILED' ? 'UNKNOWN' : 'NO', ...options });
  }
}

/** The store did not answer. A store that threw it from `commit` says by `applied` whether it may have written. */
export class StoreUnavailableError extends ArpeggioError {
  constructor(options: ErrorOptions = {}) {
    super('STORE_UNAVAILABLE', 'The store is not available.', options);
  }
}

/** The error that a write ends with, told what became of the write unless it knows already. */
export function withOutcome(error: unknown, applied: Applied): ArpeggioError {
  if (!(error instanceof ArpeggioError)) {
    return new ArpeggioError('INTERNAL_SERVER_ERROR', 'The write failed.', { applied, cause: error });
  }
  error.applied ??= applied;
  return error;
}

/** The same error, about one of several writes unless it says that it is about another. */
export function aboutWrite<E>(error: E, write: number | undefined): E {
  if (error instanceof ArpeggioError) error.write ??= write;
  return error;
}
