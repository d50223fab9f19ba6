import { applyChanges, type Change } from '../delta/changes.ts';
import type { Path } from '../delta/deep-update.ts';
import type { PatchStep } from '../delta/element-patch.ts';
import { ArpeggioError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { applyPatch } from './apply-patch.ts';
import { share } from './share.ts';

/** A local copy of one context: at an exact position, or known to be gone, or not there yet. */
export type Replica =
  | { readonly status: 'empty' }
  | (Positioned & { readonly status: 'live'; readonly context: JsonObject })
  | (Positioned & { readonly status: 'deleted' });

export interface Positioned {
  readonly life: string;
  readonly version: number;
  /** Give it to `sync` or `contextChanged` to go on from here. */
  readonly cursor: string;
}

/** What `sync` and `contextChanged` answer, with these fields selected. */
export type ReplicaEvent =
  | (Positioned & { readonly __typename: 'FullContext' | 'ContextPart'; readonly context: JsonObject })
  | (Positioned & {
      readonly __typename: 'Delta';
      readonly fromVersion: number;
      /** Either of the two will do; of lists that grow, the patch is the smaller. */
      readonly changes?: readonly WireChange[];
      readonly patch?: readonly PatchStep[];
    })
  | (Positioned & { readonly __typename: 'NoChange' })
  | (Positioned & { readonly __typename: 'ContextDeleted' });

/** A `Change` as GraphQL carries it. */
export interface WireChange {
  readonly path: Path;
  readonly action: 'ADDED' | 'MODIFIED' | 'REMOVED';
  readonly value?: Json;
  readonly oldValue?: Json;
}

/** An event does not start where the replica is. Sync with the replica's cursor, and go on from what that answers. */
export class ReplicaMismatchError extends ArpeggioError {
  constructor() {
    super('VERSION_CONFLICT', 'The event does not start from this copy.');
  }
}

export const emptyReplica: Replica = Object.freeze({ status: 'empty' });

/**
 * What an event makes of a replica. Pure; the context is frozen, and what did not change in it keeps its identity.
 *
 * @throws ReplicaMismatchError for a delta, or a "no change", that does not start exactly from the replica
 */
export function follow(replica: Replica, event: ReplicaEvent): Replica {
  const { life, version, cursor } = event;
  const before = replica.status === 'live' ? replica.context : undefined;
  const live = (context: JsonObject): Replica =>
    Object.freeze({ status: 'live', life, version, cursor, context: share(before, context) });
  switch (event.__typename) {
    case 'FullContext':
    case 'ContextPart':
      return live(event.context);
    case 'ContextDeleted':
      return Object.freeze({ status: 'deleted', life, version, cursor });
    case 'NoChange':
      if (replica.status !== 'live' || replica.life !== life || replica.version !== version)
        throw new ReplicaMismatchError();
      return replica;
    case 'Delta':
      if (replica.status !== 'live' || replica.life !== life || replica.version !== event.fromVersion)
        throw new ReplicaMismatchError();
      return live(made(event, replica.context));
  }
}

function made(
  { patch, changes }: Extract<ReplicaEvent, { readonly __typename: 'Delta' }>,
  before: JsonObject,
): JsonObject {
  if (patch) return applyPatch(patch, before);
  if (changes) return applyChanges(changes.map(changeOf), before);
  throw new TypeError('A delta is followed by its patch or its changes: select one of them.');
}

function changeOf({ path, action, value = null, oldValue = null }: WireChange): Change {
  switch (action) {
    case 'ADDED':
      return { path, action: 'added', value };
    case 'MODIFIED':
      return { path, action: 'modified', value, oldValue };
    case 'REMOVED':
      return { path, action: 'removed', oldValue };
  }
}
