import { builder } from '../schema/builder.ts';
import { StatsRef } from '../schema/stats.ts';

const DESCRIPTION =
  'What all processes do together. With an access policy it takes the right to administer everything.';

builder.queryField('stats', (t) =>
  t.field({ type: StatsRef, description: DESCRIPTION, resolve: (_, _args, { fleet }) => fleet.stats() }),
);

builder.subscriptionField('stats', (t) =>
  t.field({
    type: StatsRef,
    description: `${DESCRIPTION} Now, and every five seconds.`,
    subscribe: (_, _args, { fleet }) => fleet.watch(),
    resolve: (stats) => stats,
  }),
);
