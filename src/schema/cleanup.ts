import type { CleanupStatus } from '../cleanup/cleanup-server.ts';
import type { CleanupReport } from '../cleanup/pass.ts';
import { builder } from './builder.ts';

export const CleanupReportRef = builder.objectRef<CleanupReport>('CleanupReport').implement({
  description: 'What one round of cleaning up did.',
  fields: (t) => ({
    contextsDeleted: t.exposeInt('contextsDeleted', { description: 'How many contexts expired.' }),
    deltasDeleted: t.exposeInt('deltasDeleted', { description: 'How many deltas had grown too old.' }),
    startedAt: t.field({ type: 'Timestamp', description: 'When it began.', resolve: (report) => report.startedAt }),
    finishedAt: t.field({ type: 'Timestamp', description: 'When it ended.', resolve: (report) => report.finishedAt }),
  }),
});

export const CleanupServerRef = builder.objectRef<CleanupStatus>('CleanupServer').implement({
  description: 'What repeats the cleaning up: one for all processes on a store.',
  fields: (t) => ({
    running: t.exposeBoolean('running', { description: 'Whether it runs.' }),
    intervalMs: t.exposeInt('intervalMs', {
      nullable: true,
      description: 'Milliseconds from one round to the next; null before it was ever started.',
    }),
    limit: t.exposeInt('limit', {
      nullable: true,
      description: 'How many contexts a round may end, and how many it may take deltas from; null: any number.',
    }),
    lastReport: t.field({
      type: CleanupReportRef,
      nullable: true,
      description: 'What its last round did; null before the first.',
      resolve: (status) => status.lastReport,
    }),
  }),
});
