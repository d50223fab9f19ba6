import { describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/context/cursor.ts';
import { checkOrder } from './order/check.ts';
import { changesBetween } from './order/effects.ts';
import { type Answer, fromLines, type Operation, type Recording, toLines } from './recording.ts';
import { Story } from './story.ts';
import type { OrderRule } from './violation.ts';
import { validate } from './watch-validators.ts';

/** Everything that can be asked, once each, and each answered as it should be. The comments number the operations. */
function rightStory(): Story {
  const story = new Story();
  story.do({ verb: 'set', context: { a: 1 } }); // 0: version 1 of the first life
  story.do({ verb: 'update', changes: { b: 1 }, remove: [] }, { client: 'bob' }); // 1: version 2
  story.do({ verb: 'read' }); // 2
  story.do({ verb: 'update', changes: { b: 2 }, remove: [['a']], expectedVersion: 2 }); // 3: version 3
  story.do({ verb: 'update', changes: { b: 3 }, remove: [], expectedVersion: 2 }, { client: 'bob' }); // 4: a conflict
  story.do({ verb: 'update', changes: { b: 2 }, remove: [] }); // 5: changes nothing
  story.do({ verb: 'sync', from: { kind: 'nothing' } }); // 6
  story.do({ verb: 'set', context: { c: 1 } }); // 7: version 4
  story.do({ verb: 'delete', expectedVersion: 4 }); // 8: the end
  story.do({ verb: 'read' }); // 9: nothing there
  story.do({ verb: 'update', changes: { d: 1 }, remove: [] }); // 10: not found
  story.do({ verb: 'set', context: { e: 1 }, expectedVersion: 0 }); // 11: version 1 of the second life
  story.do({ verb: 'update', changes: { f: { g: 1 } }, remove: [] }, { client: 'bob' }); // 12: version 2
  story.do({ verb: 'update', changes: { f: { h: 1 } }, remove: [] }); // 13: version 3
  return story;
}

type Change = Extract<Answer, { kind: 'changed' }>;

class Forgery {
  readonly operations: Operation[];
  readonly recording: Recording;

  constructor(story: Story) {
    const { operations, subscriptions, finals } = story.end();
    this.operations = [...operations];
    this.recording = { operations: this.operations, subscriptions, finals };
  }

  edit(index: number, change: Partial<Operation>): void {
    this.operations[index] = { ...this.operations[index]!, ...change };
  }

  change(index: number): Change {
    const { answer } = this.operations[index]!;
    if (answer.kind !== 'changed') throw new TypeError(`Operation ${index} changed nothing.`);
    return answer;
  }

  get rules(): readonly string[] {
    return [...new Set(checkOrder(this.recording).violations.map(({ rule }) => rule))];
  }
}

function forge(plant: (forgery: Forgery) => void, story: Story = rightStory()): Forgery {
  const forgery = new Forgery(story);
  plant(forgery);
  return forgery;
}

describe('nothing is wrong with', () => {
  test('a history that is right, before and after it is kept as lines of JSON', () => {
    const recording = rightStory().end();
    expect(checkOrder(recording).violations).toEqual([]);
    const kept = fromLines(toLines(recording));
    expect(kept).toEqual(recording);
    expect(checkOrder(kept).violations).toEqual([]);
  });

  test('an order that is not that of the answers', () => {
    // The second version was answered last of all of its life.
    const forgery = forge((one) => one.edit(1, { answered: one.operations[7]!.answered + 0.5 }));
    expect(forgery.rules).toEqual([]);
  });

  test('operations that overlap and find nothing, whichever life came first', () => {
    const forgery = forge(({ operations, edit: _, recording }) => {
      operations.forEach((operation, i) => {
        operations[i] = { ...operation, asked: i + 1, answered: 1000 + i };
      });
      expect(recording.operations).toBe(operations);
    });
    expect(forgery.rules).toEqual([]);
  });

  for (const isWatched of [false, true]) {
    test(`writes that nobody was answered, ${isWatched ? 'and subscribers saw' : 'nor saw at once'}`, () => {
      const story = new Story();
      if (isWatched) story.watch('eve');
      story.do({ verb: 'set', context: { lost: 1 } }, { answer: 'lost' });
      story.do({ verb: 'update', changes: { a: 1 }, remove: [] });
      for (const key of ['b', 'c', 'd', 'e', 'f', 'g']) {
        const answer = key === 'd' ? 'never done' : 'lost';
        story.do({ verb: 'update', changes: { [key]: 1 }, remove: [] }, { answer });
      }
      story.do({ verb: 'update', changes: { h: 1 }, remove: [] });
      story.do({ verb: 'delete' }, { answer: 'lost' });
      story.do({ verb: 'read' });
      story.do({ verb: 'set', context: {} });
      story.do({ verb: 'delete', expectedVersion: 1 }, { answer: 'never done' });
      story.do({ verb: 'update', changes: { i: 1 }, remove: [], expectedVersion: 1 }, { answer: 'lost' });
      const { operations, ...rest } = story.end();
      // Asked for at once: that b came before c nobody else can tell.
      const asked = operations[2]!.asked;
      const recording = { ...rest, operations: operations.map((one, i) => (i < 8 && i > 2 ? { ...one, asked } : one)) };
      const { violations, orders } = checkOrder(recording);
      expect(violations).toEqual([]);
      const order = orders.get('x')!;
      const states = order.moments.map(({ state }) => state);
      expect(states.slice(-4)).toEqual([{ lost: 1, a: 1, b: 1, c: 1, e: 1, f: 1, g: 1, h: 1 }, null, {}, { i: 1 }]);
      if (isWatched) expect(states.at(3)).toEqual({ lost: 1, a: 1, b: 1 });
      expect(recording.subscriptions.flatMap((one) => validate(one, order, { window: 100 }))).toEqual([]);
    });
  }

  test('a life that only subscribers saw', () => {
    const story = new Story();
    story.watch('eve');
    story.do({ verb: 'set', context: { a: 1 } }, { answer: 'lost' });
    story.do({ verb: 'update', changes: { b: 1 }, remove: [] }, { answer: 'lost' });
    story.do({ verb: 'delete' }, { answer: 'lost' });
    story.do({ verb: 'set', context: { c: 1 } });
    const { violations, orders } = checkOrder(story.end());
    expect(violations).toEqual([]);
    expect(orders.get('x')!.moments.map(({ state }) => state)).toEqual([
      null,
      { a: 1 },
      { a: 1, b: 1 },
      null,
      { c: 1 },
    ]);
  });

  test('a version that nobody saw but by the end that came after it, and a later write that may have made it', () => {
    const story = new Story();
    story.watch('eve');
    story.do({ verb: 'set', context: { a: 1 } });
    story.do({ verb: 'update', changes: { b: 1 }, remove: [] }, { answer: 'lost' });
    story.do({ verb: 'delete' }, { answer: 'lost' });
    story.do({ verb: 'set', context: { c: 1 } });
    story.do({ verb: 'update', changes: { d: 1 }, remove: [] }, { answer: 'never done' });
    const { subscriptions, ...rest } = story.end();
    // Merged away, as for a reader that was slow.
    const merged = subscriptions.map((one) => ({
      ...one,
      sessions: one.sessions.map((session) => ({
        ...session,
        events: session.events.filter(({ event }) => event.__typename !== 'Delta'),
      })),
    }));
    const { violations, orders } = checkOrder({ ...rest, subscriptions: merged });
    expect(violations).toEqual([]);
    const states = orders.get('x')!.moments.map(({ state }) => state);
    expect(states).toEqual([null, { a: 1 }, { a: 1, b: 1 }, null, { c: 1 }]);
  });

  test('a version that nobody saw, and a write that may have made it, were it not the only one that can have made another', () => {
    const story = new Story();
    story.do({ verb: 'set', context: { a: 1 } }); // 0
    story.do({ verb: 'update', changes: { b: 1 }, remove: [] }, { answer: 'lost' }); // 1: the end of the first life
    story.do({ verb: 'delete' }); // 2
    story.do({ verb: 'set', context: { c: 1 } }); // 3
    story.do({ verb: 'update', changes: { d: 1 }, remove: [] }, { answer: 'lost' }); // 4: in the second life
    story.do({ verb: 'read' }); // 5
    // The answer of the deletion came late: by then all the others were asked for.
    const forgery = forge((one) => one.edit(2, { answered: one.operations[5]!.answered + 1 }), story);
    const { violations, orders } = checkOrder(forgery.recording);
    expect(violations).toEqual([]);
    const states = orders.get('x')!.moments.map(({ state }) => state);
    expect(states).toEqual([null, { a: 1 }, { a: 1, b: 1 }, null, { c: 1 }, { c: 1, d: 1 }]);
  });

  test('versions that only a state after the next claimed one tells apart, where that was claimed without its state', () => {
    const story = new Story();
    story.do({ verb: 'set', context: { a: 1 } }); // 0
    story.do({ verb: 'update', changes: { b: 1 }, remove: [] }, { answer: 'lost' }); // 1: version 2
    story.do({ verb: 'update', changes: { c: 1 }, remove: [] }); // 2: version 3
    story.do({ verb: 'update', changes: { d: 1 }, remove: [] }, { answer: 'lost' }); // 3: version 4
    story.do({ verb: 'update', changes: { e: 1 }, remove: [] }, { answer: 'never done' }); // 4
    story.do({ verb: 'read' }); // 5
    const forgery = forge((one) => {
      const { answer, answered, asked } = one.operations[5]!;
      const context = answer.kind === 'read' ? answer.context! : expect.fail('It is a read.');
      // Its answer was lost, and came with the state by then when it was asked for again; all others were under way.
      one.operations.push({ ...one.operations[2]!, asked, answered, answer: { ...one.change(2), context } });
      one.edit(2, { answer: { kind: 'none' } });
      for (const index of [3, 4]) one.edit(index, { asked: 3 + index / 10, answered });
    }, story);
    const { violations, orders } = checkOrder(forgery.recording);
    expect(violations).toEqual([]);
    // Which of the two was the first nobody can tell; that it was not the third the read does.
    expect(orders.get('x')!.last.state).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  });

  test('writes that nobody was answered, whose order only a read and a sync tell', () => {
    const story = new Story();
    story.do({ verb: 'set', context: { a: 1 } });
    for (const key of ['e', 'f', 'c', 'b']) {
      story.do({ verb: 'update', changes: { [key]: 1 }, remove: [] }, { answer: 'lost' });
    }
    story.do({ verb: 'update', changes: { h: 1 }, remove: [] });
    const forgery = forge((one) => {
      // The last that was asked for was the second that was done.
      ['b', 'c', 'e', 'f'].forEach((key, i) => {
        const index = one.operations.findIndex(({ wish }) => wish.verb === 'update' && key in wish.changes);
        one.edit(index, { asked: 2 + i / 10 });
      });
      const { operations } = one;
      const cursorAt = (version: number): string => encodeCursor({ life: 'life1', version, tag: `tag-${version}` });
      const result = {
        __typename: 'Delta',
        ...{ contextId: 'x', life: 'life1', version: 4, cursor: cursorAt(4), fromVersion: 2 },
        changes: changesBetween({}, { f: 1, c: 1 }),
      } as const;
      // Before the next version was made.
      const asked = { asked: 3, answered: operations[5]!.answered - 0.5 };
      operations.push({
        ...{ ...operations[0]!, ...asked, request: 'sync' },
        wish: { verb: 'sync', from: { kind: 'cursor', cursor: cursorAt(2) } },
        answer: { kind: 'synced', result },
      });
      const { context } = one.change(0);
      const read = { ...context, version: 3, cursor: cursorAt(3), context: { a: 1, e: 1, f: 1 } };
      operations.push({
        ...{ ...operations[0]!, ...asked, request: 'read' },
        wish: { verb: 'read' },
        answer: { kind: 'read', context: read },
      });
    }, story);
    expect(checkOrder(forgery.recording).violations).toEqual([]);
  });

  for (const first of ['life1', 'life2']) {
    test(`two lives at once, of which a subscriber knows that ${first} was the first`, () => {
      const story = new Story();
      story.watch('eve');
      for (const key of ['a', 'b']) {
        story.do({ verb: 'set', context: { [key]: 1 } });
        story.do({ verb: 'delete' });
      }
      story.do({ verb: 'set', context: {} });
      const forgery = forge(({ operations, recording }) => {
        operations.forEach((operation, i) => {
          if (i < 4) operations[i] = { ...operation, asked: 1, answered: 100 };
        });
        const [eve] = recording.subscriptions;
        const [session] = eve!.sessions;
        const [a, aEnd, b, bEnd, ...later] = session!.events;
        const events = first === 'life1' ? session!.events : [b!, bEnd!, a!, aEnd!, ...later];
        Object.assign(recording, { subscriptions: [{ ...eve, sessions: [{ ...session, events }] }] });
      }, story);
      const { violations, orders } = checkOrder(forgery.recording);
      expect(violations).toEqual([]);
      expect(orders.get('x')!.moments[1]?.life).toBe(first);
    });
  }

  test('a subscriber that was told of two lives in an order that cannot be: its own rules find that', () => {
    const story = new Story();
    story.watch('eve');
    for (const key of ['a', 'b']) {
      story.do({ verb: 'set', context: { [key]: 1 } });
      story.do({ verb: 'delete' });
    }
    const forgery = forge(({ recording }) => {
      const [eve] = recording.subscriptions;
      const [session] = eve!.sessions;
      const events = session!.events.toReversed();
      Object.assign(recording, { subscriptions: [{ ...eve, sessions: [{ ...session, events }] }] });
    }, story);
    expect(forgery.rules).toEqual([]);
  });

  test('a write whose outcome is said to be unknown', () => {
    const forgery = forge((one) =>
      one.edit(1, { answer: { kind: 'failed', code: 'STORE_UNAVAILABLE', applied: 'UNKNOWN' } }),
    );
    expect(forgery.rules).toEqual([]);
  });

  test('a request that is repeated, and answered with the version it made and the state by then', () => {
    const forgery = forge((one) => {
      const { context } = one.change(7);
      const again = { ...one.operations[1]!, asked: one.operations[7]!.answered + 0.1 };
      const answer = { ...one.change(1), context };
      one.operations.push({ ...again, answered: again.asked + 0.1, answer });
    });
    expect(forgery.rules).toEqual([]);
  });

  test('a request that is repeated when its delta is no longer kept', () => {
    const forgery = forge((one) => {
      const { context } = one.change(7);
      const again = { ...one.operations[1]!, asked: one.operations[7]!.answered + 0.1 };
      one.edit(1, { answer: { kind: 'none' } });
      one.operations.push({ ...again, answered: again.asked + 0.1, answer: { kind: 'changed', context, delta: null } });
    });
    expect(forgery.rules).toEqual([]);
  });
});

/** A request that is done again, when it can make something again. */
function storyOfTwice(): Story {
  const story = new Story();
  story.do({ verb: 'set', context: { a: 1 } });
  story.do({ verb: 'update', changes: { b: 1 }, remove: [] }, { request: 'again' });
  story.do({ verb: 'set', context: { c: 1 } });
  story.do({ verb: 'update', changes: { b: 1 }, remove: [] }, { request: 'again' });
  story.do({ verb: 'update', changes: { d: 1 }, remove: [] });
  return story;
}

interface Planted {
  readonly what: string;
  readonly rule: OrderRule;
  /** @default the right one */
  readonly story?: () => Story;
  readonly plant: (forgery: Forgery) => void;
}

const planted: readonly Planted[] = [
  {
    what: 'two writes that made the same version',
    rule: 'made once',
    plant: (one) => {
      const { context, delta } = one.change(1);
      const cursor = encodeCursor({ life: context.life, version: 2, tag: 'other' });
      const other = { ...context, cursor, context: { a: 1, x: 1 } };
      one.operations.push({
        ...one.operations[1]!,
        request: 'another',
        wish: { verb: 'update', changes: { x: 1 }, remove: [] },
        answer: { kind: 'changed', context: other, delta: { ...delta!, cursor, changes: [] } },
      });
    },
  },
  {
    what: 'a request that made two versions',
    rule: 'made once',
    story: () => storyOfTwice(),
    plant: () => {},
  },
  {
    what: 'a request that was done once more than anybody was told',
    rule: 'made once',
    story: () => storyOfTwice(),
    plant: (one) => one.operations.splice(3, 1),
  },
  {
    what: 'a request without an answer that was done twice',
    rule: 'made once',
    story: () => storyOfTwice(),
    plant: (one) => {
      one.operations.splice(3, 1);
      one.edit(1, { answer: { kind: 'none' } });
    },
  },
  {
    what: 'a version that was there before anybody asked for it',
    rule: 'no phantom',
    plant: (one) => {
      const asked = one.operations[2]!.answered;
      one.edit(1, { asked, answered: asked + 0.5, answer: { kind: 'none' } });
    },
  },
  {
    what: 'a version that nobody made',
    rule: 'no phantom',
    plant: (one) => one.operations.splice(12, 1),
  },
  {
    what: 'a write that was made although it says that it was not',
    rule: 'not applied',
    plant: (one) => one.edit(1, { answer: { kind: 'failed', code: 'STORE_UNAVAILABLE', applied: 'NO' } }),
  },
  {
    what: 'a conflict that wrote all the same',
    rule: 'not applied',
    plant: (one) => {
      const conflict = one.operations[4]!.answer;
      one.edit(3, { answer: conflict });
      one.operations.splice(4, 1);
    },
  },
  {
    what: 'a position that two states had',
    rule: 'one cursor',
    plant: (one) => {
      const { answer } = one.operations[2]!;
      if (answer.kind !== 'read' || !answer.context) throw new TypeError('There is no read.');
      const cursor = encodeCursor({ life: answer.context.life, version: 2, tag: 'other' });
      one.edit(2, { answer: { kind: 'read', context: { ...answer.context, cursor } } });
    },
  },
  {
    what: 'a lost update',
    rule: 'effect',
    plant: (one) => {
      const { context, delta } = one.change(13);
      const state = { e: 1, f: { h: 1 } };
      one.edit(13, { answer: { kind: 'changed', context: { ...context, context: state }, delta } });
      const [final] = one.recording.finals;
      Object.assign(one.recording, { finals: [{ ...final, state: { ...context, context: state } }] });
    },
  },
  {
    what: 'a version for a write that changes nothing',
    rule: 'effect',
    plant: (one) => {
      one.edit(13, { wish: { verb: 'update', changes: {}, remove: [] } });
      const { context, delta } = one.change(13);
      const state = one.change(12).context.context;
      const answer = {
        kind: 'changed',
        context: { ...context, context: state },
        delta: { ...delta!, changes: [] },
      } as const;
      one.edit(13, { answer });
      const [final] = one.recording.finals;
      Object.assign(one.recording, { finals: [{ ...final, state: { ...context, context: state } }] });
    },
  },
  {
    what: 'a delta that leads elsewhere',
    rule: 'delta',
    plant: (one) => {
      const { context, delta } = one.change(12);
      const changes = changesBetween({ e: 1 }, { e: 1, f: { g: 2 } });
      one.edit(12, { answer: { kind: 'changed', context, delta: { ...delta!, changes } } });
    },
  },
  {
    what: 'a sync with a hole',
    rule: 'delta',
    plant: (one) => {
      // From the first version to the third, by what the third alone has changed.
      const result = { ...one.change(3).delta!, fromVersion: 1 };
      const cursor = one.change(0).context.cursor;
      one.edit(6, { wish: { verb: 'sync', from: { kind: 'cursor', cursor } }, answer: { kind: 'synced', result } });
    },
  },
  {
    what: 'a sync from elsewhere',
    rule: 'delta',
    plant: (one) => {
      const result = one.change(3).delta!;
      const cursor = one.change(0).context.cursor;
      one.edit(6, { wish: { verb: 'sync', from: { kind: 'cursor', cursor } }, answer: { kind: 'synced', result } });
    },
  },
  {
    what: 'a "no change" for who stood elsewhere',
    rule: 'delta',
    plant: (one) => {
      const { contextId, life, version, cursor } = one.change(3).context;
      const from = { kind: 'cursor', cursor: one.change(1).context.cursor } as const;
      const result = { __typename: 'NoChange', contextId, life, version, cursor } as const;
      one.edit(6, { wish: { verb: 'sync', from }, answer: { kind: 'synced', result } });
    },
  },
  {
    what: 'a read of what was never written',
    rule: 'seen',
    plant: (one) => {
      const { context } = one.change(1);
      one.edit(2, { answer: { kind: 'read', context: { ...context, context: { a: 1, b: 7 } } } });
    },
  },
  {
    what: 'a stale read',
    rule: 'real time',
    plant: (one) => {
      const context = one.change(0).context;
      one.edit(2, { answer: { kind: 'read', context } });
    },
  },
  {
    what: 'a conflict with what had passed',
    rule: 'real time',
    plant: (one) => {
      const { cursor: currentCursor } = one.change(0).context;
      const answer = { kind: 'conflict', applied: 'NO', currentVersion: 1, currentCursor, changes: null } as const;
      one.edit(4, { answer });
    },
  },
  {
    what: 'a write that changed nothing of what had passed',
    rule: 'real time',
    plant: (one) => {
      const { context } = one.change(1);
      const wish = { verb: 'update', changes: { b: 1 }, remove: [] } as const;
      one.edit(5, { wish, answer: { kind: 'changed', context, delta: null } });
    },
  },
  {
    what: 'a read of a life that had ended',
    rule: 'real time',
    plant: (one) => one.edit(9, { answer: { kind: 'read', context: one.change(7).context } }),
  },
  {
    what: 'a read of what was yet to be written',
    rule: 'real time',
    plant: (one) => one.edit(2, { answer: { kind: 'read', context: one.change(3).context } }),
  },
  {
    what: 'a version that was made before the one it was made of',
    rule: 'real time',
    plant: (one) => {
      const [first, second] = [one.operations[12]!, one.operations[13]!];
      one.edit(12, { asked: second.asked, answered: second.answered });
      one.edit(13, { asked: first.asked, answered: first.answered });
    },
  },
  {
    what: 'nothing where there was something all the time',
    rule: 'absence',
    plant: (one) => one.edit(2, { answer: { kind: 'read', context: null } }),
  },
  {
    what: 'an update that was refused for what was there',
    rule: 'absence',
    plant: (one) => one.edit(4, { answer: { kind: 'missing', applied: 'NO' } }),
  },
  {
    what: 'a set that was refused for what it does not need',
    rule: 'absence',
    plant: (one) =>
      one.operations.push({ ...one.operations[10]!, request: 'another', wish: { verb: 'set', context: {} } }),
  },
  {
    what: 'a write on another version than it expected',
    rule: 'condition',
    plant: (one) => one.edit(3, { wish: { verb: 'update', changes: { b: 2 }, remove: [['a']], expectedVersion: 1 } }),
  },
  {
    what: 'a write on another position than it expected',
    rule: 'condition',
    plant: (one) => {
      const { cursor: expectedCursor } = one.change(0).context;
      one.edit(12, { wish: { verb: 'update', changes: { f: { g: 1 } }, remove: [], expectedCursor } });
    },
  },
  {
    what: 'a deletion at another version than it expected',
    rule: 'condition',
    plant: (one) => one.edit(8, { wish: { verb: 'delete', expectedVersion: 3 } }),
  },
  {
    what: 'a creation where there was something',
    rule: 'condition',
    plant: (one) => one.edit(7, { wish: { verb: 'set', context: { c: 1 }, expectedVersion: 0 } }),
  },
  {
    what: 'a conflict with what was expected',
    rule: 'conflict',
    plant: (one) => one.edit(4, { wish: { verb: 'update', changes: { b: 3 }, remove: [], expectedVersion: 3 } }),
  },
  {
    what: 'a conflict that tells of other changes',
    rule: 'delta',
    plant: (one) => {
      const { answer } = one.operations[4]!;
      if (answer.kind !== 'conflict') throw new TypeError('There is no conflict.');
      one.edit(4, { answer: { ...answer, changes: changesBetween({ a: 1, b: 1 }, { a: 1, b: 2 }) } });
    },
  },
  {
    what: 'a write that was left out',
    rule: 'kept',
    plant: (one) => one.edit(5, { wish: { verb: 'update', changes: { b: 4 }, remove: [] } }),
  },
  {
    what: 'two deletions of one life',
    rule: 'one end',
    plant: (one) => one.operations.push({ ...one.operations[8]!, request: 'another' }),
  },
  {
    what: 'a deletion before the last version',
    rule: 'one end',
    plant: (one) => {
      const { life } = one.change(7).context;
      const cursor = encodeCursor({ life, version: 3, tag: '~end' });
      const deleted = { __typename: 'ContextDeleted', contextId: 'x', life, version: 3, cursor } as const;
      one.edit(8, { wish: { verb: 'delete' }, answer: { kind: 'deleted', deleted } });
    },
  },
  {
    what: 'a life after another that nobody ended',
    rule: 'one end',
    plant: (one) => {
      one.operations.splice(8, 3);
      one.edit(8, { wish: { verb: 'set', context: { e: 1 } } });
    },
  },
  {
    what: 'an acknowledged write that is gone in the end',
    rule: 'final',
    plant: (one) => {
      const { context: state } = one.change(12);
      Object.assign(one.recording, { finals: [{ context: 'x', state, cursor: state.cursor }] });
    },
  },
  {
    what: 'a context that is another in the end than its cursor says',
    rule: 'final',
    plant: (one) => {
      const { context: state } = one.change(13);
      Object.assign(one.recording, { finals: [{ context: 'x', state, cursor: one.change(12).context.cursor }] });
    },
  },
  {
    what: 'a context that is in the end what nobody made of it',
    rule: 'final',
    plant: (one) => {
      const { context } = one.change(13);
      const state = { ...context, context: { e: 2 } };
      Object.assign(one.recording, { finals: [{ context: 'x', state, cursor: state.cursor }] });
    },
  },
  {
    what: 'a life that was over before anybody asked for its end',
    rule: 'one end',
    plant: (one) => {
      const asked = one.operations[12]!.answered + 0.1;
      one.edit(8, { wish: { verb: 'delete' }, asked, answered: asked + 0.1, answer: { kind: 'none' } });
    },
  },
  {
    what: 'a context that is gone in the end, though nobody deleted it',
    rule: 'one end',
    plant: (one) => {
      const cursor = encodeCursor({ life: one.change(13).context.life, version: 3, tag: '~end' });
      Object.assign(one.recording, { finals: [{ context: 'x', state: null, cursor }] });
    },
  },
];

describe('by the rule that names it is found', () => {
  for (const { what, rule, plant, story = rightStory } of planted) {
    test(`${what}: ${rule}`, () => {
      expect(forge(plant, story()).rules).toEqual([rule]);
    });
  }

  test('every rule there is', () => {
    const rules: { readonly [rule in OrderRule]: true } = {
      'made once': true,
      'no phantom': true,
      'not applied': true,
      'one cursor': true,
      effect: true,
      delta: true,
      seen: true,
      'real time': true,
      absence: true,
      condition: true,
      conflict: true,
      kept: true,
      'one end': true,
      final: true,
    };
    expect(new Set(planted.map(({ rule }) => rule))).toEqual(new Set(Object.keys(rules)));
  });
});

test('a violation names the operations', () => {
  const forgery = forge((one) => one.edit(2, { answer: { kind: 'read', context: one.change(0).context } }));
  const [violation] = checkOrder(forgery.recording).violations;
  expect(violation?.what).toBe(
    '[5-6 request 3 by ada: read {} -> life1 v1] is before ' +
      '[3-4 request 2 by bob: update {"changes":{"b":1},"remove":[]} -> made life1 v2] in the order',
  );
});
