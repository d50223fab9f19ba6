import { decodeCursor, isEnded } from '../../src/context/cursor.ts';
import { equal } from '../../src/json.ts';
import { leads } from './order/effects.ts';
import type { Moment, VersionOrder } from './order/version-order.ts';
import type { EventTold, Received, Session, Subscription, Told } from './recording.ts';
import { at, type Violation, type WatchRule } from './violation.ts';

export interface WatchRules {
  /** How many of a context's latest deltas the servers keep: as far as it reaches, a delta comes and not a whole context. */
  readonly window: number;
}

/** What is wrong with one subscription, given what really happened to its context; nothing, if nothing is. */
export type Validator = (subscription: Subscription, order: VersionOrder, rules: WatchRules) => readonly string[];

/**
 * ordered: what a session tells goes forward only: up in the versions of a life, and from one life to a later one, never back.
 */
const ordered: Validator = ({ sessions }, order) =>
  sessions.flatMap((session) =>
    pairs(session).flatMap(([before, { event }]) => {
      if (event.cursor === before.event.cursor) return [];
      const goesBack = event.life === before.event.life && !isEnd(event) && event.version <= before.event.version;
      const [earlier, later] = [momentOf(before.event, order), momentOf(event, order)];
      const isReturn = earlier !== undefined && later !== undefined && later.index < earlier.index;
      return goesBack || isReturn ? [`${told(event)} comes after ${told(before.event)}`] : [];
    }),
  );

/**
 * unique: a session tells no state twice.
 */
const unique: Validator = ({ sessions }) =>
  sessions.flatMap(({ events }) => {
    const known = new Set<string>();
    return events.flatMap(({ event }) => {
      const isNew = !known.has(event.cursor);
      known.add(event.cursor);
      return isNew ? [] : [`${told(event)} is told twice`];
    });
  });

/**
 * gapless: within a session each delta starts from the state told before. Where none can, because the window no longer holds what is
 * between, or the delta would be larger, a whole context comes and says so; a new life begins with one that says NEW_LIFE, and no life
 * goes on after its deletion.
 */
const gapless: Validator = ({ sessions }, _order, rules) =>
  sessions.flatMap((session) =>
    pairs(session).flatMap(([{ event: before }, { event }]) => {
      // What goes back, or stands still, is another rule's matter.
      if (event.cursor === before.cursor || goesNowhere(before, event)) return [];
      const gap = gapBetween(before, event, rules, ['FELL_BEHIND']);
      return gap === null ? [] : [gap];
    }),
  );

/**
 * atomic: each event tells exactly one committed state, whole, and not before its write was asked for: a full context is that state, a
 * delta turns the committed state that it starts from into it, a deletion is the end of that life.
 */
const atomic: Validator = ({ sessions }, order) =>
  sessions.flatMap(({ events }) =>
    events.flatMap(({ at: heard, event }) => {
      const moment = momentOf(event, order);
      if (!moment) return [`${told(event)} was never committed`];
      if (heard < moment.begunAfter) return [`${told(event)} is told before it can have been committed`];
      return isCommitted(event, moment, order) ? [] : [`${told(event)} is not what was committed`];
    }),
  );

/**
 * resumable: a session that begins at a position goes on from exactly there: its first event leads from that state to a later one, as
 * within a session, and is not from before the session began. One that began with nothing gets the whole context; one without a position gets
 * nothing that was over before it began.
 */
const resumable: Validator = ({ sessions }, order, rules) =>
  sessions.flatMap((session) => {
    const [first] = session.events;
    if (!first) return [];
    return [
      ...startFaults(session, first.event, order, rules),
      ...session.events.flatMap(({ event }) => {
        const moment = momentOf(event, order);
        const next = moment && order.after(moment);
        return next && next.begunBefore < session.asked ? [`${told(event)} was over before the session began`] : [];
      }),
    ];
  });

/**
 * bookmark: the cursor of an event is the position itself: the same that writers and readers were given with that state; and whoever
 * comes back with it is not told of it again.
 */
const bookmark: Validator = ({ sessions }, order) =>
  sessions.flatMap(({ from, events }) =>
    events.flatMap(({ event }, i) => {
      const { cursor } = event;
      if (i === 0 && from.kind === 'cursor' && from.cursor === cursor) return [`${told(event)} is told to who has it`];
      const position = decodeCursor(cursor);
      const isIts =
        position.life === event.life && position.version === event.version && isEnded(position) === isEnd(event);
      const known = momentOf(event, order)?.cursor ?? cursor;
      return isIts && known === cursor ? [] : [`${told(event)} has a cursor of its own`];
    }),
  );

/**
 * state-equal: the copy that a client has kept by nothing but the events is, at the end of each session, the state that was committed at
 * the copy's position, and that is the position last told.
 */
const stateEqual: Validator = ({ sessions }, order) =>
  sessions.flatMap(({ from, events, misfits, copy }, i) => {
    if (misfits > 0) return [`session ${i}: ${misfits} events did not fit the copy`];
    const last = events.at(-1)?.event;
    // Without a position, and before any whole context, there is no copy.
    if (copy.status === 'empty') return from.kind === 'now' || !last ? [] : [`session ${i}: there is no copy`];
    if (last && last.cursor !== copy.cursor && from.kind !== 'now') return [`session ${i}: the copy stayed behind`];
    const moment = order.find(copy, copy.status === 'deleted');
    const state = copy.status === 'live' ? copy.context : null;
    const isEqual = state === null || moment?.state == null ? true : equal(state, moment.state);
    return moment && isEqual ? [] : [`session ${i}: the copy at ${at(copy)} is another state`];
  });

/**
 * converged: when all has been written and told, the copy is where the context is: at its last version, or gone with its last life.
 */
const converged: Validator = ({ sessions }, { last }) => {
  const copy = sessions.at(-1)?.copy ?? { status: 'empty' };
  if (copy.status === 'empty') return last.state === null ? [] : ['it holds nothing, and there is a context'];
  const isThere =
    copy.life === last.life && copy.version === last.version && (copy.status === 'deleted') === (last.state === null);
  const end = last.life === null ? 'nothing' : at({ life: last.life, version: last.version });
  return isThere ? [] : [`its copy is at ${at(copy)}, ${copy.status}, and the context ended up at ${end}`];
};

/**
 * nothing-after-complete: once the server has said that a subscription is over, or has heard that the client has left, nothing more of
 * it comes; and of its own the server ends none.
 */
const nothingAfterComplete: Validator = ({ sessions }) =>
  sessions.flatMap(({ ended, late, events }) => [
    ...[...late, ...events.filter((received) => received.at > ended.at)].map(
      ({ event }) => `${told(event)} came after the end`,
    ),
    ...(ended.why === 'completed' || ended.why === 'failed' ? [`the server ${ended.why} it`] : []),
  ]);

export const validators: { readonly [rule in WatchRule]: Validator } = {
  ordered,
  unique,
  gapless,
  atomic,
  resumable,
  bookmark,
  'state-equal': stateEqual,
  converged,
  'nothing-after-complete': nothingAfterComplete,
};

/** All nine. */
export function validate(subscription: Subscription, order: VersionOrder, rules: WatchRules): readonly Violation[] {
  return (Object.keys(validators) as WatchRule[]).flatMap((rule) =>
    validators[rule](subscription, order, rules).map((what) => ({
      rule,
      context: subscription.context,
      what: `${subscription.name}: ${what}`,
    })),
  );
}

function pairs({ events }: Session): readonly (readonly [Received, Received])[] {
  return events.slice(1).map((event, i) => [events[i] ?? event, event] as const);
}

function isEnd(event: EventTold): boolean {
  return event.__typename === 'ContextDeleted';
}

function momentOf(event: EventTold, order: VersionOrder): Moment | undefined {
  return order.find(event, isEnd(event));
}

function goesNowhere(before: EventTold, event: EventTold): boolean {
  return event.life === before.life && !isEnd(event) && event.version <= before.version;
}

type Late = 'FELL_BEHIND' | 'WINDOW_PASSED';

/** Why an event does not follow on what was told before; null where it does. `late` is what a whole context says to who was too slow. */
function gapBetween(
  before: Pick<Told, 'life' | 'version'> & { readonly cursor: string },
  event: EventTold,
  { window }: WatchRules,
  late: readonly Late[],
): string | null {
  const follows = `${told(event)} after ${at(before)}`;
  const isOver = isEnded(decodeCursor(before.cursor));
  switch (event.__typename) {
    case 'ContextDeleted':
      return null;
    case 'Delta': {
      const isNext = event.life === before.life && event.fromVersion === before.version && !isOver;
      return isNext ? null : `${follows} starts from version ${event.fromVersion}`;
    }
    case 'FullContext': {
      if (event.life !== before.life) return event.reason === 'NEW_LIFE' ? null : `${follows} says ${event.reason}`;
      const isSmall = event.reason === 'SMALLER_THAN_DELTA';
      const isPast = late.some((reason) => reason === event.reason) && event.version - before.version > window;
      return isSmall || isPast ? null : `${follows} is a whole context, which says ${event.reason}`;
    }
  }
}

function startFaults(session: Session, event: EventTold, order: VersionOrder, rules: WatchRules): readonly string[] {
  const { from, asked } = session;
  switch (from.kind) {
    case 'now':
      return event.__typename === 'Delta' && !order.find({ life: event.life, version: event.fromVersion })
        ? [`${told(event)} starts from what never was`]
        : [];
    case 'nothing': {
      const isWhole = event.__typename === 'FullContext' && event.reason === 'INITIAL';
      return isWhole ? [] : [`${told(event)} is told to who holds nothing`];
    }
    case 'version': {
      const isFromThere = event.__typename !== 'Delta' || event.fromVersion === from.version;
      return isFromThere ? [] : [`${told(event)} is told to who holds version ${from.version}`];
    }
    case 'cursor': {
      const position = decodeCursor(from.cursor);
      const start = order.find(position, isEnded(position));
      const first = momentOf(event, order);
      if (event.cursor === from.cursor) return [];
      if (start && first && first.index <= start.index)
        return [`${told(event)} is no news for who holds ${at(position)}`];
      // Where the window reached back to it when it came, it may have fallen behind since, though it was told nothing yet.
      const wasInTime = start !== undefined && missedAt(asked, start, order, rules.window) <= rules.window;
      const late: readonly Late[] = wasInTime ? ['WINDOW_PASSED', 'FELL_BEHIND'] : ['WINDOW_PASSED'];
      const gap = gapBetween({ ...position, cursor: from.cursor }, event, rules, late);
      return gap === null ? [] : [gap];
    }
  }
}

/** How many versions of a life are known to have followed a moment by some time; counted up to one more than `most`. */
function missedAt(time: number, start: Moment, order: VersionOrder, most: number): number {
  let missed = 0;
  for (let next = order.after(start); missed <= most && next && next.begunBefore < time; next = order.after(next)) {
    missed += 1;
  }
  return missed;
}

function isCommitted(event: EventTold, moment: Moment, order: VersionOrder): boolean {
  switch (event.__typename) {
    case 'ContextDeleted':
      return moment.state === null;
    case 'FullContext':
      return moment.state == null || equal(event.context, moment.state);
    case 'Delta': {
      const before = order.find({ life: event.life, version: event.fromVersion });
      return before !== undefined && leads(event, before.state ?? undefined, moment.state ?? undefined);
    }
  }
}

function told(event: EventTold): string {
  return `${event.__typename} ${at(event)}`;
}
