import type { ContextExport } from '../context/model.ts';
import { builder } from './builder.ts';

export const ContextExportRef = builder.objectRef<ContextExport>('ContextExport').implement({
  description: 'That a context was exported.',
  fields: (t) => ({
    contextId: t.exposeID('contextId', { description: "The context's id." }),
    version: t.field({
      type: 'Version',
      description: 'The version that the archive holds now.',
      resolve: (exported) => exported.version,
    }),
    exportedAt: t.field({
      type: 'Timestamp',
      description: 'When the archive had taken it.',
      resolve: (exported) => exported.exportedAt,
    }),
  }),
});
