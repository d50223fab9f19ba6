import type { ContextChange, ContextDeleted, ContextEvent, NoChange, SyncResult } from '../context/model.ts';
import type { PartEvent } from '../context/part.ts';
import { builder } from './builder.ts';
import { DeltaRef } from './delta.ts';
import { ContextPartRef, FullContextRef } from './full-context.ts';
import { VersionedRef } from './versioned.ts';

const NoChangeRef = builder.objectRef<NoChange>('NoChange').implement({
  description: 'Your copy is current.',
  interfaces: [VersionedRef],
});

const ContextDeletedReasonRef = builder.enumType('ContextDeletedReason', {
  description: 'How a context ended.',
  values: {
    DELETED: { description: 'Somebody deleted it.' },
    EXPIRED: { description: 'Nobody had written to it for as long as the server keeps contexts.' },
    LOST: { description: 'The store lost it: no trace of its deletion is left.' },
  } as const,
});

export const ContextDeletedRef = builder.objectRef<ContextDeleted>('ContextDeleted').implement({
  description: "The end of a context's life, at its last version. Forget your copy.",
  interfaces: [VersionedRef],
  fields: (t) => ({
    reason: t.field({
      type: ContextDeletedReasonRef,
      description: 'How it ended.',
      resolve: (deleted) => deleted.reason,
    }),
    deletedAt: t.field({ type: 'Timestamp', description: 'When it ended.', resolve: (deleted) => deleted.deletedAt }),
  }),
});

const TYPE_NAMES = {
  full: 'FullContext',
  delta: 'Delta',
  noChange: 'NoChange',
  deleted: 'ContextDeleted',
  part: 'ContextPart',
} as const;

export const SyncResultRef = builder.unionType('SyncResult', {
  description: 'The least that brings your copy up to date.',
  types: [FullContextRef, DeltaRef, NoChangeRef],
  resolveType: (result: SyncResult) => TYPE_NAMES[result.kind],
});

export const ContextEventRef = builder.unionType('ContextEvent', {
  description: 'Something that happened to a context.',
  types: [FullContextRef, DeltaRef, ContextDeletedRef],
  resolveType: (event: ContextEvent) => TYPE_NAMES[event.kind],
});

export const ContextPartEventRef = builder.unionType('ContextPartEvent', {
  description: 'Something that happened to a context, told of one path.',
  types: [ContextPartRef, DeltaRef, ContextDeletedRef],
  resolveType: (event: PartEvent) => TYPE_NAMES[event.kind],
});

export const ContextChangeRef = builder.objectRef<ContextChange>('ContextChange').implement({
  description: 'What a write came to.',
  fields: (t) => ({
    context: t.field({
      type: FullContextRef,
      description: 'The context right after the write; for a request id that was used before, as it stands now.',
      resolve: (change) => change.context,
    }),
    delta: t.field({
      type: DeltaRef,
      nullable: true,
      description: 'What the write changed; null when it changed nothing.',
      resolve: (change) => change.delta,
    }),
  }),
});
