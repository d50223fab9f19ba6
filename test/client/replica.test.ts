import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyReplica,
  follow,
  type Replica,
  type ReplicaEvent,
  ReplicaMismatchError,
  type WireChange,
} from '../../src/client/replica.ts';
import { calculate } from '../../src/delta/calculate.ts';
import { type Change, renderChanges } from '../../src/delta/changes.ts';
import { equal, type JsonObject } from '../../src/json.ts';
import { hostile } from '../helpers/arbitraries.ts';

function at(version: number, life = 'life'): { life: string; version: number; cursor: string } {
  return { life, version, cursor: `${life} ${version}` };
}

function full(version: number, context: JsonObject, life?: string): ReplicaEvent {
  return { __typename: 'FullContext', ...at(version, life), context };
}

function delta(fromVersion: number, version: number, changes: readonly WireChange[], life?: string): ReplicaEvent {
  return { __typename: 'Delta', ...at(version, life), fromVersion, changes };
}

/** A change as GraphQL carries it: every field there, null where it has no value. */
function wire(change: Change): WireChange {
  const values = { value: null, oldValue: null, ...change };
  return { ...values, action: change.action.toUpperCase() as WireChange['action'] };
}

const live = follow(emptyReplica, full(3, { a: { x: 1 }, b: [1] }));

describe('A replica', () => {
  it('takes a full context at any time, whatever it holds', () => {
    const held: readonly Replica[] = [emptyReplica, live, follow(live, { __typename: 'ContextDeleted', ...at(3) })];
    for (const replica of held) {
      // Of another life, and of a lower version: what the stream says wins.
      expect(follow(replica, full(1, { c: 1 }, 'next'))).toEqual({
        status: 'live',
        ...at(1, 'next'),
        context: { c: 1 },
      });
    }
  });

  it('takes a delta that starts exactly where it is', () => {
    const changes: readonly WireChange[] = [
      { path: ['a', 'x'], action: 'MODIFIED', value: 2, oldValue: 1 },
      { path: ['new', 'deep'], action: 'ADDED', value: null, oldValue: null },
      { path: ['b'], action: 'REMOVED', value: null, oldValue: [1] },
    ];
    const next = follow(live, delta(3, 5, changes));
    expect(next).toEqual({ status: 'live', ...at(5), context: { a: { x: 2 }, new: { deep: null } } });
  });

  it('refuses a delta that starts elsewhere', () => {
    const deleted = follow(live, { __typename: 'ContextDeleted', ...at(3) });
    for (const [replica, event] of [
      [emptyReplica, delta(0, 1, [])],
      [live, delta(2, 4, [])],
      [live, delta(4, 5, [])],
      [live, delta(3, 4, [], 'another life')],
      [deleted, delta(3, 4, [])],
    ] as const) {
      expect(() => follow(replica, event)).toThrow(ReplicaMismatchError);
    }
  });

  it('stays what it is where nothing changed, and refuses to hear that of another position', () => {
    expect(follow(live, { __typename: 'NoChange', ...at(3) })).toBe(live);
    expect(() => follow(live, { __typename: 'NoChange', ...at(4) })).toThrow(ReplicaMismatchError);
    expect(() => follow(live, { __typename: 'NoChange', ...at(3, 'another life') })).toThrow(ReplicaMismatchError);
    expect(() => follow(emptyReplica, { __typename: 'NoChange', ...at(3) })).toThrow(ReplicaMismatchError);
  });

  it('forgets its context at a deletion, but not its place', () => {
    const deleted = follow(live, { __typename: 'ContextDeleted', ...at(3) });
    expect(deleted).toEqual({ status: 'deleted', ...at(3) });
    expect(follow(emptyReplica, { __typename: 'ContextDeleted', ...at(7) })).toEqual({ status: 'deleted', ...at(7) });
  });

  it('is never changed in place, and keeps the identity of what an event does not touch', () => {
    const before = structuredClone(live);
    const next = follow(live, delta(3, 4, [{ path: ['a', 'x'], action: 'MODIFIED', value: 2, oldValue: 1 }]));
    expect(live).toEqual(before);
    if (next.status !== 'live' || live.status !== 'live') throw new Error('Both are live.');
    expect(next.context['b']).toBe(live.context['b']);
    expect(Object.isFrozen(next)).toBe(true);
  });

  it('takes values that were left out for null', () => {
    const next = follow(live, delta(3, 4, [{ path: ['n'], action: 'ADDED' }]));
    expect(next).toMatchObject({ context: { n: null } });
  });

  it('ends equal to the context, whatever changes lead there and however many versions each event spans', () => {
    const spans = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(hostile.history(1, 8), spans, (states, widths) => {
        let context = states[0] as JsonObject;
        let replica = follow(emptyReplica, full(1, context));
        for (let i = 0, n = 0; i < states.length - 1; n += 1) {
          const to = Math.min(i + (widths[n] ?? 1), states.length - 1);
          const changes = renderChanges(calculate(context, states[to] as JsonObject)).map(wire);
          // No longer the values of the context itself. (Not by JSON: its parser mixes up keys, nodejs/node#63785.)
          replica = follow(replica, delta(1 + i, 1 + to, structuredClone(changes)));
          context = states[to] as JsonObject;
          i = to;
        }
        expect(replica).toMatchObject({ status: 'live', ...at(states.length) });
        expect(replica.status === 'live' && equal(replica.context, context)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
