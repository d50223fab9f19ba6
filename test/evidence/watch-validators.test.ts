import { describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/context/cursor.ts';
import { checkOrder } from './order/check.ts';
import type { DeltaTold, EventTold, FullTold, Received, Session, Subscription } from './recording.ts';
import { Story } from './story.ts';
import type { WatchRule } from './violation.ts';
import { validate, validators } from './watch-validators.ts';

/** Two lives, as seen in three sessions: the first life up to its third version, its end, and the second life. */
function rightStory(): Story {
  const story = new Story();
  const put = (changes: { readonly [key: string]: number }) => story.do({ verb: 'update', changes, remove: [] });
  story.watch('eve');
  story.do({ verb: 'set', context: { a: 1 } });
  put({ b: 1 });
  put({ c: 1 });
  story.leave('eve');
  story.watch('eve');
  put({ d: 1 });
  put({ e: 1 });
  story.do({ verb: 'delete' });
  story.leave('eve');
  story.watch('eve');
  story.do({ verb: 'set', context: { f: 1 } });
  put({ g: 1 });
  put({ h: 1 });
  put({ i: 1 });
  return story;
}

const recording = rightStory().end();
const order = checkOrder(recording).orders.get('x')!;
const subscription = recording.subscriptions[0]!;

type Edit = (session: Session) => Partial<Session>;

/** The same subscription with one session told another way. */
function withSession(index: number, edit: Edit): Subscription {
  const sessions = subscription.sessions.map((session, i) =>
    i === index ? { ...session, ...edit(session) } : session,
  );
  return { ...subscription, sessions };
}

/** With one event told another way, or with others in its place. */
function withEvent(session: number, index: number, edit: (event: EventTold) => readonly EventTold[]): Subscription {
  return withSession(session, ({ events }) => ({
    events: events.flatMap((received, i): Received[] =>
      i === index ? edit(received.event).map((event) => ({ ...received, event })) : [received],
    ),
  }));
}

function eventAt(session: number, index: number): EventTold {
  return subscription.sessions[session]!.events[index]!.event;
}

function rulesOf(one: Subscription): readonly string[] {
  return [...new Set(validate(one, order, { window: 100 }).map(({ rule }) => rule))];
}

function whole(
  { contextId, life, version, cursor }: EventTold,
  reason: FullTold['reason'],
  context?: FullTold['context'],
) {
  const state = context ?? order.find({ life, version })?.state ?? {};
  return { __typename: 'FullContext', contextId, life, version, cursor, context: state, reason } as const;
}

test('nothing is wrong with a subscription that is right', () => {
  expect(subscription.sessions.map(({ events }) => events.length)).toEqual([3, 3, 4]);
  expect(rulesOf(subscription)).toEqual([]);
});

test('nor with one that was told two changes at once, or whole contexts that say why', () => {
  const [first, second] = [eventAt(2, 1) as DeltaTold, eventAt(2, 2) as DeltaTold];
  const changes = [...first.changes, ...second.changes];
  const merged = withSession(2, ({ events }) => ({
    events: [events[0]!, { at: events[2]!.at, event: { ...second, fromVersion: 1, changes } }, events[3]!],
  }));
  expect(rulesOf(merged)).toEqual([]);
  const large = withEvent(2, 2, (event) => [whole(event, 'SMALLER_THAN_DELTA')]);
  expect(rulesOf(large)).toEqual([]);
  const late = withSession(2, ({ events }) => {
    return { events: [events[0]!, { at: events[3]!.at, event: whole(events[3]!.event, 'FELL_BEHIND') }] };
  });
  expect(validate(late, order, { window: 2 })).toEqual([]);
});

test('nor with one that falls behind before it is told anything, if the window reached back to where it began when it came', () => {
  const fallsBehind = (from: EventTold): Subscription =>
    withSession(1, ({ events }) => ({
      from: { kind: 'cursor', cursor: from.cursor },
      events: [{ at: events[1]!.at, event: whole(events[1]!.event, 'FELL_BEHIND') }, events[2]!],
    }));
  for (const n of [2, 1]) expect(validate(fallsBehind(eventAt(0, n)), order, { window: 1 })).toEqual([]);
  const wasLate = validate(fallsBehind(eventAt(0, 0)), order, { window: 1 });
  expect(wasLate.map(({ rule }) => rule)).toEqual(['resumable']);
});

test('nor with one that began without a position, and was told a delta', () => {
  const some = withSession(1, ({ events }) => ({
    from: { kind: 'now' },
    events: events.slice(1),
    copy: { status: 'empty' },
  }));
  expect(rulesOf(some)).toEqual([]);
});

interface Planted {
  readonly what: string;
  readonly rule: WatchRule;
  readonly told: () => Subscription;
}

const planted: readonly Planted[] = [
  {
    what: 'two events in the wrong order',
    rule: 'ordered',
    told: () =>
      withSession(2, ({ events }) => ({
        events: [0, 2, 1, 3].map((i, n) => ({
          at: events[3]!.at,
          event: n === 0 ? events[0]!.event : whole(eventAt(2, i), 'SMALLER_THAN_DELTA'),
        })),
      })),
  },
  {
    what: 'a life that comes back',
    rule: 'ordered',
    told: () =>
      withSession(2, ({ events }) => ({
        from: { kind: 'nothing' },
        asked: 0,
        events: [
          { at: events[0]!.at, event: whole(eventAt(2, 0), 'INITIAL') },
          { at: events[1]!.at, event: whole(eventAt(0, 2), 'NEW_LIFE') },
          { at: events[3]!.at, event: whole(eventAt(2, 3), 'NEW_LIFE') },
        ],
      })),
  },
  {
    what: 'an event that is told twice',
    rule: 'unique',
    told: () => withEvent(2, 1, (event) => [event, event]),
  },
  {
    what: 'a deletion that is told twice',
    rule: 'unique',
    told: () => withEvent(1, 2, (event) => [event, event]),
  },
  {
    what: 'a change that is missed',
    rule: 'gapless',
    told: () => withEvent(2, 2, () => []),
  },
  {
    what: 'a whole context within the window',
    rule: 'gapless',
    told: () => withEvent(2, 2, (event) => [whole(event, 'FELL_BEHIND')]),
  },
  {
    what: 'a whole context that says that it was not known where the reader stood',
    rule: 'gapless',
    told: () => withEvent(2, 2, (event) => [whole(event, 'POSITION_UNKNOWN')]),
  },
  {
    what: 'a new life that does not say so',
    rule: 'gapless',
    told: () =>
      withSession(1, ({ events }) => {
        const next = subscription.sessions[2]!;
        const [first, ...rest] = next.events;
        const event = whole(first!.event, 'INITIAL');
        return { events: [...events, { ...first!, event }, ...rest], copy: next.copy, ended: next.ended };
      }),
  },
  {
    what: 'a state that was never committed',
    rule: 'atomic',
    told: () =>
      withSession(2, ({ events }) => {
        const { life } = eventAt(2, 3);
        const cursor = encodeCursor({ life, version: 5, tag: 'none' });
        const event = { ...(eventAt(2, 3) as DeltaTold), version: 5, fromVersion: 4, cursor };
        // The copy, which no event may touch here, is as it was: what comes last is not what it is at.
        return { from: { kind: 'now' }, events: [...events, { at: 1000, event }], ended: { at: 1001, why: 'left' } };
      }),
  },
  {
    what: 'half of a change',
    rule: 'atomic',
    told: () => withEvent(2, 2, (event) => [{ ...(event as DeltaTold), changes: [] }]),
  },
  {
    what: 'a whole context that was never so',
    rule: 'atomic',
    told: () => withEvent(2, 0, (event) => [whole(event, 'NEW_LIFE', { f: 2 })]),
  },
  {
    what: 'a change before anybody asked for it',
    rule: 'atomic',
    told: () =>
      withSession(2, ({ events }) => ({
        events: events.map((received, i) => (i === 3 ? { ...received, at: events[0]!.at } : received)),
      })),
  },
  {
    what: 'a session that misses what came in between',
    rule: 'resumable',
    told: () => withEvent(1, 0, () => []),
  },
  {
    what: 'a session that begins before its position',
    rule: 'resumable',
    told: () => withEvent(1, 0, (event) => [whole(eventAt(0, 1), 'WINDOW_PASSED'), whole(event, 'SMALLER_THAN_DELTA')]),
  },
  {
    what: 'a session that forgets its position',
    rule: 'resumable',
    told: () => withEvent(1, 0, (event) => [whole(event, 'INITIAL')]),
  },
  {
    what: 'a session that begins with a delta for who holds nothing',
    rule: 'resumable',
    told: () => withEvent(0, 0, () => []),
  },
  {
    what: 'a session that is told what was over before it began',
    rule: 'resumable',
    told: () => withSession(0, ({ events }) => ({ asked: events[2]!.at + 1 })),
  },
  {
    what: 'a session that is told of an earlier life',
    rule: 'resumable',
    told: () =>
      withSession(1, ({ events }) => ({
        asked: 0,
        from: { kind: 'cursor', cursor: eventAt(2, 0).cursor },
        events: events.slice(2),
      })),
  },
  {
    what: 'a delta from another version than the one that was given',
    rule: 'resumable',
    told: () => withSession(1, () => ({ from: { kind: 'version', version: 2 } })),
  },
  {
    what: 'a reader that is told of the position that it gave',
    rule: 'bookmark',
    told: () => withEvent(1, 0, (event) => [whole(eventAt(0, 2), 'WINDOW_PASSED'), event]),
  },
  {
    what: 'a cursor that nobody else was given',
    rule: 'bookmark',
    told: () =>
      withEvent(2, 2, (event) => [
        { ...event, cursor: encodeCursor({ life: event.life, version: event.version, tag: 'other' }) },
      ]),
  },
  {
    what: 'a copy that is another state',
    rule: 'state-equal',
    told: () =>
      withSession(2, ({ copy }) =>
        copy.status === 'live' ? { copy: { ...copy, context: { ...copy.context, i: 2 } } } : {},
      ),
  },
  {
    what: 'a copy that stayed behind what was told',
    rule: 'state-equal',
    told: () =>
      withSession(0, ({ events }) => ({ copy: { status: 'live', ...events[1]!.event, context: { a: 1, b: 1 } } })),
  },
  {
    what: 'events that did not fit the copy',
    rule: 'state-equal',
    told: () => withSession(0, () => ({ misfits: 1 })),
  },
  {
    what: 'a reader that was not told of the last change',
    rule: 'converged',
    told: () =>
      withSession(2, ({ events }) => ({
        events: events.slice(0, 3),
        copy: { status: 'live', ...events[2]!.event, context: { f: 1, g: 1, h: 1 } },
      })),
  },
  {
    what: 'a reader that was never told of the second life',
    rule: 'converged',
    told: () => ({ ...subscription, sessions: subscription.sessions.slice(0, 2) }),
  },
  {
    what: 'a reader that was never told anything',
    rule: 'converged',
    told: () => withSession(2, () => ({ from: { kind: 'nothing' }, events: [], copy: { status: 'empty' } })),
  },
  {
    what: 'an event after the client has left',
    rule: 'nothing-after-complete',
    told: () => withSession(0, () => ({ late: [subscription.sessions[1]!.events[0]!] })),
  },
  {
    what: 'a subscription that the server has ended',
    rule: 'nothing-after-complete',
    told: () => withSession(0, ({ ended }) => ({ ended: { ...ended, why: 'completed' } })),
  },
];

describe('by the rule that names it is found', () => {
  for (const { what, rule, told } of planted) {
    test(`${what}: ${rule}`, () => {
      expect(rulesOf(told())).toEqual([rule]);
    });
  }

  test('all nine', () => {
    expect(new Set(planted.map(({ rule }) => rule))).toEqual(new Set(Object.keys(validators)));
    expect(Object.keys(validators)).toHaveLength(9);
  });
});
