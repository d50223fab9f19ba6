import { checkOrder } from './order/check.ts';
import type { Recording } from './recording.ts';
import type { Violation } from './violation.ts';
import { validate } from './watch-validators.ts';
import { runWorkload, type WorkloadOptions } from './workload/workload.ts';

export interface EvidenceOptions extends WorkloadOptions {
  /** The servers' `deltaThreshold`. @default 100 */
  readonly window?: number;
}

export interface Evidence {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly recording: Recording;
  readonly numbers: Numbers;
}

export interface Numbers {
  readonly operations: number;
  readonly conflicts: number;
  /** Of all operations. */
  readonly conflictShare: number;
  /** Writes that nobody was told the outcome of. */
  readonly unknown: number;
  /** Attempts past the first of their request. */
  readonly repeated: number;
  readonly lives: number;
  readonly versions: number;
  readonly subscriptions: number;
  readonly sessions: number;
  readonly events: number;
  /** Deltas of more than one version, and whole contexts by their reason, as subscribers were told. */
  readonly merged: number;
  readonly wholes: { readonly [reason: string]: number };
  readonly runMs: number;
  readonly checkMs: number;
}

/** A run against real servers, and what is wrong with it. */
export async function gatherEvidence(options: EvidenceOptions): Promise<Evidence> {
  const startedAt = performance.now();
  const recording = await runWorkload(options);
  const ranAt = performance.now();
  const { violations, moments } = check(recording, options.window);
  const numbers = { ...count(recording), ...moments };
  const times = { runMs: Math.round(ranAt - startedAt), checkMs: Math.round(performance.now() - ranAt) };
  return { seed: options.seed, violations, recording, numbers: { ...numbers, ...times } };
}

/** Everything that a recording breaks. */
export function check(
  recording: Recording,
  window = 100,
): { readonly violations: readonly Violation[]; readonly moments: Pick<Numbers, 'lives' | 'versions'> } {
  const { violations, orders } = checkOrder(recording);
  const watched = recording.subscriptions.flatMap((subscription) => {
    const order = orders.get(subscription.context);
    if (!order) throw new TypeError('Somebody watched what nobody wrote.');
    return validate(subscription, order, { window });
  });
  const moments = [...orders.values()].flatMap((order) => order.moments);
  const lives = new Set(moments.flatMap(({ life }) => life ?? [])).size;
  const versions = moments.filter(({ state }) => state !== null).length;
  return { violations: [...violations, ...watched], moments: { lives, versions } };
}

function count({ operations, subscriptions }: Recording): Omit<Numbers, 'lives' | 'versions' | 'runMs' | 'checkMs'> {
  const answers = operations.map(({ answer }) => answer);
  const conflicts = answers.filter(({ kind }) => kind === 'conflict').length;
  const sessions = subscriptions.flatMap((one) => one.sessions);
  const events = sessions.flatMap((session) => session.events.map(({ event }) => event));
  const isMerged = (event: (typeof events)[number]): boolean =>
    event.__typename === 'Delta' && event.version - event.fromVersion > 1;
  return {
    operations: operations.length,
    conflicts,
    conflictShare: conflicts / operations.length,
    unknown: answers.filter((one) => one.kind === 'none' || (one.kind === 'failed' && one.applied !== 'NO')).length,
    repeated: operations.length - new Set(operations.map(({ request }) => request)).size,
    subscriptions: subscriptions.length,
    sessions: sessions.length,
    events: events.length,
    merged: events.filter(isMerged).length,
    wholes: countBy(events.flatMap((event) => (event.__typename === 'FullContext' ? String(event.reason) : []))),
  };
}

function countBy(names: readonly string[]): { readonly [name: string]: number } {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** For whoever reads of a failed run: the numbers, and the first of what is wrong. */
export function summary({ seed, violations, numbers }: Evidence): string {
  const lines = violations.slice(0, 20).map(({ rule, context, what }) => `${rule}: ${context}: ${what}`);
  const rest = violations.length > lines.length ? [`... and ${violations.length - lines.length} more`] : [];
  return [`Seed ${seed}: ${violations.length} violations. ${JSON.stringify(numbers)}`, ...lines, ...rest].join('\n');
}
