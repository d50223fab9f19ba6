import { setImmediate as turn } from 'node:timers/promises';
import { type DocumentNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DISTINCT, type Subscriber, world } from './world.ts';

const [FIRST, SECOND] = DISTINCT;

/** What each event was told as, the alias left out. */
function eventsOf({ pipe }: Subscriber): readonly Record<string, unknown>[] {
  return pipe.written.map((payload) => Object.values(JSON.parse(payload).data)[0] as Record<string, unknown>);
}

const delta = (fromVersion: number, version: number) => ({ __typename: 'Delta', fromVersion, version });

/** A document whose executions end when the test says so, each by itself. */
function held(document: DocumentNode) {
  const waiting: { readonly resolve: (_: unknown) => void; readonly reject: (error: Error) => void }[] = [];
  const wait = () => new Promise<unknown>((resolve, reject) => waiting.push({ resolve, reject }));
  return {
    slow: new Map([[document, wait]]),
    waiting,
    release: () => waiting.shift()?.resolve(null),
    fail: () => waiting.shift()?.reject(new Error('It took long.')),
  };
}

/** Two who ask for different things and stand at version 1, one of whom is held at version 2. */
async function heldAtTwo() {
  const hold = held(SECOND);
  const all = world(hold);
  const { cursor } = (await all.manager.set('a', { n: 1 })).context;
  const quick = await all.subscribe({ id: 'a', cursor }, FIRST);
  const slow = await all.subscribe({ id: 'a', cursor }, SECOND);
  await all.settle();
  await all.manager.set('a', { n: 2 });
  await all.settle();
  expect(hold.waiting).toHaveLength(1);
  return { all, hold, quick, slow };
}

describe('Subscribers who share nothing but the context', () => {
  it('are told by one watch, which is all that is left of 200 once they stand at one place', async () => {
    const all = world();
    const { cursor } = (await all.manager.set('a', { n: 1 })).context;
    await all.manager.set('a', { n: 2 });
    const subscribers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => {
        const document = parse(`subscription($id:ID!$cursor:Cursor){a${n}:contextChanged(id:$id cursor:$cursor){
          ...on Versioned{version}}}`);
        return all.subscribe(n % 2 === 0 ? { id: 'a' } : { id: 'a', cursor }, document);
      }),
    );
    await all.settle();
    expect([all.fanOut.size, all.sources, all.running]).toEqual([200, 2, 1]);
    await all.manager.set('a', { n: 3 });
    await all.settle();
    for (const [n, { pipe }] of subscribers.entries())
      expect(pipe.written.at(-1)).toBe(`{"data":{"a${n}":{"version":3}}}`);
    expect([all.sources, all.running, all.feed.size]).toEqual([2, 1, 1]);
    await Promise.all(subscribers.map((each) => each.leave()));
    await all.settle();
    expect([all.fanOut.size, all.running, all.feed.size]).toEqual([0, 0, 0]);
  });

  it('do not wait for one whose events take long, which is told what it missed as one', async () => {
    const { all, hold, quick, slow } = await heldAtTwo();
    for (const n of [3, 4, 5]) {
      await all.manager.set('a', { n });
      await all.settle();
    }
    expect(eventsOf(quick)).toMatchObject([delta(1, 2), delta(2, 3), delta(3, 4), delta(4, 5)]);
    expect(eventsOf(slow)).toEqual([]);
    expect(hold.waiting).toHaveLength(1);
    hold.release();
    await all.settle();
    expect(eventsOf(slow)).toMatchObject([delta(1, 2)]);
    // By now it watches by itself.
    expect([all.sources, all.running]).toEqual([2, 1]);
    hold.release();
    await all.settle();
    expect(eventsOf(slow)).toMatchObject([delta(1, 2), delta(2, 5)]);
    await all.manager.set('a', { n: 6 });
    await all.settle();
    hold.release();
    await all.settle();
    expect(eventsOf(slow).at(-1)).toMatchObject(delta(5, 6));
    expect([all.sources, all.running]).toEqual([2, 1]);
  });

  it('are told in order, though a later event takes less long', async () => {
    let takes = 5;
    const slow = new Map([
      [
        SECOND,
        async () => {
          const turns = takes;
          takes -= 1;
          for (let i = 0; i < turns; i += 1) await turn();
        },
      ],
    ]);
    const all = world({ slow });
    await all.manager.set('a', { n: 1 });
    const subscriber = await all.subscribe({ id: 'a', version: 0 }, SECOND);
    for (let n = 2; n < 6; n += 1) {
      await all.manager.set('a', { n });
      await turn();
    }
    await all.settle();
    await all.settle();
    const versions = eventsOf(subscriber).map(({ version }) => Number(version));
    expect(versions).toEqual([...versions].sort());
    expect(versions.at(-1)).toBe(5);
  });

  it('say that one whose event took long has fallen behind, where the window is gone', async () => {
    const { all, hold, slow } = await heldAtTwo();
    for (let n = 3; n < 12; n += 1) await all.manager.set('a', { n });
    await all.settle();
    hold.release();
    await all.settle();
    hold.release();
    await all.settle();
    expect(eventsOf(slow).at(-1)).toMatchObject({ __typename: 'FullContext', version: 11, reason: 'FELL_BEHIND' });
  });

  it('take in who stands where a slow one is, and tell both what it is at', async () => {
    const { all, hold, slow } = await heldAtTwo();
    const { cursor } = (await all.manager.get('a')) ?? expect.fail('It is gone.');
    const there = await all.subscribe({ id: 'a', cursor }, SECOND);
    await all.settle();
    hold.release();
    await all.settle();
    await all.manager.set('a', { n: 3 });
    await all.settle();
    while (hold.waiting.length > 0) {
      hold.release();
      await all.settle();
    }
    expect(eventsOf(slow)).toMatchObject([delta(1, 2), delta(2, 3)]);
    expect(eventsOf(there)).toMatchObject([delta(2, 3)]);
    expect(all.running).toBe(1);
  });

  it('end only when the event that takes long was told', async () => {
    const { all, hold, quick, slow } = await heldAtTwo();
    all.manager.close();
    await all.settle();
    expect([quick.ended(), slow.ended()]).toEqual(['done', undefined]);
    hold.release();
    await all.settle();
    expect(eventsOf(slow)).toMatchObject([delta(1, 2)]);
    expect(slow.ended()).toBe('done');
    expect([all.fanOut.size, all.running]).toEqual([0, 0]);
  });

  it('go on where the event of one fails, at once or late', async () => {
    const { all, hold, quick, slow } = await heldAtTwo();
    hold.fail();
    await all.settle();
    expect(slow.ended()).toMatchObject({ message: 'Masked: Error: It took long.' });
    const failing = await all.subscribe({ id: 'a' }, DISTINCT[3]);
    await all.settle();
    // Whoever came first is told first.
    const beside = await all.subscribe({ id: 'a' }, FIRST);
    await quick.leave();
    await beside.leave();
    all.failures.event = 1;
    const other = await all.subscribe({ id: 'a' }, FIRST);
    await all.settle();
    await all.manager.set('a', { n: 3 });
    await all.settle();
    expect(failing.ended()).toMatchObject({ message: 'Masked: Error: It can not be told.' });
    expect(eventsOf(other)).toMatchObject([delta(2, 3)]);
    expect([all.fanOut.size, all.running]).toEqual([1, 1]);
  });

  it('leave nothing behind, whenever one leaves whose event takes long', async () => {
    for (const isBehind of [false, true]) {
      const { all, hold, quick, slow } = await heldAtTwo();
      if (isBehind) await all.manager.set('a', { n: 3 });
      await all.settle();
      await slow.leave();
      hold.release();
      await all.settle();
      expect(eventsOf(slow)).toEqual([]);
      expect([all.fanOut.size, all.running]).toEqual([1, 1]);
      await quick.leave();
      await all.settle();
      expect([all.fanOut.size, all.running, all.feed.size]).toEqual([0, 0, 0]);
    }
  });

  it.each(['resolve', 'reject'] as const)(
    'are not told of an event that ends late (%s), whoever it was for has left',
    async (way) => {
      const { all, hold, slow } = await heldAtTwo();
      const [late] = hold.waiting.splice(0);
      const { cursor } = (await all.manager.get('a')) ?? expect.fail('It is gone.');
      const other = await all.subscribe({ id: 'a', cursor }, SECOND);
      await all.settle();
      await slow.leave();
      await all.manager.set('a', { n: 3 });
      await all.settle();
      hold.release();
      await all.settle();
      expect(eventsOf(other)).toMatchObject([delta(2, 3)]);
      late?.[way](new Error('It was late.'));
      await all.settle();
      await all.manager.set('a', { n: 4 });
      await all.settle();
      hold.release();
      await all.settle();
      expect(eventsOf(other)).toMatchObject([delta(2, 3), delta(3, 4)]);
      expect(other.ended()).toBeUndefined();
    },
  );

  it('end with an error that may be told where one goes on when the contexts are closed', async () => {
    const all = world();
    await all.manager.set('a', { n: 1 });
    const subscriber = await all.subscribe({ id: 'a' });
    await all.settle();
    subscriber.pipe.isFree = false;
    await all.manager.set('a', { n: 2 });
    await all.settle();
    all.manager.close();
    subscriber.pipe.free();
    await all.settle();
    expect(subscriber.ended()).toMatchObject({ message: expect.stringMatching(/^Masked: StoreUnavailableError/) });
    expect([all.fanOut.size, all.running]).toEqual([0, 0]);
  });
});
