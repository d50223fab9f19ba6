import { builder } from '../schema/builder.ts';
import { ContextEventRef } from '../schema/outcomes.ts';
import { given } from './arguments.ts';

builder.subscriptionField('contextChanged', (t) =>
  t.field({
    type: ContextEventRef,
    description:
      'Every change of a context, in order and without a gap, through deletions too. With a position, first what sync would answer.',
    args: {
      id: t.arg.id({ required: true, description: "The context's id; there need not be such a context yet." }),
      version: t.arg({
        type: 'Version',
        description: 'The version of your copy; 0: you hold nothing. Prefer the cursor.',
      }),
      cursor: t.arg({ type: 'Cursor', description: 'The cursor of your copy.' }),
    },
    subscribe: (_, { id, ...position }, { manager }) => manager.watch(id, given(position)),
    resolve: (event) => event,
  }),
);
