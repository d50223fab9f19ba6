import { builder } from '../schema/builder.ts';
import { ContextChangeRef, ContextDeletedRef } from '../schema/outcomes.ts';
import { writeOptions } from './arguments.ts';

const EXPECTED_VERSION =
  'Write only at exactly this version, else VERSION_CONFLICT; 0: only where there is no such context.';
const EXPECTED_CURSOR = 'Write only at exactly this position: like expectedVersion, and exact across lives too.';
const REQUEST_ID =
  'Makes a retry safe: for 10 minutes the same id with the same arguments counts once and returns the first outcome.';

builder.mutationField('setContext', (t) =>
  t.field({
    type: ContextChangeRef,
    description: 'Replaces a whole context, or makes it, at version 1.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id: 1 to 512 bytes." }),
      context: t.arg({ type: 'JSONObject', required: true, description: 'Its new state.' }),
      expectedVersion: t.arg({ type: 'Version', description: EXPECTED_VERSION }),
      expectedCursor: t.arg({ type: 'Cursor', description: EXPECTED_CURSOR }),
      requestId: t.arg.id({ description: REQUEST_ID }),
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
      remove: t.arg({
        type: [t.arg.listRef('String')],
        description: 'Paths that go once the changes are merged. One that leads nowhere is no error.',
      }),
      expectedVersion: t.arg({ type: 'Version', description: EXPECTED_VERSION }),
      expectedCursor: t.arg({ type: 'Cursor', description: EXPECTED_CURSOR }),
      requestId: t.arg.id({ description: REQUEST_ID }),
    },
    resolve: (_, { id, changes, remove, ...options }, { manager }) =>
      manager.update(id, changes, { remove: remove ?? [], ...writeOptions(options) }),
  }),
);

builder.mutationField('deleteContext', (t) =>
  t.field({
    type: ContextDeletedRef,
    description: "Ends a context's life.",
    args: {
      id: t.arg.id({ required: true, description: "The context's id." }),
      expectedVersion: t.arg({ type: 'Version', description: EXPECTED_VERSION }),
      expectedCursor: t.arg({ type: 'Cursor', description: EXPECTED_CURSOR }),
      requestId: t.arg.id({ description: REQUEST_ID }),
    },
    resolve: (_, { id, ...options }, { manager }) => manager.delete(id, writeOptions(options)),
  }),
);
