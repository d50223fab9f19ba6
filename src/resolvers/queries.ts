import { builder } from '../schema/builder.ts';
import { ContextConnectionRef } from '../schema/connection.ts';
import { FullContextRef } from '../schema/full-context.ts';
import { ContextPositionRef } from '../schema/many.ts';
import { SyncResultRef } from '../schema/outcomes.ts';
import { afterId, given } from './arguments.ts';

/** How many contexts each operation has synced by syncMany, by the context that all its fields share. */
const synced = new WeakMap<object, number>();

builder.queryField('context', (t) =>
  t.field({
    type: FullContextRef,
    nullable: true,
    description: 'A context as it stands; null where there is no such context.',
    args: { id: t.arg.id({ required: true, description: "The context's id." }) },
    resolve: (_, { id }, { manager }) => manager.get(id),
  }),
);

builder.queryField('sync', (t) =>
  t.field({
    type: SyncResultRef,
    description:
      'The least that brings a copy at the given position up to date. Without a position, the whole context.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      version: t.arg({
        type: 'Version',
        description: 'The version of your copy. It can not name a life: prefer the cursor.',
      }),
      cursor: t.arg({ type: 'Cursor', description: 'The cursor of your copy.' }),
    },
    resolve: (_, { id, ...position }, { manager }) => manager.sync(id, given(position)),
  }),
);

builder.queryField('syncMany', (t) =>
  t.field({
    type: t.listRef(SyncResultRef, { nullable: true }),
    description: 'The same as sync for many contexts, in their order; null where there is no such context.',
    args: {
      positions: t.arg({
        type: [ContextPositionRef],
        required: true,
        description: 'Where your copies stand, at most 100.',
      }),
    },
    resolve(_, { positions }, context) {
      // By one operation no more are synced, however often it asks.
      const already = synced.get(context) ?? 0;
      synced.set(context, already + positions.length);
      const all = positions.map(({ id, ...position }) => ({ id, ...given(position) }));
      return context.manager.syncMany(all, already);
    },
  }),
);

builder.queryField('contexts', (t) =>
  t.field({
    type: ContextConnectionRef,
    description: 'The contexts whose ids start with `prefix`, ordered by the code points of their ids.',
    args: {
      prefix: t.arg.string({ description: 'How their ids start; any, without it.' }),
      first: t.arg.int({ defaultValue: 50, description: 'How many at most, up to 1000.' }),
      after: t.arg.string({ description: "An edge's cursor: only what comes behind it." }),
    },
    resolve: async (_, { prefix, first, after }, { manager }) => {
      const page = await manager.list({
        prefix: prefix ?? '',
        first: first ?? 50,
        ...(after ? { after: afterId(after) } : {}),
      });
      return { ...page, isFirst: !after };
    },
  }),
);
