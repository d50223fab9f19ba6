import type { Stats } from '../stats/figures.ts';
import { builder } from './builder.ts';

const FIELDS: { readonly [Name in Exclude<keyof Stats, 'processes'>]: string } = {
  connections: 'WebSockets and event streams that are open.',
  subscriptions: 'Subscriptions that run.',
  watchedContexts: 'Contexts that subscriptions follow, each once for each process.',
  operations: 'Queries, mutations and subscriptions that ran.',
  operationsPerSecond: 'The same for each of the latest seconds.',
  commits: 'Writes that moved a context.',
  commitsPerSecond: 'The same for each of the latest seconds.',
  conflicts: 'Writes that were refused since the context was elsewhere than they expected.',
  retries: 'Commits that another process had overtaken.',
  eventsSent: 'Events written to subscribers.',
  eventsPerSecond: 'The same for each of the latest seconds.',
  eventsMerged: 'Events that stood for all that a slow reader had missed.',
  resyncs: 'Full contexts told to subscribers in place of a delta.',
  syncFull: 'Answers to sync that were full contexts.',
  syncDelta: 'Answers to sync that were deltas.',
  syncNoChange: 'Answers to sync that there is no change.',
  limitHits: 'Refusals by a limit.',
  storeMs: 'How long the store took to answer the process that you ask, in milliseconds.',
};

export const StatsRef = builder.objectRef<Stats>('Stats').implement({
  description:
    'What all processes on one store are at together, and have done since each of them began. Of other processes it is some seconds old.',
  fields: (t) => ({
    processes: t.exposeInt('processes', { description: 'How many there are.' }),
    ...Object.fromEntries(
      Object.entries(FIELDS).map(([name, description]) => [
        name,
        t.float({ description, resolve: (stats) => stats[name as keyof Stats] }),
      ]),
    ),
  }),
});
