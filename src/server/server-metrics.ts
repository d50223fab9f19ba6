import type { Clock } from '../clock.ts';
import { Metrics, type Observe, type Sample } from '../metrics/metrics.ts';
import type { OnStoreCall, StoreOperation } from '../store/timed-store.ts';
import type { Counts, OperationType } from './counts.ts';
import type { Deliveries } from './fanout/deliveries.ts';
import type { OnTold } from './fanout/group.ts';

/** What a server is at, asked when somebody wants to know. */
export interface Gauges {
  readonly webSockets: number;
  readonly streams: number;
  readonly subscriptions: number;
  readonly watchedContexts: number;
  /** In milliseconds; undefined where nothing has to be proven. */
  readonly proofAgeMs: number | undefined;
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LAG_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const MEMBERS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];
const VERSIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const STORE_OPERATIONS: readonly StoreOperation[] = [
  'get',
  'log',
  'commit',
  'receipt',
  'list',
  'idle',
  'trim',
  'record_get',
  'record_set',
];

/** Every metric of a server, made of what it counts. No label is anything that callers choose. */
export class ServerMetrics {
  readonly #metrics = new Metrics();
  readonly #clock: Clock;
  readonly #storeSeconds: Observe;
  readonly #operationSeconds: Observe;
  readonly #groupSize: Observe;
  readonly #lagSeconds: Observe;
  readonly #commitVersions: Observe;
  readonly #storeFailures = new Map(STORE_OPERATIONS.map((operation) => [operation, 0]));

  constructor(clock: Clock, counts: Counts, deliveries: Deliveries, gauges: () => Gauges) {
    this.#clock = clock;
    const metrics = this.#metrics;
    const { tally, hits, archive, cleanup, operations } = counts;

    this.#gauge('connections', 'Connections that are open for events or operations to come.', 'kind', () => ({
      websocket: gauges().webSockets,
      sse: gauges().streams,
    }));
    this.#gauge('subscriptions', 'Subscriptions that run.', undefined, () => gauges().subscriptions);
    this.#gauge('watched_contexts', 'Contexts that subscriptions follow, each once.', undefined, () => {
      return gauges().watchedContexts;
    });
    metrics.gauge(
      { name: 'arpeggio_pubsub_probe_age_seconds', help: 'Age of the latest proof that what is published is heard.' },
      () => {
        const { proofAgeMs } = gauges();
        return proofAgeMs === undefined ? [] : [[{}, proofAgeMs / 1000]];
      },
    );

    this.#counter('events_sent', 'Events written to subscribers.', undefined, () => deliveries.eventsSent);
    this.#counter('events_merged', 'Events that stood for all that a slow reader had missed.', undefined, () => {
      return deliveries.eventsMerged;
    });
    this.#counter(
      'connections_cut',
      'Connections cut since their other end was gone or stood still.',
      undefined,
      () => {
        return deliveries.cutForSilence;
      },
    );
    this.#counter('resyncs', 'Full contexts told to subscribers in place of a delta.', 'reason', () => {
      return inLowerCase(tally.resyncs);
    });
    this.#groupSize = metrics.histogram(
      { name: 'arpeggio_group_members', help: 'Subscribers told by one execution of an event.' },
      MEMBERS,
    );
    this.#lagSeconds = metrics.histogram(
      { name: 'arpeggio_delivery_lag_seconds', help: "From a version's timestamp to its delivery." },
      LAG_SECONDS,
    );

    this.#counter('sync_answers', 'Answers to sync.', 'kind', () => {
      const { full, delta, noChange } = tally.syncs;
      return { full, delta, no_change: noChange };
    });
    this.#counter('sync_full', 'Full contexts that sync answered with.', 'reason', () => inLowerCase(tally.fulls));
    this.#counter('commits', 'Writes that moved a context.', 'verb', () => tally.commits);
    this.#commitVersions = metrics.histogram(
      { name: 'arpeggio_commit_versions', help: 'Versions that one commit makes: writes that went together.' },
      VERSIONS,
    );
    this.#counter('conflicts', 'Writes refused since the context was elsewhere.', undefined, () => tally.conflicts);
    this.#counter('commit_retries', 'Commits that another process had overtaken.', undefined, () => tally.retries);
    this.#storeSeconds = metrics.histogram(
      { name: 'arpeggio_store_duration_seconds', help: 'How long the store takes.', labels: ['operation'] },
      SECONDS,
    );
    this.#counter('store_failures', 'Calls of the store that failed.', 'operation', () => {
      return Object.fromEntries(this.#storeFailures);
    });

    metrics.counter(
      { name: 'arpeggio_operations_total', help: 'GraphQL operations that ran.', labels: ['type', 'outcome'] },
      () =>
        Object.entries(operations).flatMap(([type, outcomes]) =>
          Object.entries(outcomes).map(([outcome, count]): Sample => [{ type, outcome }, count]),
        ),
    );
    this.#operationSeconds = metrics.histogram(
      { name: 'arpeggio_operation_duration_seconds', help: 'How long operations take.', labels: ['type'] },
      SECONDS,
    );
    this.#counter('limit_hits', 'Refusals by a limit.', 'limit', () => hits);

    metrics.counter(
      { name: 'arpeggio_archive_calls_total', help: 'Exports and restores.', labels: ['operation', 'outcome'] },
      () => [
        [{ operation: 'export', outcome: 'ok' }, archive.exported],
        [{ operation: 'export', outcome: 'error' }, archive.exportsFailed],
        [{ operation: 'restore', outcome: 'ok' }, archive.restored],
        [{ operation: 'restore', outcome: 'error' }, archive.restoresFailed],
      ],
    );
    this.#counter('cleanup_passes', 'Passes of cleaning up.', 'outcome', () => ({
      ok: cleanup.passes - cleanup.failed,
      error: cleanup.failed,
    }));
    this.#counter('cleanup_contexts_deleted', 'Contexts that expired.', undefined, () => cleanup.contextsDeleted);
    this.#counter('cleanup_deltas_deleted', 'Deltas that expired.', undefined, () => cleanup.deltasDeleted);
  }

  get contentType(): string {
    return this.#metrics.contentType;
  }

  text(): Promise<string> {
    return this.#metrics.text();
  }

  describe(): ReturnType<Metrics['describe']> {
    return this.#metrics.describe();
  }

  readonly storeCall: OnStoreCall = (operation, seconds, hasFailed) => {
    this.#storeSeconds(seconds, operation);
    if (hasFailed) this.#storeFailures.set(operation, (this.#storeFailures.get(operation) ?? 0) + 1);
  };

  readonly committed = (versions: number): void => this.#commitVersions(versions);

  readonly told: OnTold = (members, { madeAt }) => {
    this.#groupSize(members);
    // Clocks of several machines differ.
    if (madeAt !== undefined) this.#lagSeconds(Math.max(0, (this.#clock.now() - madeAt) * this.#clock.unitMs) / 1000);
    return undefined;
  };

  readonly ran = (type: OperationType, seconds: number): void => this.#operationSeconds(seconds, type);

  #counter(name: string, help: string, label: string | undefined, read: () => Figure): void {
    const names = { name: `arpeggio_${name}_total`, help, labels: label === undefined ? [] : [label] };
    this.#metrics.counter(names, () => samplesOf(label, read()));
  }

  #gauge(name: string, help: string, label: string | undefined, read: () => Figure): void {
    const names = { name: `arpeggio_${name}`, help, labels: label === undefined ? [] : [label] };
    this.#metrics.gauge(names, () => samplesOf(label, read()));
  }
}

/** A number, or one for each value of a label. */
type Figure = number | { readonly [value: string]: number };

function samplesOf(label: string | undefined, figure: Figure): readonly Sample[] {
  if (typeof figure === 'number') return [[{}, figure]];
  return Object.entries(figure).map(([value, count]): Sample => [label === undefined ? {} : { [label]: value }, count]);
}

function inLowerCase(counts: { readonly [name: string]: number }): { readonly [name: string]: number } {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name.toLowerCase(), count]));
}
