import type { Figures } from '../stats/figures.ts';
import type { Counts } from './counts.ts';
import type { Deliveries } from './fanout/deliveries.ts';
import type { Gauges } from './server-metrics.ts';

/** What the others are told of this process. */
export function figuresOf({ tally, hits, operations }: Counts, deliveries: Deliveries, gauges: Gauges): Figures {
  const { webSockets, streams, subscriptions, watchedContexts } = gauges;
  const { conflicts, retries, commits, resyncs, syncs } = tally;
  return {
    connections: webSockets + streams,
    subscriptions,
    watchedContexts,
    operations: total(Object.values(operations).map(total)),
    commits: total(commits),
    conflicts,
    retries,
    eventsSent: deliveries.eventsSent,
    eventsMerged: deliveries.eventsMerged,
    resyncs: total(resyncs),
    syncFull: syncs.full,
    syncDelta: syncs.delta,
    syncNoChange: syncs.noChange,
    limitHits: total(hits),
  };
}

function total(counts: object): number {
  return Object.values(counts).reduce((sum: number, count: number) => sum + count, 0);
}
