import { builder } from '../schema/builder.ts';
import { DeltaRef } from '../schema/delta.ts';
import { BlameRef, ContextVersionRef, DeltaConnectionRef } from '../schema/history.ts';

builder.queryField('contextAt', (t) =>
  t.field({
    type: ContextVersionRef,
    nullable: true,
    description: 'A context as it was at a version; null where there is no such context.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      version: t.arg({
        type: 'Version',
        required: true,
        description: 'The version. One whose delta is no longer retained is VERSION_NOT_RETAINED.',
      }),
    },
    resolve: (_, { id, version }, { manager }) => manager.get(id, version),
  }),
);

builder.queryField('history', (t) =>
  t.field({
    type: DeltaConnectionRef,
    description: 'What made a context what it is: its retained deltas, the newest first.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      first: t.arg.int({
        defaultValue: 50,
        description:
          'How many at most, up to 1000. A page also ends where its deltas come to 1 MiB; `hasNextPage` says whether there are more.',
      }),
      before: t.arg({ type: 'Cursor', description: "An edge's cursor: only what came before it." }),
    },
    resolve: async (_, { id, first, before }, { manager }) => {
      const page = await manager.history(id, { first: first ?? 50, before: before ?? undefined });
      return { ...page, isFirst: !before };
    },
  }),
);

builder.queryField('diff', (t) =>
  t.field({
    type: DeltaRef,
    description: 'What turns one retained version of a context into another, which may be the earlier.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      from: t.arg({ type: 'Version', required: true, description: 'The version it starts from.' }),
      to: t.arg({ type: 'Version', required: true, description: 'The version it leads to.' }),
    },
    resolve: (_, { id, from, to }, { manager }) => manager.diff(id, from, to),
  }),
);

builder.queryField('blame', (t) =>
  t.field({
    type: BlameRef,
    nullable: true,
    description: 'The version that last changed what is at a path, or inside it; null where no retained one did.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      path: t.arg.stringList({
        required: true,
        description: "The keys that lead to the value; an array's are its indexes. Empty: the whole context.",
      }),
    },
    resolve: (_, { id, path }, { manager }) => manager.blame(id, path),
  }),
);
