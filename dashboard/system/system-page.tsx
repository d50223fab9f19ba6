import { type ReactElement, useRef } from 'react';
import { useSubscription } from 'urql';
import { rounded } from '../format.ts';
import type { WatchStatsSubscription } from '../generated/graphql.ts';
import { watchStats } from '../operations.ts';
import { Failure } from '../parts/failure.tsx';
import { Chart } from './chart.tsx';
import { Cleanup } from './cleanup.tsx';
import { Health } from './health.tsx';

type Stats = WatchStatsSubscription['stats'];
type Name = Exclude<keyof Stats, '__typename'>;

/** What is drawn as it goes on. */
const CHARTS: readonly (readonly [name: Name, title: string])[] = [
  ['operationsPerSecond', 'Operations a second'],
  ['commitsPerSecond', 'Commits a second'],
  ['eventsPerSecond', 'Events a second'],
  ['connections', 'Connections'],
  ['subscriptions', 'Subscriptions'],
  ['watchedContexts', 'Watched contexts'],
];

/** The same, of what is only counted: how much came from one point to the next. */
const GROWTHS: readonly (readonly [name: Name, title: string])[] = [
  ['conflicts', 'New conflicts'],
  ['eventsMerged', 'Newly merged events'],
  ['resyncs', 'New full contexts in place of deltas'],
];

const COUNTS: readonly (readonly [name: Name, title: string])[] = [
  ['commits', 'Commits'],
  ['conflicts', 'Conflicts'],
  ['retries', 'Commits decided anew'],
  ['eventsSent', 'Events sent'],
  ['eventsMerged', 'Events merged for slow readers'],
  ['resyncs', 'Full contexts in place of deltas'],
  ['limitHits', 'Refused by a limit'],
];

const SYNCS: readonly (readonly [name: Name, title: string])[] = [
  ['syncNoChange', 'No change'],
  ['syncDelta', 'A delta'],
  ['syncFull', 'A full context'],
];

/** How many points a chart has: one every five seconds. */
const POINTS = 60;

export function SystemPage(): ReactElement {
  const points = useRef<readonly Stats[]>([]);
  const [{ data, error }] = useSubscription<WatchStatsSubscription, readonly Stats[]>(
    { query: watchStats },
    (_, { stats }) => {
      points.current = [...points.current, stats].slice(-POINTS);
      return points.current;
    },
  );
  const last = data?.at(-1);
  return (
    <>
      <div className="heading">
        <h1>System</h1>
        {last && <p className="note">{last.processes === 1 ? 'One process' : `${last.processes} processes`}</p>}
      </div>
      <Failure error={error} />
      {!last && !error && <p className="note">Loading…</p>}
      {data && last && (
        <>
          <section className="charts" aria-label="As it goes on">
            {CHARTS.map(([name, title]) => (
              <Chart key={name} title={title} lines={[{ name, values: data.map((stats) => stats[name]) }]} />
            ))}
            {GROWTHS.map(([name, title]) => (
              <Chart key={name} title={title} lines={[{ name, values: growth(data.map((stats) => stats[name])) }]} />
            ))}
            <Chart
              title="New answers to sync"
              lines={SYNCS.map(([name, title]) => ({ name: title, values: growth(data.map((stats) => stats[name])) }))}
            />
            <Chart
              title="The store answers within"
              unit=" ms"
              lines={[{ name: 'store', values: data.map(({ storeMs }) => storeMs) }]}
            />
          </section>
          <div className="columns">
            <section className="card" aria-labelledby="counts">
              <h2 id="counts">Since they began</h2>
              <Facts of={last} names={COUNTS} />
            </section>
            <section className="card" aria-labelledby="syncs">
              <h2 id="syncs">What sync was answered</h2>
              <Shares of={last} />
            </section>
          </div>
        </>
      )}
      <div className="columns">
        <Health />
        <Cleanup />
      </div>
    </>
  );
}

/** A process that is gone takes its counts along: that is no growth. */
function growth(counts: readonly number[]): readonly number[] {
  return counts.map((count, i) => Math.max(0, count - (counts[i - 1] ?? count)));
}

function Facts({ of, names }: { readonly of: Stats; readonly names: typeof COUNTS }): ReactElement {
  return (
    <dl className="rows">
      {names.map(([name, title]) => (
        <div key={name}>
          <dt>{title}</dt>
          <dd>{rounded(of[name])}</dd>
        </div>
      ))}
    </dl>
  );
}

function Shares({ of }: { readonly of: Stats }): ReactElement {
  const all = SYNCS.reduce((sum, [name]) => sum + of[name], 0);
  return (
    <dl className="rows">
      {SYNCS.map(([name, title]) => (
        <div key={name}>
          <dt>{title}</dt>
          <dd>
            <meter min={0} max={Math.max(all, 1)} value={of[name]} aria-label={title} /> {rounded(of[name])}
          </dd>
        </div>
      ))}
    </dl>
  );
}
