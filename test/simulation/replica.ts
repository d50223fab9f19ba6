import { encodeCursor } from '../../src/context/cursor.ts';
import type { ContextDeleted, ContextDelta, ContextEvent, FullContext } from '../../src/context/model.ts';
import type { Given } from '../../src/context/start.ts';
import { applyChanges, renderChanges } from '../../src/delta/changes.ts';
import { equal, type JsonObject } from '../../src/json.ts';
import type { Head } from '../../src/store/store.ts';
import { type History, insist, type Moment } from './history.ts';

/** How a client names where it stands: not at all, holding nothing, as Chord did, or exactly. */
export type Beginning = 'none' | 'zero' | 'version' | 'cursor';

type Held =
  | { readonly kind: 'nothing' }
  /** It named no position, and the server has not looked yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'live'; readonly moment: Moment; readonly state: JsonObject }
  | {
      readonly kind: 'gone';
      readonly told: Told /** Null where the end left no trace. */;
      readonly moment: Moment | null;
    };

interface Told {
  readonly life: string;
  readonly version: number;
  readonly cursor: string;
}

export interface Rules {
  readonly deltaThreshold: number;
  /** Whether commits may be taken back, so that versions may go down within a life. */
  readonly mayRewind: () => boolean;
}

/**
 * A client's copy of one context, kept exactly as a client is told to keep it, beside the history that it must agree with at every
 * step.
 */
export class Replica {
  readonly #history: History;
  readonly #rules: Rules;
  #held: Held = { kind: 'nothing' };
  #beginning: Beginning = 'zero';
  /** Counts the events since it began to watch. */
  #told = 0;
  /** When what it was told last became the head. */
  #headAt = -1;
  #sawNoTrace = false;

  constructor(history: History, rules: Rules) {
    this.#history = history;
    this.#rules = rules;
  }

  /** Whether there is a position to come back with. */
  get hasPosition(): boolean {
    return this.#held.kind === 'live' || this.#held.kind === 'gone';
  }

  /** A copy that comes from elsewhere, such as a write's answer. */
  hold(cursor: string): void {
    const moment = this.#history.get(cursor, 'an answer');
    this.#headAt = moment.headAt;
    this.#held =
      moment.state === null
        ? { kind: 'gone', told: told(moment), moment }
        : { kind: 'live', moment, state: moment.state };
  }

  begin(beginning: Beginning): Given {
    this.#beginning = beginning;
    this.#told = 0;
    if (beginning === 'none' || beginning === 'zero' || !this.hasPosition) {
      this.#held = { kind: beginning === 'none' ? 'unknown' : 'nothing' };
      this.#headAt = -1;
      return beginning === 'none' ? {} : { version: 0 };
    }
    const { version, cursor } = this.#position();
    // A life's first position is version 1 or above, so that a bare version is never the 0 of who holds nothing.
    return beginning === 'cursor' ? { cursor } : { version };
  }

  /** The server has read something for this client. */
  saw(head: Head | null): void {
    this.#sawNoTrace = head === null;
  }

  /** The server has looked where the context stands, for this client. */
  looked(head: Head | null): void {
    this.saw(head);
    if (this.#told > 0 || (this.#held.kind !== 'unknown' && this.#beginning !== 'version')) return;
    const moment = head ? this.#history.get(encodeCursor(head.position), 'the store') : null;
    if (this.#held.kind === 'unknown') {
      if (moment) this.hold(moment.cursor);
      else this.#held = { kind: 'nothing' };
    } else if (moment && head?.status === 'live') this.#compare(moment, head.floor);
  }

  /** What a bare version comes to, in the life that stands. */
  #compare(head: Moment, floor: number): void {
    const { version } = this.#position();
    if (version <= floor) return;
    // Beyond what a floor covers, it counts as one of this life, whichever it was.
    const luck = this.#isProven(head) ? null : this.#history.ancestor(head, version);
    if (luck) this.hold(luck.cursor);
    // The server says nothing, and knows the exact position from now on.
    if (this.#held.kind === 'live' && this.#held.moment === head) this.#beginning = 'cursor';
  }

  receive(event: ContextEvent, askedAt: number): void {
    const before = this.#held;
    insist(before.kind !== 'unknown', () => 'an event before the store was read');
    if (event.kind === 'deleted' && event.reason === 'LOST') this.#lose(event);
    else {
      const moment = this.#history.get(event.cursor, 'an event');
      insist(moment.position.life === event.life, () => 'the event and its cursor name two lives');
      insist(moment.position.version === event.version, () => 'the event and its cursor name two versions');
      insist(moment.headAt >= askedAt, () => 'the event was old already when it was asked for');
      const mayRepeat = this.#told === 0 && this.#beginning === 'version';
      insist(mayRepeat || moment.headAt > this.#headAt, () => 'the event is no news');
      insist(moment.at === (event.kind === 'deleted' ? event.deletedAt : event.insertedAt), () => 'the time is wrong');
      if (event.kind === 'full') this.#replace(event);
      else if (event.kind === 'delta') this.#advance(event);
      this.hold(event.cursor);
      if (event.kind === 'deleted') insist(moment.state === null, () => 'a deletion is told of a context that lives');
    }
    this.#told += 1;
  }

  /** Once nothing changes any more, it must be what the store holds. */
  insistOn(head: Head | null): void {
    const held = this.#held;
    if (head?.status === 'live') {
      insist(held.kind === 'live', () => `it holds ${held.kind}, and the context is there`);
      insist(held.moment.cursor === encodeCursor(head.position), () => `it stayed behind at ${held.moment.cursor}`);
      return;
    }
    insist(held.kind === 'gone' || held.kind === 'nothing', () => `it holds ${held.kind}, and the context is gone`);
    const isOfThisEnd = head === null || held.kind === 'nothing' || held.told.cursor === encodeCursor(head.position);
    insist(isOfThisEnd, () => 'it was not told of the latest deletion');
  }

  #replace(event: FullContext): void {
    const held = this.#held;
    const state = this.#history.get(event.cursor, 'an event').state;
    insist(state !== null && equal(state, event.context), () => 'the full context is not the one that was committed');
    this.#insistOnReason(event, held);
  }

  #insistOnReason({ life, version, reason }: FullContext, held: Held): void {
    insist((reason === 'INITIAL') === (held.kind === 'nothing'), () => `${reason} for who held ${held.kind}`);
    if (held.kind === 'nothing') return;
    const isSameLife = this.#position().life === life;
    insist(!isSameLife || reason !== 'NEW_LIFE', () => 'NEW_LIFE for the same life');
    // Whoever names a bare version has named no life: anything that cannot be proven may have another reason.
    if (this.#told === 0 && this.#beginning === 'version') return;
    insist(isSameLife || reason === 'NEW_LIFE', () => `${reason} for another life`);
    if (!isSameLife || this.#rules.mayRewind()) return;
    insist(held.kind === 'live', () => 'a life goes on after its end');
    const from = held.moment.position.version;
    insist(version > from, () => 'versions of one life do not increase');
    if (reason === 'SMALLER_THAN_DELTA') return;
    insist(reason === 'WINDOW_PASSED' || reason === 'FELL_BEHIND', () => `${reason} for a proven position`);
    insist(version - from > this.#rules.deltaThreshold, () => `${reason} within the window`);
    insist(this.#told === 0 || reason === 'FELL_BEHIND', () => `${reason} after the catch-up`);
  }

  #advance(event: ContextDelta): void {
    const held = this.#held;
    insist(held.kind === 'live', () => `a delta for who holds ${held.kind}`);
    const { life, version } = held.moment.position;
    insist(event.life === life, () => 'a delta on another life');
    insist(event.fromVersion === version, () => `a delta from ${event.fromVersion} on version ${version}`);
    insist(event.version > version, () => 'versions of one life do not increase');
    const state = applyChanges(renderChanges(event.delta), held.state);
    const { state: truth } = this.#history.get(event.cursor, 'an event');
    insist(truth !== null && equal(state, truth), () => 'the delta does not make what was committed');
  }

  #lose(event: ContextDeleted): void {
    const held = this.#held;
    insist(this.#sawNoTrace, () => 'lost, and the store has a trace of it');
    const isBare = this.#told === 0 && this.#beginning === 'version';
    insist(held.kind === 'live' || (isBare && held.kind === 'gone'), () => `lost for who holds ${held.kind}`);
    insist(event.version === this.#position().version, () => 'lost at a version that it did not hold');
    if (!isBare && held.kind === 'live') {
      insist(event.life === held.moment.position.life, () => 'lost in a life that it did not hold');
    }
    this.#held = { kind: 'gone', told: event, moment: null };
  }

  /** Whether the floor, or the chain itself, tells a life that stands from the one that the held version belongs to. */
  #isProven(head: Moment): boolean {
    const held = this.#held;
    if (held.kind !== 'live' && held.kind !== 'gone') return true;
    return held.moment !== null && !held.moment.isUndone && held.moment.epoch === head.epoch;
  }

  #position(): Told {
    const held = this.#held;
    if (held.kind === 'live') return told(held.moment);
    if (held.kind === 'gone') return held.told;
    throw new TypeError('Nothing is held.');
  }
}

function told({ position: { life, version }, cursor }: Moment): Told {
  return { life, version, cursor };
}
