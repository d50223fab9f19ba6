import type { ContextWrite } from '../context/joint-writes.ts';
import type { Given } from '../context/start.ts';
import type { WriteOptions } from '../context/writes.ts';
import { InputError } from '../errors.ts';
import type { ContextWriteRef } from '../schema/writes.ts';

/** In GraphQL an argument may be null or missing; in the domain it is missing. */
type Nullable<T> = T | null | undefined;

export function given(args: { readonly version?: Nullable<number>; readonly cursor?: Nullable<string> }): Given {
  return { version: args.version ?? undefined, cursor: args.cursor ?? undefined };
}

interface Conditions {
  readonly expectedVersion?: Nullable<number>;
  readonly expectedCursor?: Nullable<string>;
}

export function writeOptions(args: Conditions & { readonly requestId?: Nullable<string> }): WriteOptions {
  return { ...conditionsOf(args), requestId: args.requestId ?? undefined };
}

function conditionsOf({ expectedVersion, expectedCursor }: Conditions): Pick<WriteOptions, keyof Conditions> {
  return { expectedVersion: expectedVersion ?? undefined, expectedCursor: expectedCursor ?? undefined };
}

/** Of which exactly one is there. */
export function contextWrite({ set, update, patch, delete: ended }: typeof ContextWriteRef.$inferInput): ContextWrite {
  if (set) return { verb: 'set', id: set.id, context: set.context, ...conditionsOf(set) };
  if (patch) return { verb: 'patch', id: patch.id, patch: patch.patch, ...conditionsOf(patch) };
  if (ended) return { verb: 'delete', id: ended.id, ...conditionsOf(ended) };
  if (!update) throw new InputError('A write is one of set, update, patch and delete.');
  const { id, changes, remove } = update;
  return { verb: 'update', id, changes, remove: remove ?? undefined, ...conditionsOf(update) };
}

/** The id in a page's cursor. @throws InputError for what is no such cursor */
export function afterId(after: string): string {
  const id = Buffer.from(after, 'base64url').toString('utf8');
  if (Buffer.from(id, 'utf8').toString('base64url') !== after)
    throw new InputError('after is not a cursor of a listing.');
  return id;
}
