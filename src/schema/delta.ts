import type { ContextDelta } from '../context/model.ts';
import { type Change, renderChanges } from '../delta/changes.ts';
import { elementPatch, type PatchStep } from '../delta/element-patch.ts';
import { type DeltaFormat, type DeltaFormatter, formatDelta } from '../delta/formats.ts';
import type { Json } from '../json.ts';
import { builder } from './builder.ts';
import { VersionedRef } from './versioned.ts';

const DeltaFormatRef = builder.enumType('DeltaFormat', {
  description: 'Ways to write a delta down.',
  values: {
    NESTED: { description: 'An object of the shape of the context, with `{action, value, oldValue}` at each change.' },
    FLAT: { description: '`{version, changes: [{path, action, value, oldValue}]}`' },
    JSON_PATCH: { description: 'RFC 6902, for any JSON Patch library.' },
  } as const,
});

export const ChangeActionRef = builder.enumType('ChangeAction', {
  description: 'What happened at a path.',
  values: {
    ADDED: { value: 'added', description: 'There was nothing there before.' },
    MODIFIED: { value: 'modified', description: 'There was another value before.' },
    REMOVED: { value: 'removed', description: 'There is nothing there any more.' },
  } as const,
});

const ChangeRef = builder.objectRef<Change>('Change').implement({
  description: 'One change. To apply it, set or remove the value at the path, making missing parents on the way.',
  fields: (t) => ({
    path: t.stringList({
      description: 'The keys that lead from the context to the value.',
      resolve: (change) => [...change.path],
    }),
    action: t.field({ type: ChangeActionRef, description: 'What happened.', resolve: (change) => change.action }),
    value: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What is there now; null where it was removed (or where it is null).',
      resolve: (change) => (change.action === 'removed' ? null : change.value),
    }),
    oldValue: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What was there before; null where it was added (or where it was null).',
      resolve: (change) => (change.action === 'added' ? null : change.oldValue),
    }),
  }),
});

const patches = new WeakMap<ContextDelta, readonly PatchStep[]>();

export const DeltaRef = builder.objectRef<ContextDelta>('Delta').implement({
  description:
    'What turns one version into another, gaplessly: into a later one, but for a `diff` that was asked for the other way.',
  interfaces: [VersionedRef],
  fields: (t) => ({
    fromVersion: t.field({
      type: 'Version',
      description: 'The version this delta starts from: apply it only to a copy that is at exactly this version.',
      resolve: (delta) => delta.fromVersion,
    }),
    delta: t.field({
      type: 'JSON',
      description:
        "The changes in one of the formats; without an argument in the server's configured one (NESTED unless configured).",
      args: { format: t.arg({ type: DeltaFormatRef, description: 'The format to write it in.' }) },
      resolve: (delta, { format }, { deltaFormatter }) => render(delta, format, deltaFormatter),
    }),
    patch: t.field({
      type: ['JSON'],
      description:
        'The changes as JSON Patch, RFC 6902, whose operations follow each other: a list is changed by element wherever that is smaller than the whole of it.',
      resolve: (delta) => patchOf(delta) as readonly Json[],
    }),
    changes: t.field({
      type: [ChangeRef],
      description: 'The changes as a list. Their order carries no meaning.',
      resolve: (delta) => renderChanges(delta.delta),
    }),
    insertedAt: t.field({
      type: 'Timestamp',
      description: 'When the version that this delta leads to was made.',
      resolve: (delta) => delta.insertedAt,
    }),
  }),
});

/** Worked out once, by however many names and operations it is asked for. */
function patchOf(event: ContextDelta): readonly PatchStep[] {
  const known = patches.get(event);
  if (known) return known;
  const patch = elementPatch(event.delta);
  patches.set(event, patch);
  return patch;
}

function render(
  delta: ContextDelta,
  format: DeltaFormat | null | undefined,
  formatter: DeltaFormatter | undefined,
): Json | Promise<Json> {
  if (!format && formatter) return renderOwn(delta, formatter);
  return formatDelta(format ?? 'NESTED', delta.delta, delta);
}

/** What is no JSON must fail here, as this field's own error: later it would take the answer, or its connection, along. */
async function renderOwn(delta: ContextDelta, formatter: DeltaFormatter): Promise<Json> {
  const rendered = await formatter(renderChanges(delta.delta), delta);
  const text: string | undefined = JSON.stringify(rendered);
  if (text === undefined || text === 'null') throw new TypeError('deltaFormatter must return JSON other than null.');
  return rendered;
}
