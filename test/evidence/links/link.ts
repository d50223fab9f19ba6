import type { GraphQLFormattedError } from 'graphql';
import type { Ending } from '../recording.ts';

export interface Result {
  readonly data?: { readonly [field: string]: unknown } | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

export interface Request {
  readonly query: string;
  readonly variables: { readonly [name: string]: unknown };
}

/** What a subscriber hears, as it comes off the wire, in the order in which it comes. */
export interface Sink {
  next(result: Result): void;
  /** The server's last word, that it has heard that the client has left, or that there is nobody any more to say so. */
  ended(why: Ending): void;
}

export interface Running {
  /** Resolves once nothing can be under way any more; what then still comes goes to the sink too. */
  leave(): Promise<void>;
}

/** The connection broke, or nobody answered in time: what became of the request is unknown. */
export class LostError extends Error {}

/**
 * A client of one server, as thin as can be: no library stands between the wire and the recording, to drop what comes late or to
 * try again by itself.
 */
export interface Link {
  readonly isLost: boolean;
  /** @throws LostError */
  run(request: Request): Promise<Result>;
  subscribe(request: Request, sink: Sink): Running;
  /** Reads nothing for a while, as a client does that is busy. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** How long anything may take to be answered, in milliseconds. Only a broken server ever takes this long. */
export const PATIENCE_MS = 20_000;
