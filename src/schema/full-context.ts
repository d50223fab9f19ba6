import type { FullContext } from '../context/model.ts';
import type { ContextPart } from '../context/part.ts';
import { builder } from './builder.ts';
import { VersionedRef } from './versioned.ts';

const FullContextReasonRef = builder.enumType('FullContextReason', {
  description: 'Why a whole context comes and not a delta.',
  values: {
    INITIAL: { description: 'You gave no position, or said that you hold nothing.' },
    WINDOW_PASSED: { description: 'The deltas since your version are no longer all kept.' },
    POSITION_UNKNOWN: { description: 'Your position can not be proven to be one of this life.' },
    SMALLER_THAN_DELTA: {
      description: 'The delta, with its lists by element, would be larger than 4 KiB and than the whole context.',
    },
    FELL_BEHIND: { description: 'You read so slowly that the deltas you missed are no longer all kept.' },
    NEW_LIFE: { description: 'The context was deleted and made anew, or restored: forget what you hold of it.' },
  } as const,
});

/** A type of its own: a client's cache that knows a context by its id must not take a part for the whole. */
export const ContextPartRef = builder.objectRef<ContextPart>('ContextPart').implement({
  description:
    'What a context holds at a path and below, where it is, and nothing else: it replaces whatever you hold of that path.',
  interfaces: [VersionedRef],
  fields: (t) => ({
    path: t.stringList({ description: 'The path.', resolve: ({ path }) => [...path] }),
    context: t.field({
      type: 'JSONObject',
      description: 'The state, without all that is elsewhere; `{}` where nothing is at the path.',
      resolve: ({ context }) => context,
    }),
    insertedAt: t.field({
      type: 'Timestamp',
      description: 'When this version was made.',
      resolve: ({ insertedAt }) => insertedAt,
    }),
    reason: t.field({
      type: FullContextReasonRef,
      nullable: true,
      description: 'Why the whole part comes and not a delta.',
      resolve: ({ reason }) => reason,
    }),
  }),
});

export const FullContextRef = builder.objectRef<FullContext>('FullContext').implement({
  description: 'A whole context: it replaces whatever you hold.',
  interfaces: [VersionedRef],
  fields: (t) => ({
    context: t.field({
      type: 'JSONObject',
      description: 'The state itself.',
      resolve: (full) => full.context,
    }),
    insertedAt: t.field({
      type: 'Timestamp',
      description: 'When this version was made.',
      resolve: (full) => full.insertedAt,
    }),
    reason: t.field({
      type: FullContextReasonRef,
      nullable: true,
      description: 'Why a whole context and not a delta; null on a plain read.',
      resolve: (full) => full.reason,
    }),
  }),
});
