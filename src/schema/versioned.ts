import type { Blame } from '../context/blame.ts';
import type { ContextDeleted, ContextDelta, ContextSummary, FullContext, NoChange } from '../context/model.ts';
import type { ContextPart } from '../context/part.ts';
import { builder } from './builder.ts';

type Positioned = FullContext | ContextDelta | NoChange | ContextDeleted | ContextSummary | Blame | ContextPart;

export const VersionedRef = builder.interfaceRef<Positioned>('Versioned').implement({
  description: 'What knows its exact position in the life of a context.',
  fields: (t) => ({
    contextId: t.exposeID('contextId', { description: 'The id that the context was set under.' }),
    life: t.exposeID('life', {
      description:
        'Changes when a context is deleted and made anew, restored, or lost. Versions compare only within one life.',
    }),
    version: t.field({
      type: 'Version',
      description: 'Counts the versions of one life, from 1, or from the archived version after a restore.',
      resolve: (positioned) => positioned.version,
    }),
    cursor: t.field({
      type: 'Cursor',
      description:
        'This exact position. Keep it with your copy, and pass it to sync or contextChanged to go on from here.',
      resolve: (positioned) => positioned.cursor,
    }),
  }),
});
