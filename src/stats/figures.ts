/** What one process is at, and what it has done since it began. */
export interface Figures {
  readonly connections: number;
  readonly subscriptions: number;
  readonly watchedContexts: number;
  readonly operations: number;
  readonly commits: number;
  readonly conflicts: number;
  readonly retries: number;
  readonly eventsSent: number;
  readonly eventsMerged: number;
  readonly resyncs: number;
  readonly syncFull: number;
  readonly syncDelta: number;
  readonly syncNoChange: number;
  readonly limitHits: number;
}

/** How fast, over the latest interval, for each second. */
export interface Speeds {
  readonly operationsPerSecond: number;
  readonly commitsPerSecond: number;
  readonly eventsPerSecond: number;
}

/** Of all processes on a store together. */
export type Sums = Figures & Speeds & { readonly processes: number };

export interface Stats extends Sums {
  /** How long the store took to answer the process that was asked, in milliseconds. */
  readonly storeMs: number;
}

type Told = Figures & Speeds;

const NOTHING: Told = {
  connections: 0,
  subscriptions: 0,
  watchedContexts: 0,
  operations: 0,
  commits: 0,
  conflicts: 0,
  retries: 0,
  eventsSent: 0,
  eventsMerged: 0,
  resyncs: 0,
  syncFull: 0,
  syncDelta: 0,
  syncNoChange: 0,
  limitHits: 0,
  operationsPerSecond: 0,
  commitsPerSecond: 0,
  eventsPerSecond: 0,
};
const NAMES = Object.keys(NOTHING) as readonly (keyof Told)[];

export function speeds(before: Figures, now: Figures, seconds: number): Speeds {
  const each = (name: 'operations' | 'commits' | 'eventsSent'): number =>
    seconds > 0 ? Math.max(0, now[name] - before[name]) / seconds : 0;
  return {
    operationsPerSecond: each('operations'),
    commitsPerSecond: each('commits'),
    eventsPerSecond: each('eventsSent'),
  };
}

/** Whatever else may stand in a record, of another version of this: what is no number counts for nothing. */
export function sumOf(all: readonly { readonly [name: string]: unknown }[]): Sums {
  const sum = (name: string): number =>
    all.reduce((total, one) => total + (typeof one[name] === 'number' ? one[name] : 0), 0);
  const sums = Object.fromEntries(NAMES.map((name) => [name, sum(name)]));
  return { ...NOTHING, ...sums, processes: all.length };
}
