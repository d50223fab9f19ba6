import { equal, type JsonObject } from '../../../src/json.ts';
import type { DeltaTold } from '../recording.ts';
import { askedAt, type Claim, type Leap, type Request, type Sighting } from './claims.ts';
import { leads } from './effects.ts';

/** What is known around consecutive versions of one life that nobody was told to have made. */
export interface Surroundings {
  /** The first missing version. */
  readonly from: number;
  /** The last. */
  readonly to: number;
  /** The states before the gap, by version. */
  readonly states: readonly (JsonObject | undefined)[];
  /** What anybody was told of versions, within the gap and beyond. */
  readonly sightings: readonly Pick<Sighting, 'version' | 'state' | 'answered'>[];
  /** Changes that readers were told of: which may be wrong themselves. */
  readonly leaps: readonly Leap[];
  /** Who claims a version, where somebody does. */
  claimed(version: number): Claim<DeltaTold> | undefined;
  /** Whether a request's condition holds where it makes a version. */
  isMet(request: Request, version: number): boolean;
  /** Whether the version after the gap can have been made of a state. */
  leadsOn(state: JsonObject): boolean;
}

/** What whoever filled a gap must agree with. */
export class Gap {
  readonly from: number;
  readonly to: number;
  readonly #around: Surroundings;
  /** By version: when it, or a later one, was first seen. */
  readonly #seenBefore: number[] = [];
  readonly #seenAs = new Map<number, JsonObject[]>();
  readonly #leapsFrom = new Map<number, Leap[]>();
  readonly #leapsTo = new Map<number, Leap[]>();

  constructor(around: Surroundings) {
    const { from, to } = around;
    this.#around = around;
    this.from = from;
    this.to = to;
    for (const { version, state, answered } of around.sightings) {
      if (version < from) continue;
      this.#see(version, answered);
      if (state) add(this.#seenAs, version, state);
    }
    for (let v = to - 1; v >= from; v -= 1) this.#see(v, this.#seenBefore[v + 1] ?? Number.POSITIVE_INFINITY);
    for (const leap of around.leaps) {
      if (leap.version < from || leap.fromVersion > to) continue;
      add(this.#leapsFrom, leap.fromVersion, leap);
      add(this.#leapsTo, leap.version, leap);
    }
  }

  /** The same, but for what readers were told of changes. */
  withoutLeaps(): Gap {
    return new Gap({ ...this.#around, leaps: [] });
  }

  /** The state at the version before; null where the life begins with the gap. */
  get before(): JsonObject | null {
    return this.from === 1 ? null : (this.#around.states[this.from - 1] ?? null);
  }

  /** Whether it matters in which order a state was come to: a leap from the midst of the gap tells. */
  get hasLeapsWithin(): boolean {
    return [...this.#leapsFrom.keys()].some((version) => version >= this.from && version < this.to);
  }

  /** Those of the suspects who can have made a version, or who claims it. */
  candidates(version: number, suspects: readonly Request[]): readonly Request[] {
    const claim = this.#around.claimed(version);
    return claim ? [claim.request] : suspects.filter((request) => this.#allows(request, version));
  }

  /** Whether a request can have made a version, by its time and its condition. */
  #allows(request: Request, version: number): boolean {
    const isInTime = askedAt(request) < (this.#seenBefore[version] ?? Number.POSITIVE_INFINITY);
    return isInTime && this.#around.isMet(request, version);
  }

  /** Whether the states from the gap's first version on agree with all that is known of the last of them. */
  accepts(path: readonly JsonObject[]): boolean {
    const version = this.from + path.length - 1;
    const state = path.at(-1);
    const claim = this.#around.claimed(version);
    if (claim && state && !leads(claim.told, path.at(-2) ?? this.before ?? {}, state)) return false;
    if (state === undefined || !(this.#seenAs.get(version) ?? []).every((seen) => equal(seen, state))) return false;
    const stateAt = (v: number): JsonObject | undefined =>
      v < this.from ? this.#around.states[v] : (path[v - this.from] ?? this.#seenAs.get(v)?.[0]);
    const leaps = [...(this.#leapsTo.get(version) ?? []), ...(this.#leapsFrom.get(version) ?? [])];
    if (!leaps.every((leap) => leads(leap, stateAt(leap.fromVersion), stateAt(leap.version)))) return false;
    return version !== this.to || this.#around.leadsOn(state);
  }

  #see(version: number, answered: number): void {
    const v = Math.min(version, this.to);
    this.#seenBefore[v] = Math.min(answered, this.#seenBefore[v] ?? Number.POSITIVE_INFINITY);
  }
}

function add<T>(lists: Map<number, T[]>, version: number, value: T): void {
  const list = lists.get(version);
  if (list) list.push(value);
  else lists.set(version, [value]);
}
