import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import type { LimitHits, Limits } from '../limits.ts';

/** A refusal by a limit, which reads as any other error. */
export class LimitedError extends GraphQLError {
  readonly limit: keyof Limits;

  constructor(limit: keyof Limits, message: string, extensions: GraphQLErrorExtensions = {}) {
    super(message, { extensions: { code: 'LIMIT_EXCEEDED', ...extensions } });
    this.limit = limit;
  }
}

/** Counts an error where it is a limit that refuses. */
export function countLimit(hits: LimitHits, error: unknown): void {
  if (!(error instanceof Error) || !('limit' in error)) return;
  const limit = error.limit as keyof Limits;
  if (Object.hasOwn(hits, limit)) hits[limit] += 1;
}
