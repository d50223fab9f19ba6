/** What may stand where the schema names an interface or a union. */
export const possibleTypes = {
  Versioned: ['ContextDeleted', 'ContextSummary', 'Delta', 'FullContext', 'NoChange'],
  SyncResult: ['Delta', 'FullContext', 'NoChange'],
  ContextEvent: ['ContextDeleted', 'Delta', 'FullContext'],
};
