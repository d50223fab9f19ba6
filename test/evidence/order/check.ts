import { equal } from '../../../src/json.ts';
import type { Final, Recording } from '../recording.ts';
import { at, Findings, short, type Violation } from '../violation.ts';
import { Answers } from './answers.ts';
import { Chain, type LifeClaims } from './chain.ts';
import { type Claim, type Claims, claimsOf, type Leap, type Sighting } from './claims.ts';
import { orderLives, spanOf } from './life-order.ts';
import { Suspects } from './suspects.ts';
import { timeline } from './timeline.ts';
import type { Moment, VersionOrder } from './version-order.ts';

export interface Verdict {
  readonly violations: readonly Violation[];
  /** By context, what happened to it. */
  readonly orders: ReadonlyMap<string, VersionOrder>;
}

/**
 * Whether all that was asked and answered can have happened one after the other: each operation at one moment between its asking and
 * its answer, each finding what the one before left, each doing what its verb says, and nothing else happening.
 *
 * Every write tells which version of which life it made, so the order need not be searched for, which is what makes other checkers of
 * linearizability slow: it is read off the answers, and then held against the clock. (The idea of recovering the order of versions
 * from what the operations themselves observe is that of Elle, by Kingsbury and Alvaro.) Takes about n log n.
 */
export function checkOrder(recording: Recording): Verdict {
  const contexts = new Set([...recording.operations, ...recording.finals].map(({ context }) => context));
  const violations: Violation[] = [];
  const orders = new Map<string, VersionOrder>();
  for (const context of contexts) {
    const findings = new Findings(context);
    orders.set(context, orderOf(context, recording, findings));
    violations.push(...findings.violations);
  }
  return { violations, orders };
}

function orderOf(context: string, recording: Recording, findings: Findings): VersionOrder {
  const claims = claimsOf(context, recording);
  const final = recording.finals.find((one) => one.context === context);
  checkOnce([...claims.made, ...claims.ended], findings);
  const suspects = new Suspects(claims);
  const built = livesOf(claims).map((life) => new Chain(life, findings, suspects));
  for (const chain of built) chain.finish();
  // What only subscribers were told, and nobody can have made, was never there.
  const chains = built.filter(({ last }) => last > 0);
  const told = chains.flatMap(({ life }) => {
    const last = final?.state;
    return last && last.life !== life ? [[{ ...last, life }, last] as const] : [];
  });
  const lives = orderLives(chains, [...claims.sequences, ...told]);
  for (const [i, chain] of lives.entries()) {
    const isOver = i < lives.length - 1 || final?.state === null;
    const later = lives.slice(i + 1).map((one) => spanOf(one).firstAnswered);
    if (isOver || chain.endCursor !== undefined) chain.findEnder(isOver, Math.min(...later));
  }
  const order = timeline(context, lives, claims.absences, findings);
  const answers = new Answers(order, claims.requests, findings);
  for (const operation of recording.operations) if (operation.context === context) answers.check(operation);
  if (final) checkFinal(final, order.last, findings);
  return order;
}

/** However often it was tried: what a request did, it did once. */
function checkOnce(
  claims: readonly Claim<Claims['made'][number]['told'] | Claims['ended'][number]['told']>[],
  findings: Findings,
): void {
  const known = new Map<string, (typeof claims)[number]>();
  for (const claim of claims) {
    const { name } = claim.request;
    const other = known.get(name);
    known.set(name, claim);
    const isOne = other === undefined || other.told.cursor === claim.told.cursor;
    findings.insist(isOne, 'made once', () => `${short(claim.attempt)} and ${other && short(other.attempt)}`);
  }
}

/** The lives that anybody was told of, in the order of their first mention. */
function livesOf({ made, ended, sightings, hints, leaps }: Claims): readonly LifeClaims[] {
  const lives = new Map<string, Mutable>();
  const of = (life: string): Mutable => {
    const known = lives.get(life) ?? { life, made: [], ended: [], sightings: [], hints: [], leaps: [] };
    lives.set(life, known);
    return known;
  };
  for (const claim of made) of(claim.told.life).made.push(claim);
  for (const claim of ended) of(claim.told.life).ended.push(claim);
  for (const sighting of sightings) of(sighting.life).sightings.push(sighting);
  for (const hint of hints) of(hint.life).hints.push(hint);
  for (const leap of leaps) of(leap.life).leaps.push(leap);
  return [...lives.values()];
}

interface Mutable extends LifeClaims {
  readonly made: Claims['made'][number][];
  readonly ended: Claims['ended'][number][];
  readonly sightings: Sighting[];
  readonly hints: Sighting[];
  readonly leaps: Leap[];
}

function checkFinal({ state, cursor }: Final, last: Moment, findings: Findings): void {
  const where = last.life === null ? 'nothing' : at({ life: last.life, version: last.version });
  const isThere = state === null ? last.state === null : last.state != null && equal(last.state, state.context);
  const isAt = (cursor ?? undefined) === last.cursor;
  findings.insist(isThere && isAt, 'final', () => `it is ${state ? at(state) : 'gone'}, and the last was ${where}`);
}
