import type { Told } from '../recording.ts';
import type { Chain } from './chain.ts';
import { askedAt } from './claims.ts';

/** When a life was there for sure, in so far as anybody saw it. */
export interface Span {
  readonly chain: Chain;
  /** The last time that somebody asked for what is in it. */
  readonly lastAsked: number;
  /** The first time that somebody was answered with what is in it. */
  readonly firstAnswered: number;
}

/**
 * The order in which lives followed each other, which no version tells. All that was asked for in one life comes before all that was
 * answered in the next: where that leaves only one order for two lives, the sums of their bounds are in this order too. Where it
 * leaves both, whoever was told of both knows, and else it makes no difference.
 */
export function orderLives(chains: readonly Chain[], sequences: readonly (readonly [Told, Told])[]): readonly Chain[] {
  const rest = chains.map(spanOf).sort((a, b) => sum(a) - sum(b));
  const before = new Map<string, Set<string>>();
  for (const [first, then] of sequences) {
    if (first.life !== then.life) before.set(then.life, (before.get(then.life) ?? new Set()).add(first.life));
  }
  const ordered: Chain[] = [];
  while (rest.length > 0) {
    const isFree = (span: Span): boolean =>
      rest.every((other) => other === span || !(comesFirst(other, span) || isToldBefore(other, span, before)));
    const index = rest.findIndex(isFree);
    // Where everyone waits for another, what was told contradicts the clock, and whoever told it is found out elsewhere.
    ordered.push(...rest.splice(Math.max(0, index), 1).map(({ chain }) => chain));
  }
  return ordered;
}

/** Whether one can only have come before the other. */
function comesFirst(one: Span, other: Span): boolean {
  return other.lastAsked >= one.firstAnswered && one.lastAsked < other.firstAnswered;
}

function isToldBefore(one: Span, other: Span, before: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return before.get(other.chain.life)?.has(one.chain.life) === true;
}

export function spanOf(chain: Chain): Span {
  const { sightings } = chain.claims;
  let lastAsked = Number.NEGATIVE_INFINITY;
  let firstAnswered = Number.POSITIVE_INFINITY;
  const widen = (asked: number, answered: number): void => {
    lastAsked = Math.max(lastAsked, asked);
    firstAnswered = Math.min(firstAnswered, answered);
  };
  for (const maker of [...chain.makers, ...chain.enders]) if (maker) widen(askedAt(maker.request), maker.answered);
  for (const { asked, answered, by } of sightings) if (by !== 'the end') widen(asked, answered);
  return { chain, lastAsked, firstAnswered };
}

/** Bounds may be infinite, and infinities of two signs have no sum. */
function sum({ lastAsked, firstAnswered }: Span): number {
  const bound = (value: number): number => Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, value));
  return bound(lastAsked) + bound(firstAnswered);
}
