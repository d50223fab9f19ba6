import type { ContextWritten } from '../context/joint-writes.ts';
import { builder } from './builder.ts';
import { ContextChangeRef, ContextDeletedRef } from './outcomes.ts';

/** Where a write expects the context to be. */
const EXPECTED_VERSION = {
  type: 'Version',
  description: 'Write only at exactly this version, else VERSION_CONFLICT; 0: only where there is no such context.',
} as const;
const EXPECTED_CURSOR = {
  type: 'Cursor',
  description: 'Write only at exactly this position: like expectedVersion, and exact across lives too.',
} as const;

export const conditions = builder.args((t) => ({
  expectedVersion: t.field(EXPECTED_VERSION),
  expectedCursor: t.field(EXPECTED_CURSOR),
}));

export const REMOVE = 'Paths that go once the changes are merged. One that leads nowhere is no error.';
export const PATCH =
  'Operations, `{op, path, value, from}`. A `test` is a condition. PATCH_FAILED names the one that failed.';

const SetWriteRef = builder.inputType('SetWrite', {
  description: 'What setContext does.',
  fields: (t) => ({
    id: t.id({ required: true, description: "The context's id." }),
    context: t.field({ type: 'JSONObject', required: true, description: 'Its new state.' }),
    expectedVersion: t.field(EXPECTED_VERSION),
    expectedCursor: t.field(EXPECTED_CURSOR),
  }),
});

const UpdateWriteRef = builder.inputType('UpdateWrite', {
  description: 'What updateContext does.',
  fields: (t) => ({
    id: t.id({ required: true, description: "The context's id." }),
    changes: t.field({ type: 'JSONObject', required: true, description: 'What to merge into it.' }),
    remove: t.field({ type: [t.listRef('String')], description: REMOVE }),
    expectedVersion: t.field(EXPECTED_VERSION),
    expectedCursor: t.field(EXPECTED_CURSOR),
  }),
});

const PatchWriteRef = builder.inputType('PatchWrite', {
  description: 'What patchContext does.',
  fields: (t) => ({
    id: t.id({ required: true, description: "The context's id." }),
    patch: t.field({ type: ['JSON'], required: true, description: PATCH }),
    expectedVersion: t.field(EXPECTED_VERSION),
    expectedCursor: t.field(EXPECTED_CURSOR),
  }),
});

const DeleteWriteRef = builder.inputType('DeleteWrite', {
  description: 'What deleteContext does.',
  fields: (t) => ({
    id: t.id({ required: true, description: "The context's id." }),
    expectedVersion: t.field(EXPECTED_VERSION),
    expectedCursor: t.field(EXPECTED_CURSOR),
  }),
});

export const ContextWriteRef = builder.inputType('ContextWrite', {
  description: 'One of several writes that are one.',
  isOneOf: true,
  fields: (t) => ({
    set: t.field({ type: SetWriteRef, description: 'Replaces a whole context, or makes it.' }),
    update: t.field({ type: UpdateWriteRef, description: 'Merges changes into a context.' }),
    patch: t.field({ type: PatchWriteRef, description: 'Applies a JSON Patch.' }),
    delete: t.field({ type: DeleteWriteRef, description: "Ends a context's life." }),
  }),
});

export const ContextWrittenRef = builder.unionType('ContextWritten', {
  description: 'What one of several writes came to.',
  types: [ContextChangeRef, ContextDeletedRef],
  resolveType: (written: ContextWritten) => ('kind' in written ? 'ContextDeleted' : 'ContextChange'),
});
