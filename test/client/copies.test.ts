import fc from 'fast-check';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Copies, type Known } from '../../src/client/copies.ts';

const subscription = parse('subscription($id: ID!) { contextChanged(id: $id) { __typename } }');
const query = parse('query($id: ID!) { context(id: $id) { __typename } }');
const mutation = parse('mutation { setContext(id: "a", context: {}) { context { __typename } } }');

function full(version: number, life = 'l', contextId = 'a'): Known {
  const at = { contextId, life, version, cursor: `${life}.${version}` };
  return { __typename: 'FullContext', ...at, context: { life, version } };
}

function deleted(version: number, life = 'l'): Known {
  return { __typename: 'ContextDeleted', contextId: 'a', life, version, cursor: `${life}.end` };
}

function open(copies: Copies) {
  const follow = (id = 'a') => {
    const taking = copies.open(subscription, { id });
    const take = (event: Known) => taking.take({ contextChanged: event }).contextChanged;
    return { take, end: () => taking.end() };
  };
  const read = (context: Known | null, id = 'a') => copies.open(query, { id }).take({ context }).context;
  const write = (context: Known) => copies.open(mutation, {}).take({ setContext: { context } }).setContext.context;
  return { follow, read, write };
}

describe('Copies', () => {
  it('are never older than what any operation has brought, in whatever order and however late answers come', () => {
    const lives = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean()), { minLength: 1, maxLength: 4 });
    const answers = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 30 });
    fc.assert(
      fc.property(lives, answers, (spans, late) => {
        const history: (Known | null)[] = [null];
        for (const [i, [length, isDeleted]] of spans.entries()) {
          for (let version = 1; version <= length; version += 1) history.push(full(version, `l${i}`));
          if (isDeleted || i < spans.length - 1) history.push(deleted(length, `l${i}`));
        }
        const copies = new Copies();
        const { follow, read } = open(copies);
        const follower = follow();
        let shown: Known | undefined;
        const check = () => {
          const known = copies.get('a');
          if (known && shown && known.life === shown.life) expect(known.version).toBeGreaterThanOrEqual(shown.version);
          shown = known;
        };
        for (const [now, event] of history.entries()) {
          if (event) follower.take(event);
          check();
          for (const [, back] of late.filter(([at]) => at % history.length === now)) {
            const answer = history[back % (now + 1)];
            read(answer?.__typename === 'FullContext' ? answer : null);
            check();
            // What the subscription told last is what is known, whatever else is said.
            expect(copies.get('a')).toEqual(event ?? undefined);
          }
        }
      }),
    );
  });

  it('answer with what is known in place of what is older, and keep what else was selected', () => {
    const { read, write } = open(new Copies());
    read(full(3));
    expect(write(Object.assign(full(2), { insertedAt: 1 }))).toEqual({ ...full(3), insertedAt: 1 });
    expect(read(full(4))).toEqual(full(4));
  });

  it('let an answer run ahead of a subscription that lags behind', () => {
    const copies = new Copies();
    const { follow, write } = open(copies);
    const follower = follow();
    follower.take(full(1));
    write(full(3));
    expect(follower.take(full(2))).toEqual(full(3));
    follower.take(full(4));
    expect(copies.get('a')).toEqual(full(4));
  });

  it('go back where a subscription takes back what it told, as after a failover', () => {
    const copies = new Copies();
    const follower = open(copies).follow();
    follower.take(full(5));
    follower.take(full(3));
    expect(copies.get('a')).toEqual(full(3));
  });

  it('let a second subscription lag behind the first', () => {
    const copies = new Copies();
    const { follow } = open(copies);
    const [first, second] = [follow(), follow()];
    first.take(full(5));
    expect(second.take(full(4))).toEqual(full(5));
    // As long as one of them goes on, it has the say.
    first.end();
    first.end();
    open(copies).read(full(9, 'other'));
    expect(copies.get('a')).toEqual(full(5));
  });

  it('believe the latest answer on another life where nobody follows', () => {
    const copies = new Copies();
    const { follow, read } = open(copies);
    follow().end();
    read(full(5));
    expect(read(full(1, 'next'))).toEqual(full(1, 'next'));
    expect(read(null)).toBeNull();
    expect(copies.get('a')).toBeUndefined();
  });

  it('know from an answer that a life has ended', () => {
    const copies = new Copies();
    const { follow, read } = open(copies);
    read(full(5));
    copies.open(mutation, {}).take({ deleteContext: deleted(5) });
    expect(read(full(4))).toBeNull();
    follow().take(full(5));
    expect(copies.get('a')).toEqual(deleted(5));
  });

  it('forget those that were not heard of for longest, and none that is followed', () => {
    const copies = new Copies(2);
    const { follow, read } = open(copies);
    follow('a').take(full(1));
    for (const id of ['b', 'c', 'b', 'd']) read(full(1, 'l', id), id);
    expect(['a', 'b', 'c', 'd'].map((id) => copies.get(id) !== undefined)).toEqual([true, true, false, true]);
  });

  it('take nothing for a context that stands inside one', () => {
    const copies = new Copies();
    const inner = full(1, 'l', 'inner');
    const data = { sync: { ...full(1), context: { inner } }, delta: { __typename: 'Delta', value: inner } };
    expect(copies.open(query, {}).take(data)).toEqual(data);
    expect(copies.get('inner')).toBeUndefined();
  });

  it('know a read by another name, and by an id in its text', () => {
    const copies = new Copies();
    open(copies).follow().take(full(1));
    const document = parse('{ mine: context(id: "a") { __typename } other: context(id: "b") { __typename } }');
    expect(copies.open(document, {}).take({ mine: null, other: null })).toEqual({ mine: full(1), other: null });
  });
});
