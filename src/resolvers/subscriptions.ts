import { partOfEvent } from '../context/part.ts';
import { builder } from '../schema/builder.ts';
import { ContextsEventRef } from '../schema/many.ts';
import { ContextEventRef, ContextPartEventRef } from '../schema/outcomes.ts';
import { given } from './arguments.ts';

/** One context, and where the copy of whoever asks stands. */
const place = builder.args((t) => ({
  id: t.id({ required: true, description: "The context's id; there need not be such a context yet." }),
  version: t.field({
    type: 'Version',
    description: 'The version of your copy; 0: you hold nothing. Prefer the cursor.',
  }),
  cursor: t.field({ type: 'Cursor', description: 'The cursor of your copy.' }),
}));

builder.subscriptionField('contextChanged', (t) =>
  t.field({
    type: ContextEventRef,
    description:
      'Every change of a context, in order and without a gap, through deletions too. With a position, first what sync would answer.',
    args: place,
    subscribe: (_, { id, ...position }, { manager }) => manager.watch(id, given(position)),
    resolve: (event) => event,
  }),
);

builder.subscriptionField('contextPartChanged', (t) =>
  t.field({
    type: ContextPartEventRef,
    description: 'The same as contextChanged, told of what is at one path and below alone.',
    args: {
      ...place,
      path: t.arg.stringList({ required: true, description: 'The keys that lead to it, through objects.' }),
    },
    subscribe: (_, { id, path: _path, ...position }, { manager }) => manager.watch(id, given(position)),
    resolve: (event, { path }) => partOfEvent(event, path),
  }),
);

builder.subscriptionField('contextsChanged', (t) =>
  t.field({
    type: ContextsEventRef,
    description:
      'Every change of many contexts as one stream: each context in its own order and without a gap, and no order between them.',
    args: {
      ids: t.arg.idList({ description: 'The ids, at most 100; there need not be such contexts yet.' }),
      prefix: t.arg.string({
        description: 'In place of ids: how they start. Contexts that come are told whole, those that go by their end.',
      }),
      cursor: t.arg({
        type: 'Cursor',
        description: "An event's cursor: on from there. Contexts that it does not know are told whole.",
      }),
      whole: t.arg.boolean({
        defaultValue: false,
        description:
          'Begin with each context whole that the cursor does not know. Without it: with what changes from now on.',
      }),
    },
    subscribe: (_, { ids, prefix, cursor, whole }, { manager }) =>
      manager.watchMany({
        ids: ids ?? undefined,
        prefix: prefix ?? undefined,
        cursor: cursor ?? undefined,
        whole: whole ?? false,
      }),
    resolve: (event) => event,
  }),
);
