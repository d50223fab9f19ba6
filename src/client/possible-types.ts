/** What may stand where the schema names an interface or a union. */
export const possibleTypes = {
  Versioned: [
    'Blame',
    'ContextDeleted',
    'ContextPart',
    'ContextSummary',
    'ContextVersion',
    'Delta',
    'FullContext',
    'NoChange',
  ],
  SyncResult: ['Delta', 'FullContext', 'NoChange'],
  ContextEvent: ['ContextDeleted', 'Delta', 'FullContext'],
  ContextWritten: ['ContextChange', 'ContextDeleted'],
  ContextPartEvent: ['ContextDeleted', 'ContextPart', 'Delta'],
};
