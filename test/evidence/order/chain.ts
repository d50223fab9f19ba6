import { decodeCursor, encodeCursor, isEnded } from '../../../src/context/cursor.ts';
import { equal, type JsonObject } from '../../../src/json.ts';
import type { DeletedTold, DeltaTold, FullTold, Told } from '../recording.ts';
import { at, type Findings, short } from '../violation.ts';
import { askedAt, type Claim, type Leap, type Request, type Sighting } from './claims.ts';
import { effectOf, leads } from './effects.ts';
import { explain } from './explain.ts';
import { Gap } from './gap.ts';
import type { Suspects } from './suspects.ts';

/** Who made a version, or an end: as it was told itself, or as it was found out. */
export interface Maker {
  readonly request: Request;
  /** When it was answered; never, where it was found out. */
  readonly answered: number;
}

/** All that is claimed of one life. */
export interface LifeClaims {
  readonly life: string;
  readonly made: readonly Claim<DeltaTold>[];
  readonly ended: readonly Claim<DeletedTold>[];
  readonly sightings: readonly Sighting[];
  readonly hints: readonly Sighting[];
  readonly leaps: readonly Leap[];
}

/** One life, version by version. */
export class Chain {
  readonly life: string;
  readonly claims: LifeClaims;
  /** By version, from 1 on. */
  readonly makers: (Maker | undefined)[] = [];
  readonly cursors: (string | undefined)[] = [];
  /** By version; at 0 the nothing that a life begins with. Undefined where nobody knows. */
  readonly states: (JsonObject | undefined)[] = [{}];
  endCursor: string | undefined;
  enders: readonly Maker[] = [];
  readonly #findings: Findings;
  readonly #suspects: Suspects;
  readonly #answers: ReadonlyMap<string, number>;
  readonly #made = new Map<number, Claim<DeltaTold>>();
  /** Versions that two requests claim: what else is wrong with them follows from that. */
  readonly #contested = new Set<number>();

  constructor(claims: LifeClaims, findings: Findings, suspects: Suspects) {
    this.life = claims.life;
    this.claims = claims;
    this.#findings = findings;
    this.#suspects = suspects;
    this.#answers = firstAnswers([...claims.made, ...claims.ended]);
    for (const claim of claims.made) this.#take(claim);
    for (const { cursor, version, isEnd } of [...claims.ended.map(endOf), ...claims.sightings]) {
      this.#name(cursor, version, isEnd);
    }
    const { hints, leaps, sightings, made } = claims;
    const lastKnown = lastOf([
      ...made.map(({ told }) => told),
      ...[...sightings, ...hints].filter(({ state }) => state),
      ...leaps,
    ]);
    this.#replay(lastKnown);
  }

  /**
   * The versions at the end of which nothing is known but that they were there. Whoever fits may have made them: so only those do whom no other
   * life has any need of.
   */
  finish(): void {
    this.#replay(Number.POSITIVE_INFINITY);
    this.#end();
  }

  get last(): number {
    return this.states.length - 1;
  }

  #take(claim: Claim<DeltaTold>): void {
    const { request, attempt, told } = claim;
    const { version, cursor } = told;
    const other = this.#made.get(version);
    if (other && other.request !== request) {
      this.#contested.add(version);
      const who = `${short(other.attempt)} and ${short(attempt)}`;
      this.#findings.insist(false, 'made once', () => `${at(told)} was made by ${who}`);
      return;
    }
    // Of two attempts the one that made it knows its state.
    if (!other || !fullOf(other.attempt, other.told)) this.#made.set(version, claim);
    this.#findings.insist(
      told.fromVersion === version - 1,
      'effect',
      () => `${short(attempt)} made more than a version`,
    );
    this.#name(cursor, version, false);
  }

  /** One position has one cursor, which says the same as what it is told with. */
  #name(cursor: string, version: number, isEnd: boolean): void {
    const position = decodeCursor(cursor);
    const says = isEnded(position) === isEnd && encodeCursor({ ...position, life: this.life, version }) === cursor;
    const name = `${isEnd ? 'the end of ' : ''}${at({ life: this.life, version })}`;
    this.#findings.insist(says, 'one cursor', () => `${name} was told with the cursor of ${at(position)}`);
    const known = isEnd ? this.endCursor : this.cursors[version];
    if (isEnd) this.endCursor ??= cursor;
    else this.cursors[version] ??= cursor;
    const isOne = known === undefined || known === cursor || this.#contested.has(version);
    // Two ends are told of as such.
    this.#findings.insist(isOne || isEnd, 'one cursor', () => `${name} has two cursors: two states`);
  }

  #lastClaimed(): number {
    const { made, ended, sightings } = this.claims;
    return lastOf([...made.map(({ told }) => told), ...ended.map(({ told }) => told), ...sightings]);
  }

  /** As far as something is claimed, and on from there as far as subscribers were told of something that somebody can have done. */
  #replay(most: number): void {
    const last = Math.min(most, this.#lastClaimed());
    for (let version = this.last + 1; version <= last; version += 1) {
      const claim = this.#made.get(version);
      if (claim) this.#follow(claim, version);
      else version = this.#bridge(version, last) ?? this.#fill(version, last);
    }
    const told = Math.min(most, lastOf(this.claims.hints));
    if (told > this.last) this.#extend(told);
  }

  /** A version whose request was answered: what it says it made, held against what its verb makes of the state before. */
  #follow({ request, attempt, told }: Claim<DeltaTold>, version: number): void {
    const before = this.states[version - 1];
    const full = fullOf(attempt, told);
    const made = before && effectOf(request.write, version === 1 ? null : before);
    const state = full?.context ?? made ?? undefined;
    this.states[version] = state;
    this.makers[version] = { request, answered: this.#answers.get(told.cursor) ?? attempt.answered };
    if (before === undefined || this.#contested.has(version) || this.#contested.has(version - 1)) return;
    const isRight = made != null && (!full || equal(made, full.context)) && (version === 1 || !equal(made, before));
    const findings = this.#findings;
    if (!findings.insist(isRight, 'effect', () => `${short(attempt)} is not what its verb makes of ${text(before)}`))
      return;
    findings.insist(leads(told, before, state), 'delta', () => `the delta of ${short(attempt)} leads elsewhere`);
  }

  /** The last version of a gap, which ends before a claim that it does not go on behind. */
  #endOfGap(from: number, last: number, goesOn: (claim: Claim<DeltaTold>) => boolean): number {
    let to = from;
    for (let next = to + 1; next <= last; next += 1) {
      const claim = this.#made.get(next);
      if (claim && !goesOn(claim)) break;
      to = next;
    }
    return to;
  }

  /**
   * A gap with those behind it, as far as the claims between them tell no state: only what comes after those may tell who filled it. Returns the last
   * version; undefined where there is nothing of the kind, or nobody can have filled them all.
   */
  #bridge(from: number, last: number): number | undefined {
    const to = this.#endOfGap(from, last, ({ attempt, told }) => !fullOf(attempt, told));
    if (to === this.#endOfGap(from, last, () => false)) return undefined;
    const gap = this.#gap(from, to);
    const steps = gap && explain(gap, this.#suspects.likely);
    if (!steps) return undefined;
    for (const [i, { request, state }] of steps.entries()) {
      const claim = this.#made.get(from + i);
      if (claim) this.#follow(claim, from + i);
      else {
        this.#suspects.spend(request);
        this.states[from + i] = state;
        this.makers[from + i] = { request, answered: Number.POSITIVE_INFINITY };
      }
    }
    return to;
  }

  /** Returns the last version of the gap. */
  #fill(from: number, last: number): number {
    const to = this.#endOfGap(from, last, () => false);
    const gap = this.#gap(from, to);
    const steps = gap && this.#suspects.accuse(gap, this.#findings, at({ life: this.life, version: from }));
    for (let version = from; version <= to; version += 1) {
      const step = steps?.[version - from];
      const seen = this.claims.sightings.find((one) => !one.isEnd && one.version === version && one.state);
      this.states[version] = step?.state ?? seen?.state;
      this.makers[version] = step && { request: step.request, answered: Number.POSITIVE_INFINITY };
    }
    return to;
  }

  #extend(to: number): void {
    const from = this.last + 1;
    const gap = this.#gap(from, to);
    const steps = gap && explain(gap, this.#suspects.likely);
    if (!steps) return;
    for (const { request, state } of steps) {
      this.#suspects.spend(request);
      this.states.push(state);
      this.makers[this.last] = { request, answered: Number.POSITIVE_INFINITY };
    }
    for (const { cursor, version, isEnd } of this.claims.hints) if (!isEnd) this.cursors[version] ??= cursor;
  }

  /** Null where what came before is not known, so that nothing can be told of what came after. */
  #gap(from: number, to: number): Gap | null {
    if (this.states[from - 1] === undefined) return null;
    const { made, ended, sightings, hints, leaps } = this.claims;
    const next = this.#made.get(to + 1);
    const told = made.map(({ told: { version, cursor }, attempt }) => ({
      version,
      state: version > to ? fullOf(attempt, { cursor })?.context : undefined,
      answered: attempt.answered,
    }));
    return new Gap({
      from,
      to,
      states: this.states,
      // Who is told of an end is told that there was a last version.
      sightings: [...told, ...ended.map(seenAtEnd), ...sightings, ...hints],
      leaps,
      claimed: (version) => this.#made.get(version),
      isMet: (request, version) => isMet(request, version, this.cursors[version - 1]),
      leadsOn: (state) => !next || this.#isBefore(next, state),
    });
  }

  #isBefore({ request, attempt, told }: Claim<DeltaTold>, state: JsonObject): boolean {
    const made = effectOf(request.write, state);
    const full = fullOf(attempt, told);
    return made !== null && (!full || equal(made, full.context)) && leads(told, state, made);
  }

  #end(): void {
    const { ended, hints } = this.claims;
    const [first] = ended;
    const findings = this.#findings;
    const others = ended.filter(({ request }) => request !== first?.request);
    for (const { attempt } of others) {
      findings.insist(false, 'one end', () => `${short(attempt)} ended what ${first && short(first.attempt)} did`);
    }
    for (const { told, attempt } of ended) {
      findings.insist(
        told.version === this.last,
        'one end',
        () => `${short(attempt)}: there is a version ${this.last}`,
      );
    }
    if (first)
      this.enders = [
        { request: first.request, answered: this.#answers.get(first.told.cursor) ?? first.attempt.answered },
      ];
    else if (this.endCursor === undefined) this.endCursor = hints.find(({ isEnd }) => isEnd)?.cursor;
  }

  /** Looks for who ended it, where nobody was told so: somebody who had asked before what came after was answered. */
  findEnder(isOver: boolean, before: number): void {
    if (this.enders.length > 0) return;
    const { sightings, hints } = this.claims;
    const seen = [...sightings, ...hints].filter(({ isEnd }) => isEnd).map(({ answered }) => answered);
    const bound = Math.min(before, ...seen);
    const cursor = this.cursors[this.last];
    const ender = this.#suspects.ender((one) => askedAt(one) < bound && isMet(one, this.last + 1, cursor));
    if (ender) this.enders = [{ request: ender, answered: Number.POSITIVE_INFINITY }];
    else this.#findings.insist(!isOver, 'one end', () => `nobody ended ${at({ life: this.life, version: this.last })}`);
  }
}

/** Whether a request's condition holds on the version before the one that it makes. */
function isMet({ write }: Request, version: number, cursorBefore: string | undefined): boolean {
  const { expectedVersion = version - 1, expectedCursor } = write;
  if (expectedVersion !== version - 1) return false;
  if (expectedCursor === undefined) return true;
  return version === 1 ? isEnded(decodeCursor(expectedCursor)) : expectedCursor === cursorBefore;
}

function lastOf(versions: readonly { readonly version: number }[]): number {
  return versions.reduce((last, { version }) => Math.max(last, version), 0);
}

/** By cursor, when somebody was first told to have made it. (Attempts of one request are told the same.) */
function firstAnswers(claims: readonly Claim<Told>[]): ReadonlyMap<string, number> {
  const answers = new Map<string, number>();
  for (const { attempt, told } of claims) {
    answers.set(told.cursor, Math.min(attempt.answered, answers.get(told.cursor) ?? Number.POSITIVE_INFINITY));
  }
  return answers;
}

/** The context that a write was answered with, where it is the one that it made. (A repetition tells of a later one.) */
function fullOf({ answer }: Claim<DeltaTold>['attempt'], { cursor }: Pick<Told, 'cursor'>): FullTold | undefined {
  return answer.kind === 'changed' && answer.context.cursor === cursor ? answer.context : undefined;
}

function seenAtEnd({ told: { version }, attempt: { answered } }: Claim<DeletedTold>) {
  return { version, state: undefined, answered };
}

function endOf({ told: { cursor, version } }: Claim<DeletedTold>): Pick<Sighting, 'cursor' | 'version' | 'isEnd'> {
  return { cursor, version, isEnd: true };
}

function text(state: JsonObject): string {
  const json = JSON.stringify(state);
  return json.length > 200 ? `${json.slice(0, 197)}...` : json;
}
