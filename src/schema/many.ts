import type { ContextsEvent } from '../context/many.ts';
import { builder } from './builder.ts';
import { ContextEventRef } from './outcomes.ts';

export const ContextPositionRef = builder.inputType('ContextPosition', {
  description: 'Where your copy of a context stands; an id alone: you hold nothing.',
  fields: (t) => ({
    id: t.id({ required: true, description: "The context's id." }),
    version: t.field({
      type: 'Version',
      description: 'The version of your copy. It can not name a life: prefer the cursor.',
    }),
    cursor: t.field({ type: 'Cursor', description: 'The cursor of your copy.' }),
  }),
});

export const ContextsEventRef = builder.objectRef<ContextsEvent>('ContextsEvent').implement({
  description: 'Something that happened to one of many contexts.',
  fields: (t) => ({
    event: t.field({ type: ContextEventRef, description: 'What happened.', resolve: ({ event }) => event }),
    cursor: t.field({
      type: 'Cursor',
      description:
        'Where the whole stream stands behind it: give it to contextsChanged to go on from here. It grows with the contexts.',
      resolve: (event) => event.cursor(),
    }),
  }),
});
