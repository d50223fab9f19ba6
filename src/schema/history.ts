import type { Blame } from '../context/blame.ts';
import type { HistoryPage } from '../context/history.ts';
import type { ContextDelta, FullContext } from '../context/model.ts';
import { builder } from './builder.ts';
import { PageInfoRef } from './connection.ts';
import { ChangeActionRef, DeltaRef } from './delta.ts';
import { VersionedRef } from './versioned.ts';

/** A type of its own: a client's cache that knows a context by its id must not take what it was for what it is. */
export const ContextVersionRef = builder.objectRef<FullContext>('ContextVersion').implement({
  description: 'A context as it was at one version. It replaces nothing that you hold.',
  interfaces: [VersionedRef],
  fields: (t) => ({
    context: t.field({ type: 'JSONObject', description: 'The state.', resolve: ({ context }) => context }),
    insertedAt: t.field({
      type: 'Timestamp',
      description: 'When the version was made.',
      resolve: ({ insertedAt }) => insertedAt,
    }),
  }),
});

const DeltaEdgeRef = builder.objectRef<ContextDelta>('DeltaEdge').implement({
  description: 'A delta at its place in a history.',
  fields: (t) => ({
    cursor: t.field({
      type: 'Cursor',
      description: "Give it as `before` to go on to what came before this delta. It is the delta's own cursor.",
      resolve: (delta) => delta.cursor,
    }),
    node: t.field({ type: DeltaRef, description: 'The delta.', resolve: (delta) => delta }),
  }),
});

export const DeltaConnectionRef = builder
  .objectRef<HistoryPage & { readonly isFirst: boolean }>('DeltaConnection')
  .implement({
    description: 'A page of the deltas that are retained, each from one version to the next, the newest first.',
    fields: (t) => ({
      edges: t.field({
        type: [DeltaEdgeRef],
        description: 'The deltas with their cursors.',
        resolve: ({ deltas }) => deltas,
      }),
      nodes: t.field({ type: [DeltaRef], description: 'The deltas alone.', resolve: ({ deltas }) => deltas }),
      pageInfo: t.field({
        type: PageInfoRef,
        description: 'Where this page stands. The next page is of older deltas.',
        resolve: ({ deltas, hasOlder, isFirst }) => ({
          hasNextPage: hasOlder,
          isFirst,
          startCursor: deltas[0]?.cursor ?? null,
          endCursor: deltas.at(-1)?.cursor ?? null,
        }),
      }),
    }),
  });

export const BlameRef = builder.objectRef<Blame>('Blame').implement({
  description: 'The version that last changed a path.',
  interfaces: [VersionedRef],
  fields: (t) => ({
    path: t.stringList({ description: 'The path.', resolve: ({ path }) => [...path] }),
    action: t.field({
      type: ChangeActionRef,
      description: 'What it did there; MODIFIED where it changed something inside.',
      resolve: ({ action }) => action,
    }),
    insertedAt: t.field({
      type: 'Timestamp',
      description: 'When that version was made.',
      resolve: ({ insertedAt }) => insertedAt,
    }),
  }),
});
