import { ContextExportRef } from '../schema/archive.ts';
import { builder } from '../schema/builder.ts';
import { FullContextRef } from '../schema/full-context.ts';
import { ContextChangeRef, ContextDeletedRef } from '../schema/outcomes.ts';
import { ContextWriteRef, ContextWrittenRef, conditions, PATCH, REMOVE } from '../schema/writes.ts';
import { contextWrite, writeOptions } from './arguments.ts';

const retry = builder.args((t) => ({
  requestId: t.id({
    description:
      'Makes a retry safe: for 10 minutes the same id with the same arguments counts once and returns the first outcome.',
  }),
}));

builder.mutationField('setContext', (t) =>
  t.field({
    type: ContextChangeRef,
    description: 'Replaces a whole context, or makes it, at version 1.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id: 1 to 512 bytes." }),
      context: t.arg({ type: 'JSONObject', required: true, description: 'Its new state.' }),
      ...conditions,
      ...retry,
    },
    resolve: (_, { id, context, ...options }, { manager }) => manager.set(id, context, writeOptions(options)),
  }),
);

builder.mutationField('updateContext', (t) =>
  t.field({
    type: ContextChangeRef,
    description: 'Merges changes into a context: objects merge, everything else (arrays and null too) replaces.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      changes: t.arg({ type: 'JSONObject', required: true, description: 'What to merge into it.' }),
      remove: t.arg({ type: [t.arg.listRef('String')], description: REMOVE }),
      ...conditions,
      ...retry,
    },
    resolve: (_, { id, changes, remove, ...options }, { manager }) =>
      manager.update(id, changes, { remove: remove ?? [], ...writeOptions(options) }),
  }),
);

builder.mutationField('patchContext', (t) =>
  t.field({
    type: ContextChangeRef,
    description: 'Applies a JSON Patch (RFC 6902): all of its operations, or, where one can not be done, none.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      patch: t.arg({ type: ['JSON'], required: true, description: PATCH }),
      ...conditions,
      ...retry,
    },
    resolve: (_, { id, patch, ...options }, { manager }) => manager.patch(id, patch, writeOptions(options)),
  }),
);

builder.mutationField('revertContext', (t) =>
  t.field({
    type: ContextChangeRef,
    description: 'Makes a context what it was at an earlier version, by a new version.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      toVersion: t.arg({
        type: 'Version',
        required: true,
        description: 'The version. One whose delta is no longer retained is VERSION_NOT_RETAINED.',
      }),
      ...conditions,
      ...retry,
    },
    resolve: (_, { id, toVersion, ...options }, { manager }) => manager.revert(id, toVersion, writeOptions(options)),
  }),
);

builder.mutationField('deleteContext', (t) =>
  t.field({
    type: ContextDeletedRef,
    description: "Ends a context's life.",
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      ...conditions,
      ...retry,
    },
    resolve: (_, { id, ...options }, { manager }) => manager.delete(id, writeOptions(options)),
  }),
);

builder.mutationField('exportContext', (t) =>
  t.field({
    type: ContextExportRef,
    description: 'Hands a context, as it stands, to the archive, in place of what the archive holds of it.',
    args: { id: t.arg.id({ required: true, description: "The context's id." }) },
    resolve: (_, { id }, { manager }) => manager.export(id),
  }),
);

builder.mutationField('restoreContext', (t) =>
  t.field({
    type: FullContextRef,
    description:
      'Begins a new life with what the archive holds: at the archived version, or, forced, above the live one too.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      force: t.arg.boolean({
        defaultValue: false,
        description: 'Replace a context that is live. Without it that is a VERSION_CONFLICT.',
      }),
      ...retry,
    },
    resolve: (_, { id, force, requestId }, { manager }) =>
      manager.restore(id, { force: force ?? false, requestId: requestId ?? undefined }),
  }),
);

builder.mutationField('writeContexts', (t) =>
  t.field({
    type: [ContextWrittenRef],
    description:
      'Writes several contexts whose ids have the same `{group}`: all of it happens at one point, or nothing does. An error names by `write` which of them it is about.',
    args: {
      writes: t.arg({
        type: [ContextWriteRef],
        required: true,
        description: 'At most 100, each of another context.',
      }),
      ...retry,
    },
    resolve: (_, { writes, requestId }, { manager }) =>
      manager.writeMany(writes.map(contextWrite), { requestId: requestId ?? undefined }),
  }),
);
