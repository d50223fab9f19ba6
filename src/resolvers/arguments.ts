import type { Given } from '../context/start.ts';
import type { WriteOptions } from '../context/writes.ts';
import { InputError } from '../errors.ts';

/** In GraphQL an argument may be null or missing; in the domain it is missing. */
type Nullable<T> = T | null | undefined;

export function given(args: { readonly version?: Nullable<number>; readonly cursor?: Nullable<string> }): Given {
  return { version: args.version ?? undefined, cursor: args.cursor ?? undefined };
}

export function writeOptions(args: {
  readonly expectedVersion?: Nullable<number>;
  readonly expectedCursor?: Nullable<string>;
  readonly requestId?: Nullable<string>;
}): WriteOptions {
  return {
    expectedVersion: args.expectedVersion ?? undefined,
    expectedCursor: args.expectedCursor ?? undefined,
    requestId: args.requestId ?? undefined,
  };
}

/** The id in a page's cursor. @throws InputError for what is no such cursor */
export function afterId(after: string): string {
  const id = Buffer.from(after, 'base64url').toString('utf8');
  if (Buffer.from(id, 'utf8').toString('base64url') !== after)
    throw new InputError('after is not a cursor of a listing.');
  return id;
}
