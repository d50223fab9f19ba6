import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { emptyReplica, follow, type Replica, type ReplicaEvent } from '../../../src/client/replica.ts';
import { DISTINCT, type Subscriber, type Variables, world } from './world.ts';

type World = ReturnType<typeof world>;

const IDS = ['a', 'b'];

/** One thing that happens; numbers are taken modulo what there is. */
type Step =
  | { readonly kind: 'set' | 'update'; readonly id: number; readonly n: number }
  | { readonly kind: 'delete'; readonly id: number }
  | {
      readonly kind: 'come';
      readonly id: number;
      readonly from: 'none' | 'zero' | 'version' | 'cursor';
      readonly asks: number;
      readonly n: number;
    }
  | { readonly kind: 'leave' | 'block' | 'free'; readonly n: number };

const small = fc.nat({ max: 5 });
const id = fc.nat({ max: IDS.length - 1 });
const asks = fc.nat({ max: DISTINCT.length - 1 });
const from = fc.constantFrom('none' as const, 'zero' as const, 'version' as const, 'cursor' as const);
const writes = [
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('set' as const), id, n: small }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('update' as const), id, n: small }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
];
const visits = [
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('come' as const), id, from, asks, n: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), n: fc.nat() }) },
];
/** Whether the next thing happens before everything has come of this one. */
const haste = fc.boolean();
const jams = {
  weight: 3,
  arbitrary: fc.record({ kind: fc.constantFrom('block' as const, 'free' as const), n: fc.nat() }),
};

/** One of those who ask for different things is slow to be answered. */
const SLOW = { slow: new Map([[DISTINCT[2], () => turn()]]) };

/** Cursors and versions that clients may hold, of every context and life so far. */
class Past {
  readonly #known: { readonly id: string; readonly version: number; readonly cursor: string }[] = [];

  async write({ manager }: World, step: Extract<Step, { id: number }>): Promise<void> {
    const name = String(IDS[step.id]);
    try {
      if (step.kind === 'set') this.#note(name, (await manager.set(name, { n: step.n })).context);
      if (step.kind === 'update')
        this.#note(name, (await manager.update(name, { [`k${step.n}`]: Math.random() })).context);
      if (step.kind === 'delete') this.#note(name, await manager.delete(name));
    } catch {
      // There was nothing to update or to delete.
    }
  }

  start(step: Extract<Step, { kind: 'come' }>): Variables {
    const name = String(IDS[step.id]);
    const known = this.#known.filter((one) => one.id === name).slice(-8);
    const picked = known[step.n % Math.max(1, known.length)];
    if (step.from === 'none' || (!picked && step.from !== 'zero')) return { id: name };
    if (step.from === 'zero' || !picked) return { id: name, version: 0 };
    return step.from === 'version' ? { id: name, version: picked.version } : { id: name, cursor: picked.cursor };
  }

  #note(name: string, { version, cursor }: { version: number; cursor: string }): void {
    this.#known.push({ id: name, version, cursor });
  }
}

function replicaOf({ pipe }: Subscriber, begun: Replica = emptyReplica): Replica {
  return pipe.written.reduce((replica, payload) => {
    const [event] = Object.values(JSON.parse(payload).data) as [ReplicaEvent];
    // Who named a position holds what it says; here the first event is taken as it comes.
    return event.__typename === 'Delta' && replica.status === 'empty' ? replica : follow(replica, event);
  }, begun);
}

describe('Sharing subscriptions', () => {
  it('tells each subscriber exactly what it would be told alone, event by event', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...writes, ...visits), { minLength: 10, maxLength: 40 }), async (steps) => {
        const all = world(SLOW);
        const past = new Past();
        const pairs: { readonly shared: Subscriber; readonly alone: Subscriber }[] = [];
        const equal = () => {
          for (const { shared, alone } of pairs) expect(shared.pipe.written).toEqual(alone.pipe.written);
        };
        for (const step of steps) {
          if (step.kind === 'come') {
            const variables = past.start(step);
            const [shared, alone] = await Promise.all([
              all.subscribe(variables, DISTINCT[step.asks]),
              all.subscribeAlone(variables, DISTINCT[step.asks]),
            ]);
            pairs.push({ shared, alone });
          } else if (step.kind === 'leave') {
            const [pair] = pairs.splice(step.n % Math.max(1, pairs.length), 1);
            await Promise.all([pair?.shared.leave(), pair?.alone.leave()]);
          } else if ('id' in step) {
            await past.write(all, step);
          }
          await all.settle();
          equal();
        }
        for (const { shared, alone } of pairs) await Promise.all([shared.leave(), alone.leave()]);
        await all.settle();
        expect([all.fanOut.size, all.feed.size]).toEqual([0, 0]);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('tells whoever was backed up what it missed, whole, and nothing while it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.oneof(...writes, ...visits, jams, jams), haste), { minLength: 20, maxLength: 60 }),
        async (steps) => {
          const all = world(SLOW);
          const past = new Past();
          const there: { readonly name: string; readonly subscriber: Subscriber; seen: number }[] = [];
          for (const [step, isHasty] of steps) {
            const one = 'n' in step ? there[step.n % Math.max(1, there.length)] : undefined;
            if (step.kind === 'come') {
              const name = String(IDS[step.id]);
              there.push({
                name,
                subscriber: await all.subscribe({ id: name, version: 0 }, DISTINCT[step.asks]),
                seen: 0,
              });
            } else if (step.kind === 'leave') {
              if (one) there.splice(there.indexOf(one), 1);
              await one?.subscriber.leave();
            } else if (step.kind === 'block') {
              if (one?.subscriber.pipe.isFree) one.seen = one.subscriber.pipe.written.length;
              if (one) one.subscriber.pipe.isFree = false;
            } else if (step.kind === 'free') {
              one?.subscriber.pipe.free();
            } else if ('id' in step) {
              await past.write(all, step);
            }
            if (isHasty) continue;
            await all.settle();
            for (const { subscriber, seen } of there)
              if (!subscriber.pipe.isFree) expect(subscriber.pipe.written).toHaveLength(seen);
          }
          for (const { subscriber } of there) subscriber.pipe.free();
          await all.settle();
          // Of one that is gone, who was told so and who never held it do not stand at the same place.
          const heads = await Promise.all(IDS.map((each) => all.manager.get(each)));
          if (!heads.includes(null)) expect(all.running).toBeLessThanOrEqual(IDS.length);
          for (const { name, subscriber } of there) {
            const head = await all.manager.get(name);
            const replica = replicaOf(subscriber);
            if (head) expect(replica).toMatchObject({ status: 'live', cursor: head.cursor, context: head.context });
            else expect(replica.status).not.toBe('live');
            await subscriber.leave();
          }
          await all.settle();
          expect([all.fanOut.size, all.feed.size]).toEqual([0, 0]);
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it('runs one operation for 1,000 subscribers that stand at the same place, and one for each of the others until they do', async () => {
    const all = world();
    const first = (await all.manager.set('a', { n: 1 })).context;
    const second = (await all.manager.set('a', { n: 2 })).context;
    const { cursor } = second;
    const subscribers = await Promise.all(Array.from({ length: 1000 }, () => all.subscribe({ id: 'a', cursor })));
    expect([all.sources, all.running, all.fanOut.size]).toEqual([1, 1, 1]);
    subscribers.push(await all.subscribe({ id: 'a', cursor: first.cursor }), await all.subscribe({ id: 'a' }));
    await all.settle();
    // Each of the two has looked for itself, and is in step by now.
    expect([all.sources, all.running, all.fanOut.size]).toEqual([3, 1, 1]);
    await all.manager.set('a', { n: 3 });
    await all.settle();
    const [payload] = subscribers[0]?.pipe.written ?? [];
    for (const { pipe } of subscribers) expect(pipe.written.at(-1)).toBe(payload);
    expect(all.sources).toBe(3);
    // The one operation listens once.
    expect(all.feed.size).toBe(1);
  });

  it('of one path is one for all who ask for it', async () => {
    const all = world();
    await all.manager.set('a', { x: 1, y: 1 });
    const part = parse(
      'subscription P($id: ID!, $path: [String!]!, $version: Version) { contextPartChanged(id: $id, path: $path, version: $version) { ... on ContextPart { context } ... on Delta { changes { path } } } }',
    );
    const some = [];
    for (const path of [['x'], ['x'], ['y']]) some.push(await all.subscribe({ id: 'a', version: 0, path }, part));
    await all.settle();
    expect(all.fanOut.size).toBe(2);
    await all.manager.set('a', { x: 2, y: 1 });
    await all.settle();
    const told = some.map(({ pipe }) => pipe.written.map((text) => JSON.parse(text).data.contextPartChanged));
    expect(told[0]).toEqual([{ context: { x: 1 } }, { changes: [{ path: ['x'] }] }]);
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual([{ context: { y: 1 } }, { changes: [] }]);
  });

  it('keeps apart what differs in document, operation or variables', async () => {
    const all = world();
    await all.manager.set('a', { n: 1 });
    const two = parse(
      'subscription A { contextChanged(id: "a", version: 0) { __typename } } subscription B { contextChanged(id: "a", version: 0) { ... on Versioned { version } } }',
    );
    const shaped = parse(
      'subscription S($full: Boolean!, $cursor: Cursor) { contextChanged(id: "a", version: 0, cursor: $cursor) { ... on Versioned { version @include(if: $full) } __typename } }',
    );
    await all.subscribe({ id: 'a' });
    await all.subscribe({ id: 'b' });
    await all.subscribe({ id: 'a' }, parse('subscription { contextChanged(id: "a") { __typename } }'));
    await all.subscribe({ id: 'a' }, shaped);
    expect(all.fanOut.size).toBe(3);
    expect((await all.subscribe({ id: 'a' }, two)).refusal?.errors).toHaveLength(1);
  });

  it.each([
    ['an unknown id', { id: '' }, 'BAD_USER_INPUT'],
    ['a cursor that is none', { id: 'a', cursor: 'x' }, 'BAD_USER_INPUT'],
    ['a version that is none', { id: 'a', version: -1 }, undefined],
  ])('answers %s as it would alone', async (_, variables, code) => {
    const all = world();
    const { refusal } = await all.subscribe(variables);
    expect(refusal?.errors).toHaveLength(1);
    if (code) expect(refusal?.errors?.[0]?.originalError).toMatchObject({ code });
    expect(all.fanOut.size).toBe(0);
  });

  it('ends every operation when the contexts are closed', async () => {
    const all = world();
    await all.manager.set('a', {});
    const subscribers = [await all.subscribe({ id: 'a' }), await all.subscribe({ id: 'a', version: 0 })];
    await all.settle();
    all.manager.close();
    await all.settle();
    expect(subscribers.map(({ ended }) => ended())).toEqual(['done', 'done']);
  });

  it('tells whoever began anywhere what came since, though it was backed up before its first event', async () => {
    const all = world();
    await all.manager.set('a', { n: 1 });
    const subscriber = await all.subscribe({ id: 'a' });
    await all.settle();
    subscriber.pipe.isFree = false;
    await all.manager.set('a', { n: 2 });
    await all.manager.set('a', { n: 3 });
    await all.settle();
    subscriber.pipe.free();
    await all.settle();
    const [event] = subscriber.pipe.written.map((payload) => JSON.parse(payload).data.contextChanged);
    expect(event).toMatchObject({ __typename: 'Delta', fromVersion: 1, version: 3 });
  });

  it('tells nobody who names no position what others have missed', async () => {
    const all = world();
    const first = (await all.manager.set('a', { n: 1 })).context;
    await all.manager.set('a', { n: 2 });
    const unheard = { id: 'never there', cursor: first.cursor };
    const [late, fresh, madeUp, innocent] = await Promise.all([
      all.subscribe({ id: 'a', cursor: first.cursor }),
      all.subscribe({ id: 'a' }),
      all.subscribe(unheard),
      all.subscribe({ id: 'never there' }),
    ]);
    await all.settle();
    expect([late, fresh, madeUp, innocent].map(({ pipe }) => pipe.written.length)).toEqual([1, 0, 1, 0]);
    await all.manager.set('a', { n: 3 });
    await all.manager.set('never there', {});
    await all.settle();
    expect([late, fresh, madeUp, innocent].map(({ pipe }) => pipe.written.length)).toEqual([2, 1, 2, 1]);
    expect([all.running, all.fanOut.size]).toEqual([2, 2]);
  });

  it('is done for those too who come before there is such a context', async () => {
    const all = world();
    const subscribers = [];
    for (let n = 0; n < 20; n += 1) {
      subscribers.push(await all.subscribe({ id: 'a' }));
      await all.settle();
    }
    expect(all.running).toBe(1);
    await all.manager.set('a', { n: 1 });
    await all.settle();
    for (const { pipe } of subscribers) expect(pipe.written).toHaveLength(1);
  });

  it('takes whoever begins anywhere along with those who were told an event, once it has looked where it begins', async () => {
    const all = world();
    await all.manager.set('a', { n: 1 });
    await all.subscribe({ id: 'a', version: 0 });
    await all.settle();
    await all.subscribe({ id: 'a' });
    await all.settle();
    expect([all.sources, all.running]).toEqual([2, 1]);
  });

  it('keeps whoever begins anywhere apart from those who hold nothing of a context that is gone', async () => {
    const all = world();
    await all.manager.set('a', { n: 1 });
    await all.manager.delete('a');
    const nothing = await all.subscribe({ id: 'a', version: 0 });
    await all.settle();
    const anywhere = await all.subscribe({ id: 'a' });
    await all.settle();
    await all.manager.set('a', { n: 2 });
    await all.settle();
    expect([nothing, anywhere].map(({ pipe }) => /"reason":"(\w+)"/.exec(pipe.written.join())?.[1])).toEqual([
      'INITIAL',
      'NEW_LIFE',
    ]);
  });

  it('says that whoever was backed up has fallen behind, where the window is gone', async () => {
    const all = world();
    const { cursor } = (await all.manager.set('a', { n: 0 })).context;
    const subscribers = [await all.subscribe({ id: 'a', cursor }), await all.subscribe({ id: 'a' })];
    await all.settle();
    for (const { pipe } of subscribers) pipe.isFree = false;
    for (let n = 1; n < 12; n += 1) await all.manager.set('a', { n });
    await all.settle();
    for (const { pipe } of subscribers) pipe.free();
    await all.settle();
    for (const { pipe } of subscribers) expect(pipe.written.join()).toContain('"reason":"FELL_BEHIND"');
    expect(all.running).toBe(1);
  });

  it('runs one operation for 100 who were backed up at the same place, whether they are freed at once or in turn', async () => {
    const all = world();
    await all.manager.set('a', { n: 0 });
    const slow = await Promise.all(Array.from({ length: 100 }, () => all.subscribe({ id: 'a', version: 0 })));
    const [quick] = await Promise.all([all.subscribe({ id: 'a', version: 0 })]);
    await all.settle();
    for (const { pipe } of slow) pipe.isFree = false;
    for (let n = 1; n <= 3; n += 1) {
      await all.manager.set('a', { n });
      await all.settle();
    }
    const before = all.sources;
    for (const { pipe } of slow.slice(0, 50)) pipe.free();
    await all.settle();
    for (const { pipe } of slow.slice(50)) {
      pipe.free();
      await all.settle();
    }
    expect(all.sources - before).toBe(1);
    expect(all.running).toBe(1);
    await all.manager.set('a', { n: 4 });
    await all.settle();
    for (const { pipe } of slow) {
      expect(pipe.written).toHaveLength(3);
      expect(pipe.written).toEqual(slow[0]?.pipe.written);
      expect(pipe.written.at(-1)).toBe(quick?.pipe.written.at(-1));
    }
    expect(JSON.parse(String(slow[0]?.pipe.written[1]))).toMatchObject({
      data: { contextChanged: { __typename: 'Delta', fromVersion: 1, version: 4 } },
    });
  });

  it('counts what it sends, and what of it was merged', async () => {
    const all = world();
    await all.manager.set('a', { n: 0 });
    const [slow] = await Promise.all([1, 2, 3].map(() => all.subscribe({ id: 'a', version: 0 })));
    await all.settle();
    expect(all.deliveries).toEqual({ eventsSent: 3, eventsMerged: 0, cutForSilence: 0 });
    if (slow) slow.pipe.isFree = false;
    for (let n = 1; n <= 3; n += 1) {
      await all.manager.set('a', { n });
      await all.settle();
    }
    slow?.pipe.free();
    await all.settle();
    expect(all.deliveries).toEqual({ eventsSent: 10, eventsMerged: 1, cutForSilence: 0 });
    await all.manager.set('a', { n: 4 });
    await all.settle();
    expect(all.deliveries).toEqual({ eventsSent: 13, eventsMerged: 1, cutForSilence: 0 });
  });

  it('leaves nothing behind of what fails, and begins anew for who comes after', async () => {
    const all = world();
    await all.manager.set('a', { n: 1 });
    all.failures.refuse = 1;
    await expect(all.subscribe({ id: 'a' })).rejects.toThrow('It can not be subscribed to.');
    expect(all.fanOut.size).toBe(0);
    const subscribers = [await all.subscribe({ id: 'a' }), await all.subscribe({ id: 'a' })];
    await all.settle();
    all.failures.event = 1;
    await all.manager.set('a', { n: 2 });
    await all.settle();
    for (const { ended } of subscribers)
      expect(ended()).toMatchObject({ message: 'Masked: Error: It can not be told.' });
    expect([all.fanOut.size, all.feed.size]).toEqual([0, 0]);
    const next = await all.subscribe({ id: 'a', version: 0 });
    await all.settle();
    expect(next.pipe.written).toHaveLength(1);
  });
});
