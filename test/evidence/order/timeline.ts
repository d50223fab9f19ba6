import type { JsonObject } from '../../../src/json.ts';
import type { Operation } from '../recording.ts';
import { at, type Findings, short } from '../violation.ts';
import type { Chain, Maker } from './chain.ts';
import { askedAt, type Sighting } from './claims.ts';
import { type Moment, VersionOrder } from './version-order.ts';

/** Something that happened at one moment, some time between two. */
interface Happening {
  readonly asked: number;
  readonly answered: number;
  readonly what: () => string;
}

interface Place {
  readonly life: string | null;
  readonly version: number;
  readonly cursor: string | undefined;
  readonly state: JsonObject | null | undefined;
  readonly maker: Happening | undefined;
  readonly seen: readonly Happening[];
}

/**
 * Puts every life's versions and end into one order, and holds it against the clock: whatever comes later in the order was answered
 * after everything before it was asked. (With the order given, that is all that linearizability asks of a register.)
 */
export function timeline(
  context: string,
  lives: readonly Chain[],
  absences: readonly Operation[],
  findings: Findings,
): VersionOrder {
  const places = [BEGINNING, ...lives.flatMap((chain, i) => placesOf(chain, i === lives.length - 1))];
  checkClock(places, findings);
  const order = new VersionOrder(context, withBounds(places));
  for (const absence of absences) {
    const found = placeAbsence(absence, order.moments);
    findings.insist(found, 'absence', () => `${short(absence)} while there was a context all the time`);
  }
  return order;
}

const BEGINNING: Place = { life: null, version: 0, cursor: undefined, state: null, maker: undefined, seen: [] };

function placesOf(chain: Chain, isLast: boolean): readonly Place[] {
  const { life, last, cursors, states, makers, endCursor, enders } = chain;
  const seenAt = new Map<string, Happening[]>();
  for (const sighting of chain.claims.sightings) {
    const { by, version, isEnd, asked, answered } = sighting;
    if (by === 'the end') continue;
    const key = `${version} ${isEnd}`;
    const list = seenAt.get(key) ?? [];
    seenAt.set(key, list);
    list.push({ asked, answered, what: () => whatOf(sighting) });
  }
  const versions = Array.from({ length: last }, (_, i): Place => {
    const version = i + 1;
    const maker = happening(makers[version]);
    const seen = seenAt.get(`${version} false`) ?? [];
    return { life, version, cursor: cursors[version], state: states[version], maker, seen };
  });
  const isOver = !isLast || endCursor !== undefined || enders.length > 0;
  const seen = seenAt.get(`${last} true`) ?? [];
  const end: Place = { life, version: last, cursor: endCursor, state: null, maker: happening(enders[0]), seen };
  return isOver ? [...versions, end] : versions;
}

function happening(maker: Maker | undefined): Happening | undefined {
  if (!maker) return undefined;
  const { request, answered } = maker;
  return { asked: askedAt(request), answered, what: () => request.attempts.map(short).join(' and ') };
}

function whatOf({ by, life, version }: Sighting): string {
  return typeof by === 'string' ? `${by} at ${at({ life, version })}` : short(by);
}

const NOBODY: Happening = { asked: Number.NEGATIVE_INFINITY, answered: Number.POSITIVE_INFINITY, what: () => '' };

/** From the last moment back: nobody is answered later in the order who was answered before the asking of somebody earlier in it. */
function checkClock(places: readonly Place[], findings: Findings): void {
  const blamed = new Set<Happening>();
  let first = NOBODY;
  const check = (happening: Happening): void => {
    const isLate = first.answered < happening.asked && !blamed.has(first);
    if (isLate) blamed.add(happening);
    const witness = first;
    findings.insist(!isLate, 'real time', () => `${happening.what()} is before ${witness.what()} in the order`);
  };
  const heed = (happening: Happening): void => {
    if (happening.answered < first.answered && !blamed.has(happening)) first = happening;
  };
  for (const { maker, seen } of places.toReversed()) {
    // Those who saw the same have no order among them.
    for (const one of seen) check(one);
    for (const one of seen) heed(one);
    if (maker) check(maker);
    if (maker) heed(maker);
  }
}

function withBounds(places: readonly Place[]): readonly Moment[] {
  let begunBefore = Number.POSITIVE_INFINITY;
  const upper = places.toReversed().map(({ maker, seen }) => {
    for (const { answered } of maker ? [maker, ...seen] : seen) begunBefore = Math.min(begunBefore, answered);
    return begunBefore;
  });
  let asked = 0;
  return places.map(({ life, version, cursor, state, maker, seen }, index): Moment => {
    if (maker) asked = Math.max(asked, maker.asked);
    const begunAfter = asked;
    for (const one of seen) asked = Math.max(asked, one.asked);
    const before = upper[places.length - 1 - index] ?? begunBefore;
    return { index, life, version, cursor, state, begunAfter, begunBefore: before };
  });
}

/**
 * Whether there is a moment without a context between all that was answered before an absence was asked for and all that was asked for
 * after it was answered. (The first such moment is as good as any: two absences are then in the order of their asking.)
 */
function placeAbsence({ asked, answered }: Operation, moments: readonly Moment[]): boolean {
  let low = 0;
  let high = moments.length;
  // The bounds rise along the order: how many moments had begun before the asking?
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((moments[middle]?.begunBefore ?? Number.POSITIVE_INFINITY) < asked) low = middle + 1;
    else high = middle;
  }
  for (const moment of moments.slice(Math.max(0, low - 1))) {
    if (moment.begunAfter >= answered) return false;
    if (moment.state === null) return true;
  }
  return false;
}
