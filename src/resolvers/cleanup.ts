import { builder } from '../schema/builder.ts';
import { CleanupReportRef, CleanupServerRef } from '../schema/cleanup.ts';

const INTERVAL = 'Milliseconds from one round to the next. Without it, as before; 60000 at first.';
const LIMIT =
  'How many contexts a round may end, and how many it may take deltas from. Without it, as before; null: any number.';

builder.queryField('cleanupServer', (t) =>
  t.field({
    type: CleanupServerRef,
    description: 'How the cleanup server stands.',
    resolve: (_, _args, { cleanup }) => cleanup.status(),
  }),
);

builder.mutationField('cleanup', (t) =>
  t.field({
    type: CleanupReportRef,
    description:
      'One round of cleaning up, now. Those that have waited longest go first, so the next round goes on from here.',
    args: {
      limit: t.arg.int({
        description: 'How many contexts it may end, and how many it may take deltas from; any number, without it.',
      }),
    },
    resolve: (_, { limit }, { cleanup }) => cleanup.pass(limit ?? undefined),
  }),
);

builder.mutationField('startCleanupServer', (t) =>
  t.field({
    type: CleanupServerRef,
    description: 'Starts the cleanup server, for all processes; its first round comes after one interval.',
    args: { intervalMs: t.arg.int({ description: INTERVAL }), limit: t.arg.int({ description: LIMIT }) },
    resolve: (_, { intervalMs, limit }, { cleanup }) => cleanup.start({ intervalMs: intervalMs ?? undefined, limit }),
  }),
);

builder.mutationField('updateCleanupServer', (t) =>
  t.field({
    type: CleanupServerRef,
    description: 'Changes the settings of the cleanup server, running or not.',
    args: { intervalMs: t.arg.int({ description: INTERVAL }), limit: t.arg.int({ description: LIMIT }) },
    resolve: (_, { intervalMs, limit }, { cleanup }) => cleanup.update({ intervalMs: intervalMs ?? undefined, limit }),
  }),
);

builder.mutationField('stopCleanupServer', (t) =>
  t.field({
    type: CleanupServerRef,
    description: 'Stops the cleanup server, for all processes. A round under way goes on to its end.',
    resolve: (_, _args, { cleanup }) => cleanup.stop(),
  }),
);
